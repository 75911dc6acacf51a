"""TLS by GnuTLS, the system's library, with a private key that somebody else signs with."""
