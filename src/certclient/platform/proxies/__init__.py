"""The operating system's proxy settings."""
