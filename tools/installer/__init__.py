"""Makes what customers and administrators install: `make installer`."""
