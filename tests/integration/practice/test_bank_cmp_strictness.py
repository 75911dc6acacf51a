"""What the practice bank refuses, with the failure that RFC 9810 means, in the body of RFC 9483."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certclient.cmp import syntax
from certclient.cmp.bodies import (
    Body,
    CertificateConfirm,
    CertificateReply,
    CertificateRequest,
    CertStatus,
    ErrorMessage,
    GeneralKind,
    GeneralMessage,
    Pkcs10Request,
    RequestKind,
)
from certclient.cmp.crmf import CertReqMsg, CertRequest, CertTemplate, PopSignature
from certclient.cmp.mac import PBM, PBMAC1
from certclient.cmp.messages import CONFIRM_WAIT_TIME, IMPLICIT_CONFIRM, Message
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.revocation import Revocation, RevokeReply, RevokeRequest
from certclient.cmp.signatures import RSA_SHA256, prove_possession
from certclient.cmp.status import Failure, PkiStatus, PkiStatusInfo
from certclient.model.certificate import Certificate
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.ca import customer_subject
from certclient_practice.bank.policy import BankPolicy
from certclient_practice.cmp.responder import CmpResponder
from certclient_practice.repositories.records import CertificateState, Customer
from support.bank import USER_ID
from support.bank_customer import (
    CmpExchange,
    accept,
    by_certificate,
    by_code,
    failure,
    ir,
    issued,
    kur,
    poll,
    refusing_status,
    revoke,
)
from support.pki import rsa_key, rsa_signer

OLD_KEY, NEW_KEY, OTHER_KEY = rsa_signer(1), rsa_signer(2), rsa_signer(3)
SHA1_WITH_RSA = AlgorithmIdentifier("1.2.840.113549.1.1.5", syntax.NULL)


class StrictBank:
    """A bank with one customer, who has a certificate and an issue code."""

    def __init__(self, folder: Path) -> None:
        self.bank = Bank(folder, BankPolicy(allow_implicit_confirm=True))
        self.customer: Customer = self.bank.add_customer(USER_ID, "1403")
        self.handle = CmpResponder(self.bank).handle
        self.current = self.bank.issue_certificate(USER_ID, OLD_KEY.spki, 20)
        self.code = self.bank.issue_code(USER_ID)

    def with_certificate(self) -> CmpExchange:
        return by_certificate(self.handle, self.current, OLD_KEY)

    def with_code(self) -> CmpExchange:
        return by_code(self.handle, USER_ID, self.code)

    @property
    def state(self) -> CertificateState | None:
        return self.bank.state_of(self.current.serial_hex)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StrictBank]:
    opened = StrictBank(tmp_path)
    yield opened
    opened.bank.close()


# --- Which body refuses (RFC 9483, 3.6.2) --------------------------------------------------------


def test_what_is_wrong_in_a_request_is_refused_in_the_response_to_it(server: StrictBank) -> None:
    bad_csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "ANOTHER")]))
        .sign(rsa_key(2), hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    other = kur(NEW_KEY, server.current, subject=server.bank.ca.intermediate.subject)
    foreign = ir(NEW_KEY, server.bank.ca.intermediate.subject)
    for talk, request, tag in (
        (server.with_code(), foreign, 1),
        (server.with_code(), replace(foreign, kind=RequestKind.CR), 3),
        (server.with_code(), Pkcs10Request(bad_csr), 3),
        (server.with_certificate(), other, 8),
        (server.with_certificate(), revoke(server.bank.ca.intermediate), 12),
    ):
        reply = talk.exchange(request)
        assert reply.body.tag == tag
        assert refusing_status(reply).status == PkiStatus.REJECTION
        if isinstance(reply.body, CertificateReply):
            number = -1 if isinstance(request, Pkcs10Request) else 0
            assert reply.body.responses[0].cert_req_id == number


def test_what_is_wrong_elsewhere_is_refused_by_an_error_message(server: StrictBank) -> None:
    talk = server.with_code()
    certificate = issued(talk.exchange(ir(NEW_KEY)))
    unknown = server.with_code()
    for reply in (
        talk.exchange(ir(OTHER_KEY)),  # transactionID in use
        unknown.exchange(poll()),  # no such transaction
        unknown.exchange(accept(certificate)),
        server.with_certificate().exchange(kur(NEW_KEY, server.current), pvno=4),
    ):
        assert isinstance(reply.body, ErrorMessage)


def test_a_key_used_up_while_waiting_is_refused_in_the_delayed_response(
    server: StrictBank,
) -> None:
    server.bank.policy = replace(server.bank.policy, wait_polls=1)
    waits, quick = server.with_code(), server.with_code()
    assert refusing_status(waits.exchange(ir(NEW_KEY))).status == PkiStatus.WAITING
    server.bank.policy = replace(server.bank.policy, wait_polls=0)
    server.bank.add_customer("OTHER1", "1403")
    code = server.bank.issue_code("OTHER1")
    quick = by_code(server.handle, "OTHER1", code)
    quick.exchange(accept(issued(quick.exchange(ir(NEW_KEY)))))
    reply = waits.exchange(poll())
    assert isinstance(reply.body, CertificateReply)
    assert failure(reply) is Failure.BAD_CERT_TEMPLATE


# --- Protection ----------------------------------------------------------------------------------


def test_a_mac_in_place_of_a_signature_and_the_reverse(server: StrictBank) -> None:
    server.bank.policy = replace(server.bank.policy, wait_polls=1)
    by_mac, by_key = server.with_code(), server.with_certificate()
    assert failure(by_mac.exchange(kur(NEW_KEY, server.current))) is Failure.WRONG_INTEGRITY
    assert failure(by_mac.exchange(revoke(server.current))) is Failure.WRONG_INTEGRITY
    assert failure(by_key.exchange(ir(NEW_KEY))) is Failure.WRONG_INTEGRITY
    begun = server.with_certificate()
    begun.exchange(kur(NEW_KEY, server.current))
    goes_on = replace(server.with_code(), transaction_id=begun.transaction_id, nonce=begun.nonce)
    assert failure(goes_on.exchange(poll())) is Failure.WRONG_INTEGRITY
    assert server.state is CertificateState.CONFIRMED


def protected_by(talk: CmpExchange, body: Body, algorithm: AlgorithmIdentifier) -> Message:
    """A message by RSA, PKCS#1 v1.5, with SHA-1 if `algorithm` says so; else with random bits."""
    whole = Message.decode(talk.message(body))
    header = replace(whole.header, protection_alg=algorithm)
    message = Message.build(header, body, whole.extra_certs)
    protection = secrets.token_bytes(256)
    if algorithm == SHA1_WITH_RSA:
        sha1 = hashes.SHA1()
        protection = rsa_key(1).sign(message.protected_part, padding.PKCS1v15(), sha1)
    return talk.send(message.protected(protection).encode())


