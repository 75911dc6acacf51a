"""The client side of EST (RFC 7030, RFC 8951): `client` asks, the others read and write."""
