"""The command line: a front door. It asks and shows; what happens is decided in the rooms below."""
