"""Who opens TLS on the way to a server although this computer trusts it.

Virus scanners and companies' gateways put a root of their own among the computer's and show
certificates made on the spot. Nothing is wrong with TLS then, so it is never an error; but the
customer is to know that somebody reads along. A bank's own private root is told by its profile.
"""

from __future__ import annotations

import re
import ssl
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.x509.oid import NameOID

from certclient.ca.tls.probe import Way, certificates_shown, verifies
from certclient.model.certificate import Certificate

_PEM = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_PRODUCTS = (
    *("AdGuard", "Avast", "AVG", "Barracuda", "Bitdefender", "Blue Coat", "Burp", "Check Point"),
    *("Cisco", "Cloudflare", "Digital Arts", "Dr.Web", "ESET", "F-Secure", "Fiddler", "Forcepoint"),
    *("FortiGate", "Fortinet", "G DATA", "i-FILTER", "iboss", "InterSafe", "Juniper", "Kaspersky"),
    *("McAfee", "Menlo Security", "mitmproxy", "Netskope", "Norton", "Palo Alto", "PortSwigger"),
    *("Skyhigh", "SonicWall", "Sophos", "Squid", "Symantec", "Trellix", "Trend Micro"),
    *("WatchGuard", "Websense", "Zscaler"),
)
"""As they call themselves in the certificates that they make."""


_NAMES = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME)


@dataclass(frozen=True, slots=True)
class KnownRoots:
    """`public`: roots (DER) that whoever makes browsers and systems has examined. `local`: the
    others that this computer trusts; None where it does not list them. `helpers`: CA certificates
    that are known here and may be missing in what a server sends."""

    public: Sequence[bytes]
    local: Sequence[bytes] | None = None
    helpers: Sequence[bytes] = ()

    def knowing(self, anchors: Iterable[Certificate]) -> KnownRoots:
        """With the bank's own roots, which the profile names."""
        return replace(self, public=(*self.public, *(anchor.der for anchor in anchors)))


def system_roots() -> KnownRoots:
    """Mozilla's list, as certifi brings it. On Windows also the roots of Microsoft's program,
    which Windows keeps apart ("AuthRoot") from those that were installed here ("Root")."""
    blocks = _PEM.findall(Path(certifi.where()).read_text(encoding="ascii"))
    public = tuple(ssl.PEM_cert_to_DER_cert(block) for block in blocks)
    if sys.platform != "win32":
        return KnownRoots(public)
    return KnownRoots(
        public=(*public, *_stored("AuthRoot")),
        local=_stored("ROOT"),
        helpers=_stored("CA"),
    )


def opener(way: Way, roots: KnownRoots) -> str | None:
    """The name of who opens TLS on `way`, for people; None if the server itself is reached, as far
    as can be known. Looks over connections of its own, which send nothing.

    A chain to a public root is always the server's own. Otherwise either one of the computer's own
    roots is known to end it, or a known product names itself.
    """
    if verifies(way, (*roots.public, *roots.helpers)) is not False:
        return None
    shown = certificates_shown(way)
    local = roots.local is None or verifies(way, (*roots.local, *roots.helpers))
    return issuer_name(shown) if shown and (local or _product(shown)) else None


def issuer_name(shown: Sequence[Certificate]) -> str:
    """Who issued the first of these certificates: its Common Name, and the product where that
    does not tell it; "" if unknown."""
    if not shown:
        return ""
    issuer = shown[0].x509.issuer
    name = shown[0].issuer_common_name or _text(issuer, NameOID.ORGANIZATION_NAME)
    product = _product(shown)
    if not product or product.lower() in name.lower():
        return name
    return f"{name} ({product})" if name else product


def _product(shown: Sequence[Certificate]) -> str:
    """The product that is named as an issuer; "" if none is."""
    names = " ".join(_text(one.x509.issuer, oid) for one in shown for oid in _NAMES)
    found = (one for one in _PRODUCTS if re.search(rf"\b{re.escape(one)}\b", names, re.IGNORECASE))
    return next(found, "")


def _text(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    return " ".join(str(attribute.value) for attribute in name.get_attributes_for_oid(oid))


def _stored(store: str) -> tuple[bytes, ...]:
    """The certificates in a store of Windows."""
    if sys.platform != "win32":
        return ()
    found = ssl.enum_certificates(store)
    return tuple(der for der, encoding, _trust in found if encoding == "x509_asn")