SHA3 = "2.16.840.1.101.3.4.2.8"


def pbm(one_way: str) -> AlgorithmIdentifier:
    hmac = AlgorithmIdentifier("1.2.840.113549.2.9", syntax.NULL)
    value = syntax.PBMParameter(
        salt=bytes(16),
        owf=syntax.tlv(AlgorithmIdentifier(one_way).encode()),
        iteration_count=1000,
        mac=syntax.tlv(hmac.encode()),
    )
    return AlgorithmIdentifier(PBM, syntax.encode(value))


def pbmac1(mac: str) -> AlgorithmIdentifier:
    derivation = syntax.PBKDF2Params(salt=bytes(16), iteration_count=1000, key_length=32, prf=None)
    kdf = AlgorithmIdentifier("1.2.840.113549.1.5.12", syntax.encode(derivation))
    members = (kdf.encode(), AlgorithmIdentifier(mac).encode())
    return AlgorithmIdentifier(PBMAC1, syntax.wrapped_list(members))


@pytest.mark.parametrize(
    "algorithm",
    [
        pytest.param(AlgorithmIdentifier("1.2.840.113549.2.9"), id="HMAC with SHA-256"),
        pytest.param(AlgorithmIdentifier("2.16.840.1.101.3.4.2.19"), id="KMAC128"),
        pytest.param(AlgorithmIdentifier("2.16.840.1.101.3.4.2.20"), id="KMAC256"),
        pytest.param(SHA1_WITH_RSA, id="RSA with SHA-1"),
        pytest.param(AlgorithmIdentifier("2.16.840.1.101.3.4.3.14"), id="RSA with SHA3-256"),
        pytest.param(AlgorithmIdentifier("1.2.840.113549.1.1.10", b"\x30\x00"), id="PSS, SHA-1"),
        pytest.param(AlgorithmIdentifier("1.2.3.4"), id="unknown"),
        pytest.param(pbm(SHA3), id="PBM with SHA3-256"),
        pytest.param(pbmac1("1.2.840.113549.2.14"), id="PBMAC1 with HMAC-SHA3"),
    ],
)
def test_an_algorithm_that_the_bank_does_not_take(
    server: StrictBank, algorithm: AlgorithmIdentifier
) -> None:
    for talk, body in (
        (server.with_code(), ir(NEW_KEY)),
        (server.with_certificate(), kur(NEW_KEY, server.current)),
        (server.with_certificate(), revoke(server.current)),
    ):
        reply = protected_by(talk, body, algorithm)
        assert isinstance(reply.body, ErrorMessage)
        assert failure(reply) is Failure.BAD_ALG
    assert server.state is CertificateState.CONFIRMED


