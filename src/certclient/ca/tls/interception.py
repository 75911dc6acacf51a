"""Detects TLS interception by a root that this computer trusts.

Virus scanners and corporate gateways install their own root and present certificates generated on
the fly. TLS then works, so this is never an error, but the customer is told that the connection is
read. A bank's own private root is known from its profile.
"""

from __future__ import annotations

import re
import ssl
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import certifi

from certclient.ca.answers import host_of
from certclient.ca.tls.probe import TlsRoute, presented_certificates, verifies
from certclient.model.certificate import Certificate
from certclient.model.tls_server import reason_against_server

_PEM = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_PRODUCTS = (
    *("AdGuard", "Avast", "AVG", "Barracuda", "Bitdefender", "Blue Coat", "Burp", "Check Point"),
    *("Cisco", "Cloudflare", "Digital Arts", "Dr.Web", "ESET", "F-Secure", "Fiddler", "Forcepoint"),
    *("FortiGate", "Fortinet", "G DATA", "i-FILTER", "iboss", "InterSafe", "Juniper", "Kaspersky"),
    *("McAfee", "Menlo Security", "mitmproxy", "Netskope", "Norton", "Palo Alto", "PortSwigger"),
    *("Skyhigh", "SonicWall", "Sophos", "Squid", "Symantec", "Trellix", "Trend Micro"),
    *("WatchGuard", "Websense", "Zscaler"),
)
"""Product names as they appear in the certificates that the products generate."""


_NAMES = ("Common Name", "Organization", "Organizational Unit")


@dataclass(frozen=True, slots=True)
class KnownRoots:
    """`public`: roots (DER) vetted by a browser or system vendor's root program.

    `local`: the other roots that this computer trusts; None if the system does not list them.
    `helpers`: known CA certificates that a server may have failed to send.
    """

    public: Sequence[bytes]
    local: Sequence[bytes] | None = None
    helpers: Sequence[bytes] = ()

    def with_anchors(self, anchors: Iterable[Certificate]) -> KnownRoots:
        """A copy that also counts the bank's own roots, from its profile, as public."""
        return replace(self, public=(*self.public, *(anchor.der for anchor in anchors)))


def system_roots() -> KnownRoots:
    """Mozilla's list, from certifi; on Windows also the system's roots.

    Windows keeps the roots of Microsoft's program ("AuthRoot") separate from those installed
    locally ("Root").
    """
    blocks = _PEM.findall(Path(certifi.where()).read_text(encoding="ascii"))
    public = tuple(ssl.PEM_cert_to_DER_cert(block) for block in blocks)
    if sys.platform != "win32":
        return KnownRoots(public)
    return KnownRoots(
        public=(*public, *_stored("AuthRoot")),
        local=_stored("ROOT"),
        helpers=_stored("CA"),
    )


def find_interceptor(route: TlsRoute, roots: KnownRoots) -> str | None:
    """The display name of the TLS interceptor on `route`; None if there is none, as far as known.

    Inspects over its own connections, which send nothing.
    """
    return _interceptor(
        lambda: presented_certificates(route), lambda known: verifies(route, known), roots
    )


def interceptor_on(
    route: TlsRoute, chain: Sequence[bytes], roots: KnownRoots, now: datetime
) -> str | None:
    """As `find_interceptor`, but a `chain` (DER) that the server has presented on a connection of
    ours, and that leads to a public root, needs no other connections. `now`: aware UTC."""
    if chain and interceptor_in(chain, host_of(route.url), roots, now) is None:
        return None
    return find_interceptor(route, roots)


def interceptor_in(
    chain: Sequence[bytes], host: str, roots: KnownRoots, now: datetime
) -> str | None:
    """As `find_interceptor`, for a chain (DER) that `host` has presented. `now`: aware UTC."""

    def leads_to(known: Sequence[bytes]) -> bool | None:
        return not reason_against_server((*chain, *roots.helpers), host, known, now)

    without_helpers = replace(roots, helpers=())
    return _interceptor(lambda: certificates(chain), leads_to, without_helpers)


def _interceptor(
    presented: Callable[[], Sequence[Certificate]],
    leads_to: Callable[[Sequence[bytes]], bool | None],
    roots: KnownRoots,
) -> str | None:
    """`leads_to`: whether the chain leads to one of these certificates; None if unknown.

    A chain to a public root is always the server's own. Otherwise it is interception if the chain
    ends at one of the computer's local roots, or names a known product.
    """
    if leads_to((*roots.public, *roots.helpers)) is not False:
        return None
    found = presented()
    local = roots.local is None or leads_to((*roots.local, *roots.helpers))
    return issuer_name(found) if found and (local or _product(found)) else None


def certificates(chain: Sequence[bytes]) -> tuple[Certificate, ...]:
    """The certificates (DER) that a server has presented, for messages."""
    return tuple(Certificate.read(der) for der in chain)


def issuer_name(presented: Sequence[Certificate]) -> str:
    """The issuer of the first certificate: its Common Name (else its Organization).

    Adds the product if that name does not contain it; "" if unknown.
    """
    if not presented:
        return ""
    name = presented[0].issuer_common_name
    product = _product(presented)
    if not product or product.lower() in name.lower():
        return name
    return f"{name} ({product})" if name else product


def _product(presented: Sequence[Certificate]) -> str:
    """The known product named in an issuer; "" if none is."""
    lines = [line for one in presented for line in one.issuer_lines]
    names = " ".join(value for label, value in lines if label in _NAMES)
    found = (one for one in _PRODUCTS if re.search(rf"\b{re.escape(one)}\b", names, re.IGNORECASE))
    return next(found, "")


def _stored(store: str) -> tuple[bytes, ...]:
    """The certificates (DER) in a Windows certificate store."""
    if sys.platform != "win32":
        return ()
    found = ssl.enum_certificates(store)
    return tuple(der for der, encoding, _trust in found if encoding == "x509_asn")
