"""The pages of the wizard, one per file."""