def test_a_wrong_signature_by_a_right_algorithm_is_no_question_of_the_algorithm(
    server: StrictBank,
) -> None:
    reply = protected_by(server.with_certificate(), kur(NEW_KEY, server.current), RSA_SHA256)
    assert failure(reply) is Failure.BAD_MESSAGE_CHECK


# --- Requests ------------------------------------------------------------------------------------


def proven(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> CertificateRequest:
    """An ir for this key, with a right proof of possession."""
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    der = CertRequest(0, CertTemplate(spki=spki)).encode()
    if isinstance(key, rsa.RSAPrivateKey):
        signed = PopSignature(RSA_SHA256, key.sign(der, padding.PKCS1v15(), hashes.SHA256()))
    else:
        signed = PopSignature(AlgorithmIdentifier("1.3.101.112"), key.sign(der))
    return CertificateRequest(RequestKind.IR, (CertReqMsg.build(CertRequest.decode(der), signed),))


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(lambda: rsa_key(11, 1024), id="RSA 1024"),
        pytest.param(lambda: rsa.generate_private_key(3, 2048), id="exponent 3"),
        pytest.param(ed25519.Ed25519PrivateKey.generate, id="Ed25519"),
    ],
)
def test_a_proven_key_of_the_wrong_size_or_kind(
    server: StrictBank, key: Callable[[], rsa.RSAPrivateKey]
) -> None:
    assert failure(server.with_code().exchange(proven(key()))) is Failure.BAD_CERT_TEMPLATE


def test_a_proof_by_an_algorithm_that_the_bank_does_not_take(server: StrictBank) -> None:
    request = CertRequest(0, CertTemplate(spki=NEW_KEY.spki))
    sha1 = hashes.SHA1()
    signature = rsa_key(2).sign(request.encode(), padding.PKCS1v15(), sha1)
    message = CertReqMsg.build(request, PopSignature(SHA1_WITH_RSA, signature))
    reply = server.with_code().exchange(CertificateRequest(RequestKind.IR, (message,)))
    assert failure(reply) is Failure.BAD_ALG


def extension(oid: str, value: str) -> bytes:
    """Extensions (DER) with this one; `value` in hex."""
    one = syntax.Extension(
        oid=x509.ObjectIdentifier(oid), critical=False, value=bytes.fromhex(value)
    )
    return syntax.wrapped_list((syntax.encode(one),))


CLIENT_AUTH = extension("2.5.29.37", "300a06082b06010505070302")
SERVER_AUTH = extension("2.5.29.37", "300a06082b06010505070301")
VALIDITY = syntax.wrapped_list((syntax.wrap(0xA1, b"\x17\x0d" + b"400101000000Z"),))  # until 2040


