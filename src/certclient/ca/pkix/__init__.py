"""Certification paths (RFC 5280, 6): which can be built, what their names may be, what is valid."""
