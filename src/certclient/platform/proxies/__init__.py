"""The way to the network as the operating system has it set."""
