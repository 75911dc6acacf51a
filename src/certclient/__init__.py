"""certclient: obtains and renews the client certificate for corporate internet banking."""

__version__ = "0.1.0"
