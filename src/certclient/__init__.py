"""certclient: obtains and renews client certificates for corporate internet banking."""

__version__ = "1.0.0"
