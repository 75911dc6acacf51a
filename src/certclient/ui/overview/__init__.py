"""The main window: the list of certificates and its actions."""
