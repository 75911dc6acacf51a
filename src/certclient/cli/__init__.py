"""The command line: prompts, output and exit codes. All decisions are made in enrollment/."""
