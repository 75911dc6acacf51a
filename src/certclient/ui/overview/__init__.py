"""The main window: the certificates, and what can be done with them."""
