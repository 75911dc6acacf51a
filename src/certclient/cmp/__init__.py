"""Codec for CMP messages (RFC 9810, RFC 9483), without I/O and without client or server logic.

`messages` is the envelope; `bodies`, `issuing`, `revocation`, `status` and `crmf` are its content;
`protection` (with `mac` and `signatures`) creates and verifies message protection; `syntax`
declares the ASN.1.
"""
