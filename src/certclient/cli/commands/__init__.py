"""One file per command, each imported only when the command is run."""