@pytest.mark.parametrize("polls", [0, 1])
@pytest.mark.parametrize(
    ("wishes", "modified"),
    [
        ({}, False),
        ({"subject": "on file"}, False),
        ({"extensions": CLIENT_AUTH}, False),
        ({"subject": "CN alone"}, True),
        ({"extensions": SERVER_AUTH}, True),
        ({"validity": VALIDITY}, True),
    ],
    ids=str,
)
def test_a_certificate_that_differs_from_the_template_is_granted_with_modifications(
    server: StrictBank, wishes: dict[str, object], modified: bool, polls: int
) -> None:
    server.bank.policy = replace(server.bank.policy, wait_polls=polls)
    subjects = {
        "on file": customer_subject(server.customer).public_bytes(),
        "CN alone": x509.Name(
            [x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, USER_ID)]
        ).public_bytes(),
    }
    if "subject" in wishes:
        wishes = {"subject": subjects[str(wishes["subject"])]}
    template = CertTemplate(spki=NEW_KEY.spki, **wishes)  # type: ignore[arg-type] # by name
    request = prove_possession(CertRequest(0, template), NEW_KEY)
    talk = server.with_code()
    reply = talk.exchange(CertificateRequest(RequestKind.IR, (request,)))
    if polls:
        reply = talk.exchange(poll())
    certificate = issued(reply)
    assert isinstance(reply.body, CertificateReply)
    status = reply.body.responses[0].status
    expected = PkiStatus.GRANTED_WITH_MODS if modified else PkiStatus.ACCEPTED
    assert status.status == expected
    assert bool(status.text) is modified
    talk.exchange(accept(certificate))
    assert server.bank.state_of(certificate.serial_hex) is CertificateState.CONFIRMED


# --- Headers -------------------------------------------------------------------------------------


def test_a_first_message_has_no_recipient_nonce(server: StrictBank) -> None:
    by_key = server.with_certificate()
    for talk, body in (
        (server.with_code(), ir(NEW_KEY)),
        (by_key, kur(NEW_KEY, server.current)),
        (by_key, revoke(server.current)),
        (by_key, GeneralMessage(GeneralKind.GENM)),
    ):
        reply = talk.exchange(body, recip_nonce=bytes(16))
        assert isinstance(reply.body, ErrorMessage)
        assert failure(reply) is Failure.BAD_RECIPIENT_NONCE
    assert server.state is CertificateState.CONFIRMED


@pytest.mark.parametrize("value", [None, b"\x01\x01\xff", b"\x30\x00", b"\x04\x00"])
def test_implicit_confirm_is_null(server: StrictBank, value: bytes | None) -> None:
    info = (AlgorithmIdentifier(IMPLICIT_CONFIRM, value),)
    reply = server.with_code().exchange(ir(NEW_KEY), general_info=info)
    assert isinstance(reply.body, ErrorMessage)
    assert failure(reply) is Failure.BAD_REQUEST
    assert len(server.bank.certificates()) == 1


def test_implicit_confirm_stands_in_a_certificate_request_only(server: StrictBank) -> None:
    info = (AlgorithmIdentifier(IMPLICIT_CONFIRM, syntax.NULL),)
    talk = server.with_code()
    certificate = issued(talk.exchange(ir(NEW_KEY)))
    assert failure(talk.exchange(accept(certificate), general_info=info)) is Failure.BAD_REQUEST
    assert server.bank.state_of(certificate.serial_hex) is CertificateState.UNCONFIRMED
    granted = server.with_code().exchange(ir(NEW_KEY), general_info=info)
    assert granted.header.implicit_confirm


def test_confirm_wait_time_is_a_generalized_time(server: StrictBank) -> None:
    utc_time = b"\x17\x0d" + b"261129120000Z"
    generalized_time = b"\x18\x0f" + b"20261129120000Z"
    for value in (utc_time, None, syntax.NULL):
        info = (AlgorithmIdentifier(CONFIRM_WAIT_TIME, value),)
        reply = server.with_code().exchange(ir(NEW_KEY), general_info=info)
        assert isinstance(reply.body, ErrorMessage)
        assert failure(reply) is Failure.BAD_DATA_FORMAT
    info = (AlgorithmIdentifier(CONFIRM_WAIT_TIME, generalized_time),)
    assert issued(server.with_code().exchange(ir(NEW_KEY), general_info=info))


