"""E-mail notices before a certificate expires."""
