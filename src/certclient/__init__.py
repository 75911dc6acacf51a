"""certclient: obtains and renews the client certificate for corporate internet banking."""

__version__ = "1.0.0rc1"