@pytest.mark.parametrize(
    "status",
    [
        PkiStatusInfo(PkiStatus.ACCEPTED, failures=frozenset({Failure.BAD_REQUEST})),
        PkiStatusInfo(PkiStatus.WAITING),
        PkiStatusInfo(PkiStatus.GRANTED_WITH_MODS),
        PkiStatusInfo(99),
    ],
    ids=str,
)
def test_a_confirmation_that_contradicts_itself(server: StrictBank, status: PkiStatusInfo) -> None:
    talk = server.with_code()
    certificate = issued(talk.exchange(ir(NEW_KEY)))
    digest = hashlib.sha256(certificate.der).digest()
    reply = talk.exchange(CertificateConfirm((CertStatus(digest, 0, status),)))
    assert failure(reply) is Failure.BAD_REQUEST
    assert server.bank.state_of(certificate.serial_hex) is CertificateState.UNCONFIRMED
    talk.exchange(accept(certificate))
    assert server.bank.state_of(certificate.serial_hex) is CertificateState.CONFIRMED


# --- Revocation ----------------------------------------------------------------------------------


def revocation(certificate: Certificate, *reasons: int, **template: bytes) -> RevokeRequest:
    named = CertTemplate(certificate.serial, certificate.issuer, **template)
    first, further = (reasons[0], reasons[1:]) if reasons else (None, ())
    return RevokeRequest((Revocation(named, first, further),))


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        pytest.param((8,), Failure.BAD_REQUEST, id="removeFromCRL"),
        pytest.param((6,), Failure.BAD_REQUEST, id="certificateHold"),
        pytest.param((7,), Failure.BAD_DATA_FORMAT, id="not used"),
        pytest.param((11,), Failure.BAD_DATA_FORMAT, id="unknown"),
        pytest.param((255,), Failure.BAD_DATA_FORMAT, id="negative"),
        pytest.param((1, 5), Failure.BAD_REQUEST, id="two"),
        pytest.param((5, 5), Failure.BAD_REQUEST, id="the same twice"),
        pytest.param((5, 8), Failure.BAD_REQUEST, id="revoke and revive"),
    ],
)
def test_reasons_for_which_nothing_is_revoked(
    server: StrictBank, reasons: tuple[int, ...], expected: Failure
) -> None:
    reply = server.with_certificate().exchange(revocation(server.current, *reasons))
    assert isinstance(reply.body, RevokeReply)
    assert failure(reply) is expected
    assert server.state is CertificateState.CONFIRMED


@pytest.mark.parametrize("reasons", [(), (0,), (1,), (3,), (4,), (5,), (9,)])
def test_reasons_for_which_a_certificate_is_revoked(
    server: StrictBank, reasons: tuple[int, ...]
) -> None:
    reply = server.with_certificate().exchange(revocation(server.current, *reasons))
    assert refusing_status(reply).status == PkiStatus.ACCEPTED
    assert server.state is CertificateState.REVOKED


def own_validity(certificate: Certificate) -> bytes:
    """OptionalValidity with the end of the certificate."""
    end = certificate.not_after.strftime("%y%m%d%H%M%SZ").encode()
    return syntax.wrapped_list((syntax.wrap(0xA1, syntax.wrap(0x17, end)),))


def test_the_template_of_a_revocation_is_about_one_certificate(server: StrictBank) -> None:
    current, issuer = server.current, server.bank.ca.intermediate
    for wrong in (
        {"subject": issuer.subject},
        {"spki": OTHER_KEY.spki},
        {"extensions": SERVER_AUTH},
        {"validity": VALIDITY},
        {"subject": current.subject, "spki": OTHER_KEY.spki},
    ):
        reply = server.with_certificate().exchange(revocation(current, **wrong))
        assert isinstance(reply.body, RevokeReply)
        assert failure(reply) is Failure.BAD_CERT_ID
        assert server.state is CertificateState.CONFIRMED
    own = {
        "subject": current.subject,
        "spki": current.spki,
        "extensions": CLIENT_AUTH,
        "validity": own_validity(current),
    }
    reply = server.with_certificate().exchange(revocation(current, **own))
    assert refusing_status(reply).status == PkiStatus.ACCEPTED
    assert server.state is CertificateState.REVOKED
