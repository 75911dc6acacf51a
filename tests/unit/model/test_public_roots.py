"""The roots that systems and browsers trust can be a profile's anchors, serial number 0 or not."""

from __future__ import annotations

import ssl

import pytest

from certclient.model.ca_signatures import signatures_of
from certclient.model.pem import certificates_from_pem
from support.corpus import corpus
from support.odd_certificates import OddCertificate, tlv


@pytest.mark.parametrize("package", ["certifi", "ca-certificates"])
def test_every_public_root_can_be_an_anchor(package: str) -> None:
    """Case 28: SECOM's Security Communication RootCA2 among them. Without a Python warning."""
    roots = corpus()[package]
    assert len(roots) > 100
    read = certificates_from_pem("".join(map(ssl.DER_cert_to_PEM_cert, roots)))
    assert [one.der for one in read] == list(roots)
    assert any(one.serial == 0 for one in read)
    assert all(one.is_ca and signatures_of(one.spki) for one in read)


@pytest.mark.parametrize(
    "der",
    [
        OddCertificate(serial=tlv(2, b"")).der,
        OddCertificate().der[:-1],
        OddCertificate().der + b"\x00",
        b"\x30\x00",
        b"",
    ],
)
def test_a_damaged_certificate_is_no_anchor(der: bytes) -> None:
    with pytest.raises(ValueError, match="pem-damaged"):
        certificates_from_pem(ssl.DER_cert_to_PEM_cert(der))
