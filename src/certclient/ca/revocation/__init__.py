"""Whether a CA has revoked a certificate: OCSP (RFC 6960) and CRLs (RFC 5280, 5)."""
