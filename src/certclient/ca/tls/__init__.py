"""Detection of TLS interception, and what a server presents."""
