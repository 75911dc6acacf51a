"""E-mail notices before the end of a certificate."""
