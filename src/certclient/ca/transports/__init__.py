"""The implementations of the port `ca.transport.Transport`."""
