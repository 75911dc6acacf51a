"""The documentation: its site, its generated pages, and the commands that it contains."""
