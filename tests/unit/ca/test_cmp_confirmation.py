"""How a transaction ends: the certificate is confirmed, rejected or revoked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519

from certclient.ca.client import (
    CertificateCredential,
)
from certclient.cmp.bodies import (
    Body,
    CertificateConfirm,
    ErrorMessage,
    PkiConfirm,
    PkiStatusInfo,
    PollEntry,
    PollReply,
    RevokeReply,
    RevokeRequest,
)
from certclient.cmp.messages import CMP2000, CMP2021, Message
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.status import Failure, PkiStatus
from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode
from support.cmp_server import (
    Responder,
    ResponseProtection,
    ScriptedServer,
    answering,
    client_of,
    error_of,
    issuing,
    renewed,
    reply_with,
    signing_ca,
)
from support.pki import Lab, make_lab, make_root, rsa_signer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NEW_KEY = rsa_signer(2)
REFUSED = PkiStatusInfo(PkiStatus.REJECTION, ("no",), frozenset({Failure.NOT_AUTHORIZED}))


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab(NOW)


@pytest.fixture(scope="module")
def by_key(lab: Lab) -> CertificateCredential:
    """The current certificate and its key, without the issuer's certificate."""
    key = rsa_signer(1)
    return CertificateCredential(lab.issue(key.spki, days=20), key)


def confirming(lab: Lab) -> Responder:
    return answering(signing_ca(lab), PkiConfirm())


def confirm_with(
    lab: Lab,
    by_key: CertificateCredential,
    responder: Responder,
    certificate: Certificate | None = None,
    rejection: ErrorCode | None = None,
) -> Message:
    """Confirms a renewal (of `certificate`, if given) and returns the last message sent."""
    server = ScriptedServer([issuing(lab, signing_ca(lab)), responder])
    client = client_of(server, lab)
    issued = renewed(client, by_key, NEW_KEY)
    client.confirm(
        replace(issued, certificate=certificate or issued.certificate), by_key, rejection
    )
    return server.requests[-1]


def test_confirmation_carries_the_hash_of_the_certificate(
    lab: Lab, by_key: CertificateCredential
) -> None:
    certificate = lab.issue(NEW_KEY.spki)
    sent = confirm_with(lab, by_key, confirming(lab), certificate)
    assert isinstance(sent.body, CertificateConfirm)
    (status,) = sent.body.statuses
    digest = hashes.Hash(hashes.SHA256())
    digest.update(certificate.der)
    assert status.cert_hash == digest.finalize()
    assert (status.status, status.hash_algorithm) == (None, None)
    assert sent.header.pvno == CMP2000


def test_confirmation_of_an_ed25519_certificate_names_the_hash_algorithm(
    lab: Lab, by_key: CertificateCredential
) -> None:
    root = make_root("Ed25519 CA", ed25519.Ed25519PrivateKey.generate(), NOW)
    sent = confirm_with(lab, by_key, confirming(lab), root.issue(NEW_KEY.spki))
    assert isinstance(sent.body, CertificateConfirm)
    assert sent.body.statuses[0].hash_algorithm == AlgorithmIdentifier("2.16.840.1.101.3.4.2.1")
    assert sent.header.pvno == CMP2021


def test_rejection_carries_error_code_and_failure_info(
    lab: Lab, by_key: CertificateCredential
) -> None:
    sent = confirm_with(lab, by_key, confirming(lab), rejection=ErrorCode.ISSUED_KEY_MISMATCH)
    assert isinstance(sent.body, CertificateConfirm)
    status = sent.body.statuses[0].status
    assert status == PkiStatusInfo(
        PkiStatus.REJECTION, ("CC-ISSUED-KEY",), frozenset({Failure.BAD_POP})
    )


def test_error_in_response_to_a_confirmation_is_a_confirm_failure(
    lab: Lab, by_key: CertificateCredential
) -> None:
    failing = answering(signing_ca(lab), ErrorMessage(REFUSED))
    error = error_of(lambda: confirm_with(lab, by_key, failing))
    assert error.code is ErrorCode.CA_CONFIRM_FAILED
    assert error.data["message"] == "no"


