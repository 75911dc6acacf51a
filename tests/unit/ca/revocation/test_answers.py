"""Which OCSP responses and CRLs count, and what they say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as x509_ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from certclient.ca.revocation import crl, ocsp
from certclient.ca.revocation.answers import AnswerError
from certclient.ca.revocation.states import RevocationAnswer, RevocationState
from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature
from support.paths import DAY, NOW, Authority, Extensions, key, usage
from support.revocation import Crl, OcspAnswer

NONCE = bytes(32)
ISSUER = Authority.root("Issuing", key(1))
LEAF = ISSUER.leaf()
OTHER = Authority.root("Other", key(2))


def delegate(
    issuer: Authority = ISSUER,
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.OCSP_SIGNING,
    number: int = 5,
) -> Authority:
    """A responder that `issuer` has certified for `purpose`."""
    extensions = Extensions(ca=False, others=[(x509.ExtendedKeyUsage([purpose]), False)])
    return issuer.ca("Responder", key(number), extensions)


DELEGATE = delegate()
GOOD = OcspAnswer(LEAF, ISSUER, ISSUER, NONCE)


def read(response: bytes, allowed: frozenset[CaSignature] = ALL_CA_SIGNATURES) -> RevocationAnswer:
    return ocsp.answer(response, LEAF, ISSUER.certificate, NONCE, NOW, allowed)


@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        GOOD.changed(by_name=True),
        GOOD.changed(nonce=None),
        GOOD.changed(ends=None),
        GOOD.changed(signer=DELEGATE, delegates=[DELEGATE]),
        GOOD.changed(signer=DELEGATE, delegates=[OTHER, DELEGATE], by_name=True),
        GOOD.changed(begins=NOW + timedelta(minutes=50)),
    ],
)
def test_good(answer: OcspAnswer) -> None:
    assert read(answer.der) == RevocationAnswer(RevocationState.GOOD, source="ocsp")


def test_revoked_with_date_and_reason() -> None:
    since = NOW - DAY
    answer = GOOD.changed(status=x509_ocsp.OCSPCertStatus.REVOKED, since=since)
    assert read(answer.der) == RevocationAnswer(
        RevocationState.REVOKED, since, "keyCompromise", "ocsp"
    )


def test_unknown_is_no_revocation() -> None:
    answer = GOOD.changed(status=x509_ocsp.OCSPCertStatus.UNKNOWN)
    assert read(answer.der).state is RevocationState.UNKNOWN


SERVER = delegate(purpose=ExtendedKeyUsageOID.SERVER_AUTH)
FOREIGN = delegate(OTHER)
SIBLING = Authority.root("Issuing", key(3))

WRONG = {
    "another certificate": GOOD.changed(certificate=ISSUER.leaf()),
    "another issuer's": GOOD.changed(issuer=OTHER, certificate=OTHER.leaf()),
    "another nonce": GOOD.changed(nonce=b"x" * 32),
    "old": GOOD.changed(begins=NOW - 3 * DAY, ends=NOW - DAY),
    "old without an end": GOOD.changed(begins=NOW - 2 * DAY, ends=None),
    "from the future": GOOD.changed(begins=NOW + DAY, ends=NOW + 2 * DAY),
    "signed by a stranger": GOOD.changed(signer=OTHER),
    "signed by a stranger who sends a certificate": GOOD.changed(signer=OTHER, delegates=[OTHER]),
    "signed by a CA of the same name": GOOD.changed(signer=SIBLING, by_name=True),
    "delegate for another purpose": GOOD.changed(signer=SERVER, delegates=[SERVER]),
    "delegate of another CA": GOOD.changed(signer=FOREIGN, delegates=[FOREIGN]),
    "delegate without its certificate": GOOD.changed(signer=DELEGATE),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_count(case: str) -> None:
    with pytest.raises(AnswerError):
        read(WRONG[case].der)


@pytest.mark.parametrize("critical", [True, False])
def test_a_critical_extension_that_is_not_understood_does_not_count(critical: bool) -> None:
    """RFC 6960, 4.4: it may take back what the rest says."""
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    archive = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1.9"), b"\x05\x00")
    responses = [
        GOOD.changed(extension=(unknown, critical)).der,
        GOOD.changed(extension=(archive, critical), nonce=None).der,
        GOOD.with_single_extension("1.2.3.4", critical=critical),
    ]
    for response in responses:
        if critical:
            with pytest.raises(AnswerError, match="unknown critical extension"):
                read(response)
        else:
            assert read(response).state is RevocationState.GOOD


def test_a_critical_nonce_is_understood() -> None:
    critical = GOOD.changed(nonce=None, extension=(x509.OCSPNonce(NONCE), True))
    assert read(critical.der).state is RevocationState.GOOD


@pytest.mark.parametrize("at", [NOW + 2 * DAY, NOW - 2 * DAY])
def test_a_delegate_must_be_valid_now(at: object) -> None:
    """Its certificate is valid for a day before and after NOW."""
    answer = GOOD.changed(signer=DELEGATE, delegates=[DELEGATE], begins=at, ends=None)
    with pytest.raises(AnswerError):
        ocsp.answer(answer.der, LEAF, ISSUER.certificate, NONCE, at, ALL_CA_SIGNATURES)  # type: ignore[arg-type]


def test_the_profile_decides_on_algorithms() -> None:
    with pytest.raises(AnswerError):
        read(GOOD.der, ALL_CA_SIGNATURES - {CaSignature.ECDSA_SHA256})


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_damaged_response_is_an_error_of_ours(cut: int) -> None:
    whole = GOOD.changed(signer=DELEGATE, delegates=[DELEGATE]).der
    with pytest.raises(AnswerError):
        read(whole[:cut])
    damaged = bytearray(whole)
    damaged[cut] ^= 0x55
    try:
        found = read(bytes(damaged))
    except AnswerError:
        return
    assert found.state is RevocationState.GOOD, "a change that does not matter"


def test_an_error_response_does_not_count() -> None:
    status = x509_ocsp.OCSPResponseStatus.TRY_LATER
    refused = x509_ocsp.OCSPResponseBuilder.build_unsuccessful(status)
    with pytest.raises(AnswerError, match="TRY_LATER"):
        read(refused.public_bytes(Encoding.DER))


def test_the_request_names_the_certificate_and_carries_the_nonce() -> None:
    parsed = x509_ocsp.load_der_ocsp_request(ocsp.request(LEAF, ISSUER.certificate, NONCE))
    assert parsed.serial_number == LEAF.serial
    assert parsed.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == NONCE


# --- CRLs ----------------------------------------------------------------------------------------

EMPTY = Crl(ISSUER, ISSUER)


def listed(data: bytes, issuer: Authority = ISSUER) -> RevocationAnswer:
    return crl.answer(data, LEAF, issuer.certificate, NOW, ALL_CA_SIGNATURES)


def distribution(**limits: bool) -> x509.IssuingDistributionPoint:
    flags = {
        name: limits.get(name, False)
        for name in (
            "only_contains_user_certs",
            "only_contains_ca_certs",
            "indirect_crl",
            "only_contains_attribute_certs",
        )
    }
    place = [x509.UniformResourceIdentifier("http://bank.example.jp/crl")]
    return x509.IssuingDistributionPoint(
        full_name=place, relative_name=None, only_some_reasons=None, **flags
    )


@pytest.mark.parametrize(
    "whole",
    [
        EMPTY,
        EMPTY.changed(revoked=[LEAF.serial + 1]),
        EMPTY.changed(extensions=[(x509.CRLNumber(7), False)]),
        EMPTY.changed(extensions=[(distribution(only_contains_user_certs=True), True)]),
    ],
)
def test_not_listed(whole: Crl) -> None:
    assert listed(whole.der) == RevocationAnswer(RevocationState.GOOD, source="crl")
    assert listed(whole.signed.public_bytes(Encoding.PEM)).state is RevocationState.GOOD


def test_listed_with_date_and_reason() -> None:
    answer = listed(EMPTY.changed(revoked=[LEAF.serial]).der)
    assert (answer.state, answer.reason) == (RevocationState.REVOKED, "keyCompromise")
    assert answer.since == NOW


NOT_FOR_CRLS = Authority.root("Issuing", key(1), Extensions(ca=True, usage=usage(issues=True)))
INCOMPLETE = {
    "another CA's": EMPTY.changed(issuer=OTHER, signer=OTHER),
    "signed by another key": EMPTY.changed(signer=SIBLING),
    "out of date": EMPTY.changed(begins=NOW - 3 * DAY, ends=NOW - DAY),
    "from the future": EMPTY.changed(begins=NOW + DAY, ends=NOW + 2 * DAY),
    "a delta": EMPTY.changed(extensions=[(x509.DeltaCRLIndicator(1), True)]),
    "CAs only": EMPTY.changed(extensions=[(distribution(only_contains_ca_certs=True), True)]),
    "indirect": EMPTY.changed(extensions=[(distribution(indirect_crl=True), True)]),
    "unknown and critical": EMPTY.changed(
        extensions=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), True)]
    ),
}


@pytest.mark.parametrize("case", INCOMPLETE)
def test_a_crl_that_does_not_count(case: str) -> None:
    with pytest.raises(AnswerError):
        listed(INCOMPLETE[case].der)


@pytest.mark.parametrize(("place", "counts"), [("crl", True), ("crl-2", False)])
def test_a_ca_with_several_crls_lists_a_certificate_in_its_own(place: str, counts: bool) -> None:
    """Silence in another one says nothing."""
    point = [x509.UniformResourceIdentifier(f"http://bank.example.jp/{place}")]
    points = x509.CRLDistributionPoints([x509.DistributionPoint(point, None, None, None)])
    leaf = ISSUER.leaf(extensions=Extensions(others=[(points, False)]))
    whole = EMPTY.changed(extensions=[(distribution(), True)]).der
    if counts:
        answer = crl.answer(whole, leaf, ISSUER.certificate, NOW, ALL_CA_SIGNATURES)
        assert answer.state is RevocationState.GOOD
    else:
        with pytest.raises(AnswerError, match="another distribution point"):
            crl.answer(whole, leaf, ISSUER.certificate, NOW, ALL_CA_SIGNATURES)


def test_a_key_that_must_not_sign_crls() -> None:
    with pytest.raises(AnswerError):
        listed(EMPTY.der, NOT_FOR_CRLS)


@pytest.mark.parametrize("garbage", [b"", b"<html>", b"-----BEGIN X509 CRL-----\n", EMPTY.der[:99]])
def test_garbage_is_no_crl(garbage: bytes) -> None:
    with pytest.raises(AnswerError):
        listed(garbage)
