"""PKCS#11 certificate stores: USB tokens, and the NSS database (the PC store on Linux)."""
