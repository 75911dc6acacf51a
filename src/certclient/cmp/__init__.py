"""CMP (RFC 9810, RFC 9483): `messages` the envelope, `bodies`, `revocation`, `status` and `crmf`
what is inside, `protection` (with `mac` and `signatures`) what makes it believable. These know
nothing of client or server."""
