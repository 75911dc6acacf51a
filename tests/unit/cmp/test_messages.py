"""CMP messages: encodings round-trip, and an independent decoder agrees."""

from __future__ import annotations

import contextlib
import random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.der.decoder import decode as pyasn1_decode
from pyasn1.codec.der.encoder import encode as pyasn1_encode
from pyasn1_alt_modules import rfc4211, rfc9810

from certclient.cmp import syntax
from certclient.cmp.bodies import (
    Body,
    CertificateRequest,
    CertResponse,
    OtherBody,
    Pkcs10Request,
    RequestKind,
)
from certclient.cmp.crmf import (
    AUTHENTICATOR,
    OLD_CERT_ID,
    REG_TOKEN,
    CertReqMsg,
    CertRequest,
    CertTemplate,
)
from certclient.cmp.messages import (
    MAX_CERTIFICATES,
    MAX_MESSAGE_BYTES,
    Header,
    MalformedMessageError,
    Message,
)
from certclient.cmp.names import EMPTY_NAME, CertId, directory_name
from certclient.cmp.signatures import prove_possession
from certclient.cmp.status import Failure, PkiStatus, PkiStatusInfo
from support import cmp_values
from support.pki import customer_name, make_lab, rsa_key, rsa_signer

HEADER = Header(
    sender=directory_name(customer_name().public_bytes()),
    recipient=directory_name(EMPTY_NAME),
    transaction_id=bytes(16),
    sender_nonce=bytes(16),
)


@given(cmp_values.headers, cmp_values.bodies, st.none() | cmp_values.octets)
def test_message_survives_encoding_and_decoding(
    header: Header, body: Body, protection: bytes | None
) -> None:
    message = Message.build(header, body, (make_lab().root.certificate.der,))
    sent = message if protection is None else message.protected(protection)
    received = Message.decode(sent.encode())
    assert received == sent
    assert received.encode() == sent.encode()


@settings(max_examples=50)
@given(cmp_values.headers, cmp_values.bodies)
def test_independent_decoder_agrees(header: Header, body: Body) -> None:
    der = Message.build(header, body).encode()
    message, rest = pyasn1_decode(der, asn1Spec=rfc9810.PKIMessage())
    assert rest == b""
    assert pyasn1_encode(message) == der
    assert int(message["header"]["pvno"]) == header.pvno
    if header.transaction_id is not None:
        assert bytes(message["header"]["transactionID"]) == header.transaction_id


def test_independent_decoder_finds_the_controls_and_the_key() -> None:
    signer = rsa_signer(1)
    old = CertId(customer_name().public_bytes(), 0x1234)
    request = CertRequest(
        0,
        CertTemplate(subject=customer_name().public_bytes(), spki=signer.spki),
        old_cert_id=old,
        registration_token="123456",
        authenticator="7777",
    )
    der = prove_possession(request, signer).encode()
    decoded, _ = pyasn1_decode(der, asn1Spec=rfc4211.CertReqMsg())
    controls = {
        str(control["type"]): bytes(control["value"]) for control in decoded["certReq"]["controls"]
    }
    assert controls == {
        REG_TOKEN: b"\x0c\x06123456",
        AUTHENTICATOR: b"\x0c\x047777",
        OLD_CERT_ID: old.encode(),
    }
    key = decoded["certReq"]["certTemplate"]["publicKey"]
    assert int(key["subjectPublicKey"].asInteger()) % 2**16 == int.from_bytes(signer.spki[-2:])


def test_failure_names_match_rfc_9810() -> None:
    standard = rfc9810.PKIFailureInfo().namedValues
    assert {failure.asn1_name: int(failure) for failure in Failure} == dict(standard)


def test_status_values_match_rfc_9810() -> None:
    standard = {int(number) for number in rfc9810.PKIStatus().namedValues.values()}
    assert {int(status) for status in PkiStatus} == standard


def test_pkcs10_request_is_preserved() -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(customer_name())
    csr = builder.sign(rsa_key(1), hashes.SHA256()).public_bytes(Encoding.DER)
    received = Message.decode(Message.build(HEADER, Pkcs10Request(csr)).encode())
    assert received.body == Pkcs10Request(csr)


