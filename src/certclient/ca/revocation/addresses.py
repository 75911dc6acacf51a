"""The addresses of OCSP responder and CRL in a certificate (RFC 5280, 4.2.1.13, 4.2.2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from certclient.model import ber
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import CertificateReader
from certclient.model.urls import check_signed_url

_AUTHORITY_INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1"
_CRL_DISTRIBUTION_POINTS = "2.5.29.31"
_OCSP = "1.3.6.1.5.5.7.48.1"
_NAME_URI = 0x86
"""The identifier octet of uniformResourceIdentifier in a GeneralName."""

_MAX_LEVELS = 12
"""A URI is at most five levels deep: DistributionPoints, one of them, [0], fullName, the name."""


@dataclass(frozen=True, slots=True)
class RevocationAddresses:
    """The first usable address of each kind, "" for none."""

    ocsp: str = ""
    crl: str = ""


def addresses_in(certificate: Certificate) -> RevocationAddresses:
    """Reads both extensions tolerantly. Never raises."""
    reader = CertificateReader(certificate.der)
    access = reader.extension(_AUTHORITY_INFORMATION_ACCESS)
    points = reader.extension(_CRL_DISTRIBUTION_POINTS)
    return RevocationAddresses(
        ocsp=next(_usable(_responders(access)), ""),
        crl=next(_usable(_uris(ber.read(points))), "") if points else "",
    )


def distribution_points(certificate: Certificate) -> frozenset[str]:
    """All URIs of its CRL distribution points, as they are written. Never raises."""
    points = CertificateReader(certificate.der).extension(_CRL_DISTRIBUTION_POINTS)
    return frozenset(_uris(ber.read(points))) if points else frozenset()


def _responders(value: bytes | None) -> Iterator[str]:
    for description in ber.children(ber.read(value)) or () if value else ():
        method_and_place = ber.children(description) or ()
        if len(method_and_place) == 2 and ber.object_identifier(method_and_place[0]) == _OCSP:
            yield from _uris(method_and_place[1])


def _uris(element: ber.Tlv | None, levels: int = _MAX_LEVELS) -> Iterator[str]:
    """All URIs in an element, down to this many levels; what is deeper is passed over."""
    if element is None or not levels:
        return
    if element.tag == _NAME_URI:
        yield element.content.decode("latin-1")
    for child in ber.children(element) or ():
        yield from _uris(child, levels - 1)


def _usable(uris: Iterator[str]) -> Iterator[str]:
    """LDAP and whatever is no address is passed over."""
    for uri in uris:
        try:
            yield check_signed_url(uri)
        except ValueError:
            continue
