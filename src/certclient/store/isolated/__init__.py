"""Tokens through a child process for each PKCS#11 module, which is somebody else's code."""
