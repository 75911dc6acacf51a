"""TLS to a bank: what is trusted, and who opens it on the way."""
