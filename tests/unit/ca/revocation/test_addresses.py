"""The addresses of OCSP responder and CRL that stand in a certificate."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from certclient.ca.revocation.addresses import (
    RevocationAddresses,
    addresses_in,
    distribution_points,
)
from certclient.model import ber
from certclient.model.certificate import Certificate
from support.paths import Authority, Extensions

ROOT = Authority.root()


def uri(text: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(text)


def leaf(*extensions: x509.ExtensionType) -> Certificate:
    return ROOT.leaf(extensions=Extensions(others=[(one, False) for one in extensions]))


def access(*places: str) -> x509.AuthorityInformationAccess:
    oids = AuthorityInformationAccessOID
    described = [x509.AccessDescription(oids.OCSP, uri(place)) for place in places]
    issuer = x509.AccessDescription(oids.CA_ISSUERS, uri("http://bank.example.jp/ca.crt"))
    return x509.AuthorityInformationAccess([issuer, *described])


def points(*places: str) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints(
        [x509.DistributionPoint([uri(place)], None, None, None) for place in places]
    )


@pytest.mark.parametrize(
    ("certificate", "found"),
    [
        (leaf(), RevocationAddresses()),
        (leaf(access()), RevocationAddresses()),
        (
            leaf(access("http://ocsp.example.jp"), points("http://a.example.jp/crl")),
            RevocationAddresses("http://ocsp.example.jp", "http://a.example.jp/crl"),
        ),
        (
            leaf(points("ldap://a.example.jp/cn=crl", "https://b.example.jp/crl")),
            RevocationAddresses(crl="https://b.example.jp/crl"),
        ),
        (leaf(access("file:///etc/passwd")), RevocationAddresses()),
    ],
)
def test_the_first_usable_address_of_each_kind(
    certificate: Certificate, found: RevocationAddresses
) -> None:
    assert addresses_in(certificate) == found


@pytest.mark.parametrize("value", [b"", b"\x30", b"\x30\x82\xff\xff", b"\x86\x03a b", b"\xff" * 40])
@pytest.mark.parametrize("oid", ["1.3.6.1.5.5.7.1.1", "2.5.29.31"])
def test_damaged_extensions_have_none(oid: str, value: bytes) -> None:
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)
    assert addresses_in(leaf(extension)) == RevocationAddresses()


def test_deep_nesting_is_passed_over() -> None:
    """A URI 10 000 levels deep is no address, and no RecursionError."""
    value = b"\x86\x16http://a.example.jp/crl"
    for _ in range(10_000):
        value = ber.encoded(ber.SEQUENCE, value)
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.31"), value)
    certificate = leaf(extension)
    assert addresses_in(certificate) == RevocationAddresses()
    assert distribution_points(certificate) == frozenset()