def test_unsupported_body_is_preserved() -> None:
    nested = OtherBody(20, syntax.wrapped_list(()))
    assert Message.decode(Message.build(HEADER, nested).encode()).body == nested


def test_encrypted_certificate_is_recognized() -> None:
    encrypted = syntax.CertifiedKeyPair(
        cert_or_enc_cert=syntax.tlv(b"\xa1\x02\x30\x00"), private_key=None, publication_info=None
    )
    response = syntax.CertResponse(
        cert_req_id=0,
        status=PkiStatusInfo(0).to_syntax(),
        certified_key_pair=encrypted,
        rsp_info=None,
    )
    assert CertResponse.from_syntax(response).encrypted


def test_message_time_valid_only_in_ber_is_ignored() -> None:
    der = HEADER.encode()
    odd_time = syntax.wrap(0xA0, b"\x18\x13" + b"20261120190000+0900")
    members = [syntax.encode(member) for member in syntax.items(der)]
    header = Header.decode(syntax.wrapped_list([*members[:3], odd_time, *members[3:]]))
    assert header.message_time is None
    assert header.transaction_id == HEADER.transaction_id


def test_repr_of_a_request_hides_secrets() -> None:
    request = CertRequest(0, CertTemplate(), registration_token="123456", authenticator="7777")
    shown = repr(CertificateRequest(RequestKind.KUR, (CertReqMsg.build(request),)))
    assert "123456" not in shown
    assert "7777" not in shown


@given(st.binary(max_size=300))
def test_random_bytes_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        Message.decode(data)


@settings(max_examples=30)
@given(cmp_values.headers, cmp_values.bodies, st.randoms(use_true_random=False))
def test_damaged_message_is_decoded_faithfully_or_refused(
    header: Header, body: Body, rng: random.Random
) -> None:
    der = Message.build(header, body).encode()
    for _ in range(20):
        damaged = bytearray(der)
        damaged[rng.randrange(len(der))] ^= 1 << rng.randrange(8)
        with contextlib.suppress(MalformedMessageError):
            assert Message.decode(bytes(damaged)).encode() == bytes(damaged)


def test_message_truncated_at_any_length_is_refused() -> None:
    signer = rsa_signer(1)
    request = prove_possession(CertRequest(0, CertTemplate(spki=signer.spki)), signer)
    der = Message.build(HEADER, CertificateRequest(RequestKind.IR, (request,))).encode()
    for length in range(len(der)):
        with pytest.raises(MalformedMessageError):
            Message.decode(der[:length])


def nested(levels: int) -> bytes:
    data = syntax.NULL
    for _ in range(levels):
        data = syntax.wrapped_list((data,))
    return data


@pytest.mark.parametrize(
    "der",
    [
        pytest.param(nested(20_000), id="deep"),
        pytest.param(b"\x30\x80\x00\x00", id="indefinite length"),
        pytest.param(b"\x30\x84\xff\xff\xff\xff", id="endless"),
        pytest.param(bytes(MAX_MESSAGE_BYTES + 1), id="too long"),
    ],
)
def test_abusive_encodings_are_refused(der: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        Message.decode(der)


def test_deep_nesting_inside_a_body_is_harmless() -> None:
    der = Message.build(HEADER, OtherBody(20, nested(10_000))).encode()
    assert isinstance(Message.decode(der).body, OtherBody)


def test_too_many_certificates_are_refused() -> None:
    certificate = make_lab().root.certificate.der
    message = Message.build(HEADER, OtherBody(20, syntax.NULL), (certificate,) * 2)
    crowded = Message.build(
        HEADER, OtherBody(20, syntax.NULL), (b"\x30\x00",) * (MAX_CERTIFICATES + 1)
    )
    assert len(Message.decode(message.encode()).extra_certs) == 2
    with pytest.raises(MalformedMessageError):
        Message.decode(crowded.encode())


def test_duplicate_control_is_refused() -> None:
    request = CertRequest(0, CertTemplate(), authenticator="7777").encode()
    number, template, controls = (syntax.encode(item) for item in syntax.items(request))
    control = syntax.encode(syntax.items(controls)[0])
    doubled = syntax.wrapped_list((number, template, syntax.wrapped_list((control, control))))
    with pytest.raises(MalformedMessageError):
        CertRequest.decode(doubled)