def test_already_confirmed_counts_as_success_only_if_signed_by_the_ca(
    lab: Lab, by_key: CertificateCredential
) -> None:
    already = ErrorMessage(replace(REFUSED, failures=frozenset({Failure.CERT_CONFIRMED})))
    confirm_with(lab, by_key, answering(signing_ca(lab), already))
    unprotected = answering(ResponseProtection(lab.root.certificate.subject), already)
    error = error_of(lambda: confirm_with(lab, by_key, unprotected))
    assert error.code is ErrorCode.CA_CONFIRM_FAILED


def test_unexpected_response_to_a_confirmation_is_malformed(
    lab: Lab, by_key: CertificateCredential
) -> None:
    unexpected = answering(signing_ca(lab), PollReply((PollEntry(0, 1),)))
    error = error_of(lambda: confirm_with(lab, by_key, unexpected))
    assert error.code is ErrorCode.CA_MALFORMED


def test_implicit_confirmation_is_accepted_only_if_requested(
    lab: Lab, by_key: CertificateCredential
) -> None:
    granted = {"general_info": (AlgorithmIdentifier("1.3.6.1.5.5.7.4.13", b"\x05\x00"),)}
    for requested in (True, False):
        server = ScriptedServer(
            [reply_with(lab, signing_ca(lab), NEW_KEY.spki, **granted), confirming(lab)]
        )
        client = client_of(server, lab, implicit=requested)
        issued = renewed(client, by_key, NEW_KEY)
        client.confirm(issued, by_key)
        assert issued.confirmed is requested
        assert server.requests[0].header.implicit_confirm is requested
        assert len(server.requests) == (1 if requested else 2)


@pytest.mark.parametrize(
    "status",
    [
        PkiStatusInfo(PkiStatus.ACCEPTED),
        PkiStatusInfo(PkiStatus.REVOCATION_NOTIFICATION),
        PkiStatusInfo(PkiStatus.REJECTION, failures=frozenset({Failure.CERT_REVOKED})),
    ],
)
def test_revocation_request_carries_issuer_serial_and_reason(
    lab: Lab, by_key: CertificateCredential, status: PkiStatusInfo
) -> None:
    server = ScriptedServer([answering(signing_ca(lab), RevokeReply((status,)))])
    client_of(server, lab).revoke(by_key, by_key.certificate)
    body = server.requests[0].body
    assert isinstance(body, RevokeRequest)
    (revocation,) = body.revocations
    assert revocation.template.serial == by_key.certificate.serial
    assert revocation.template.issuer == by_key.certificate.issuer
    assert revocation.reason == 5


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (RevokeReply((REFUSED,)), ErrorCode.CA_REFUSED),
        (RevokeReply((PkiStatusInfo(0), PkiStatusInfo(0))), ErrorCode.CA_MALFORMED),
        (PkiConfirm(), ErrorCode.CA_MALFORMED),
        (ErrorMessage(REFUSED), ErrorCode.CA_REFUSED),
    ],
)
def test_unsuccessful_revocation_is_an_error(
    lab: Lab, by_key: CertificateCredential, reply: Body, code: ErrorCode
) -> None:
    server = ScriptedServer([answering(signing_ca(lab), reply)])
    error = error_of(lambda: client_of(server, lab).revoke(by_key, by_key.certificate))
    assert error.code is code


REVOKED_ALREADY = ErrorMessage(
    PkiStatusInfo(PkiStatus.REJECTION, failures=frozenset({Failure.CERT_REVOKED}))
)


def test_revoked_already_is_no_error_in_an_error_message_either(
    lab: Lab, by_key: CertificateCredential
) -> None:
    server = ScriptedServer([answering(signing_ca(lab), REVOKED_ALREADY)])
    client_of(server, lab).revoke(by_key, by_key.certificate)


def test_revoked_already_counts_only_if_it_is_proven_and_about_the_certificate(
    lab: Lab, by_key: CertificateCredential
) -> None:
    unprotected = ResponseProtection(lab.root.certificate.subject)
    other = lab.issue(NEW_KEY.spki)
    for protection, header, certificate in (
        (unprotected, {}, by_key.certificate),
        (signing_ca(lab), {"recip_nonce": None}, by_key.certificate),
        (signing_ca(lab), {}, other),
    ):
        server = ScriptedServer([answering(protection, REVOKED_ALREADY, **header)])
        client = client_of(server, lab)
        error = error_of(partial(client.revoke, by_key, certificate))
        assert error.code is ErrorCode.CA_REFUSED
