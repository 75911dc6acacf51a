"""Purposes of a certificate (extendedKeyUsage, RFC 5280, 4.2.1.12), by name and dotted OID."""

from __future__ import annotations

import re

CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
SMART_CARD_LOGON = "1.3.6.1.4.1.311.20.2.2"
ANY = "2.5.29.37.0"

PURPOSES = {
    "clientAuth": CLIENT_AUTH,
    "emailProtection": EMAIL_PROTECTION,
    "smartcardLogon": SMART_CARD_LOGON,
    "serverAuth": "1.3.6.1.5.5.7.3.1",
    "codeSigning": "1.3.6.1.5.5.7.3.3",
    "timeStamping": "1.3.6.1.5.5.7.3.8",
    "documentSigning": "1.3.6.1.5.5.7.3.36",
    "anyExtendedKeyUsage": ANY,
}
"""The names that a profile may use in place of dotted OIDs."""

DEFAULT_PURPOSES = frozenset({CLIENT_AUTH, EMAIL_PROTECTION, SMART_CARD_LOGON})
"""What a customer's certificate may be for, unless the profile says otherwise."""

AUTHORITY_PURPOSES = {
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "1.3.6.1.5.5.7.3.27": "cmcCA",
    "1.3.6.1.5.5.7.3.28": "cmcRA",
    "1.3.6.1.5.5.7.3.29": "cmcArchive",
    "1.3.6.1.5.5.7.3.32": "cmKGA",
    "1.3.6.1.4.1.311.10.3.1": "trust list signing",
    "1.3.6.1.4.1.311.10.3.9": "root list signing",
    "1.3.6.1.4.1.311.10.3.10": "qualified subordination",
    "1.3.6.1.4.1.311.20.2.1": "enrollment agent",
}
"""Purposes whose holder speaks for the CA: RFC 6960, 4.2.2.2; RFC 6402, 2.10; RFC 9810, 8.6;
Microsoft's own. A customer never needs one, so no profile can allow them."""

_DOTTED = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,17})){1,30}")


def purpose_of(name: str) -> str | None:
    """The dotted OID of a purpose by its name or OID; None if a profile cannot allow it."""
    oid = PURPOSES.get(name) or (name if _DOTTED.fullmatch(name) else None)
    return None if oid in AUTHORITY_PURPOSES else oid


def purpose_name(oid: str) -> str:
    """The name of a purpose; the OID of one without a name here."""
    known = {value: name for name, value in PURPOSES.items()} | AUTHORITY_PURPOSES
    return known.get(oid, oid)
