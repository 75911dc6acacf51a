"""Certificate stores behind PKCS#11: USB tokens, and NSS = the PC store on Linux."""
