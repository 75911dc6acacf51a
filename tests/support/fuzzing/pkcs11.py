"""PKCS#11: what a module says of its objects and tokens, and what its child process says."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pkcs11
from pkcs11 import Attribute, ObjectClass, TokenFlag
from pkcs11 import exceptions as p11

from certclient.model import ber
from certclient.model.certificate import Certificate
from certclient.model.keys import KeyRef
from certclient.model.public_keys import KeyKind
from certclient.store.base import AttemptsLeft, PinRequest
from certclient.store.isolated.messages import (
    Answer,
    Bug,
    Call,
    CertificateEntry,
    DescribeToken,
    Failure,
    FindTokens,
    FromChild,
    ListCertificates,
    ListUnusedKeys,
    LookAtToken,
    PinWanted,
    Refusal,
    TokenEntry,
    TokenState,
)
from certclient.store.isolated.module import ModuleBugError, certclient_error
from certclient.store.isolated.wire import ProtocolError, answer, receive, result_of, send
from certclient.store.pkcs11.objects import (
    CertificateObject,
    attribute_mapper,
    key_identifier,
    key_object,
    readable,
)
from certclient.store.pkcs11.token import attempts_left, availability_from_flags
from certclient.store.token_name import TokenName
from support.fuzzing.keys import fixed_lab, fixed_signer
from support.fuzzing.mutations import mutated_bytes, mutated_der
from support.fuzzing.target import FindingError, Target, check_told

_ATTRIBUTES = (
    Attribute.VALUE,
    Attribute.ID,
    Attribute.LABEL,
    Attribute.MODULUS,
    Attribute.PUBLIC_EXPONENT,
    Attribute.EC_PARAMS,
    Attribute.EC_POINT,
)
_FIRST = 0x80
"""The tag of the first attribute in an input: a SEQUENCE of [0], [1], …"""


@dataclass(frozen=True)
class _Object:
    """A `pkcs11.Object` with attributes as a module has given them."""

    values: Mapping[Attribute, bytes]

    def get_attributes(self, names: Sequence[Attribute]) -> dict[Attribute, Any]:
        mapper = attribute_mapper()
        missing = [name for name in names if name not in self.values]
        if missing:
            raise p11.AttributeTypeInvalid
        return {name: mapper.unpack_attributes(name, self.values[name]) for name in names}


def read_object(data: bytes) -> None:
    """Reads a token's object with these attributes as a certificate and as each kind of key."""
    members = ber.children(ber.read(data)) or ()
    values = {
        _ATTRIBUTES[one.tag - _FIRST]: one.content
        for one in members
        if _FIRST <= one.tag < _FIRST + len(_ATTRIBUTES)
    }
    handle = cast("pkcs11.Object", _Object(values))
    found = readable(handle, _ATTRIBUTES[:3])
    certificate = CertificateObject(
        handle,
        found.get(Attribute.ID, b""),
        found.get(Attribute.LABEL, ""),
        Certificate.read(found.get(Attribute.VALUE, b"")),
    )
    assert certificate.key_id in certificate.raw_id
    key_identifier(certificate.certificate.spki)
    for kind in KeyKind:
        for half in (ObjectClass.PUBLIC_KEY, ObjectClass.PRIVATE_KEY):
            key_object(handle, half, kind)


@dataclass(frozen=True)
class _Token:
    """A `pkcs11.Token` by what C_GetTokenInfo says."""

    label: str
    manufacturer_id: str
    model: str
    serial: bytes
    flags: TokenFlag


def read_token(data: bytes) -> None:
    """Reads a token's name and flags; the name, written as its URI, is read as the same."""
    flags, texts = data[:4], data[4:].split(b"\n", 3)
    label, maker, model, serial = (*texts, b"", b"", b"", b"")[:4]
    token = _Token(
        label.decode(errors="replace"),
        maker.decode(errors="replace"),
        model.decode(errors="replace"),
        serial,
        TokenFlag(int.from_bytes(flags, "big")),
    )
    name = TokenName.of(token)
    if TokenName.parse(name.uri) != name:
        raise FindingError(f"another name: {name.uri}")
    availability_from_flags(cast("pkcs11.Token", token))
    attempts_left(cast("pkcs11.Token", token))


_CALLS: Sequence[Call[Any]] = (
    FindTokens(),
    LookAtToken("x"),
    ListCertificates("x"),
    ListUnusedKeys("x"),
    DescribeToken("x"),
)


def read_frames(data: bytes) -> None:
    """Reads what a module's child process writes: frames, then the answers in them."""
    stream = io.BytesIO(data)
    while (message := receive(cast("Any", stream), FromChild)) is not None:
        _take(message)


def read_answer(data: bytes) -> None:
    """Reads the payload of one frame, of the right length."""
    _take(receive(cast("Any", io.BytesIO(len(data).to_bytes(4, "big") + b"\0" + data)), FromChild))


def _take(message: object) -> None:
    if isinstance(message, Refusal) and isinstance(message.error, Failure):
        check_told(certclient_error(message.error))
    if not isinstance(message, Answer):
        return
    refused = 0
    for call in _CALLS:
        try:
            result = result_of(call, message)
        except ProtocolError:
            refused += 1
            continue
        for one in result if isinstance(call, ListCertificates) else ():
            Certificate.read(one.certificate)
    if refused == len(_CALLS):
        raise ProtocolError("an answer to no call")


def _objects() -> Sequence[bytes]:
    rsa = (b"", b"id", "鍵".encode(), b"\xc0" + bytes(255), b"\1\0\1", b"", b"")
    point = fixed_signer(3).spki[-65:]
    curve = bytes.fromhex("06082a8648ce3d030107")
    ec = (b"", b"\1", b"l", b"", b"", curve, ber.encoded(ber.OCTET_STRING, point))
    own = (fixed_lab().issue(fixed_signer(3).spki).der, b"certclient:archived:\1", b"x")
    return [
        ber.encoded(
            ber.SEQUENCE,
            b"".join(ber.encoded(_FIRST + at, one) for at, one in enumerate(values) if one),
        )
        for values in (rsa, ec, own)
    ]


def _tokens() -> Sequence[bytes]:
    flags = TokenFlag.TOKEN_INITIALIZED | TokenFlag.LOGIN_REQUIRED | TokenFlag.USER_PIN_INITIALIZED
    head = int(flags).to_bytes(4, "big")
    return [head + "鍵\nSoftHSM\nv2;x=1\n00ff ".encode(), bytes(4) + b"\n\n\n", b"\xff" * 4]


def _frames() -> Sequence[bytes]:
    stream = io.BytesIO()
    entry = CertificateEntry(fixed_lab().chain[0].der, "名", KeyRef("x", b"\1"), False, True)
    for message in (
        answer(1, (TokenEntry("pkcs11:serial=1", "t"),)),
        answer(2, TokenState(needs_pin=True, attempts=AttemptsLeft.UNKNOWN)),
        answer(3, (entry,)),
        answer(4, ("certclient x",)),
        Refusal(5, Failure("TOKEN_MISSING", {"token": "t", "serial": "1"})),
        Refusal(6, Bug("KeyError", "objects.py:1 x")),
        PinWanted(7, PinRequest("x", "t", AttemptsLeft.UNKNOWN)),
    ):
        send(cast("Any", stream), message)
    return [stream.getvalue()]


def _answers() -> Sequence[bytes]:
    found, stream = [], io.BytesIO(_frames()[0])
    while head := stream.read(5):
        found.append(stream.read(int.from_bytes(head[:4], "big")))
    return found


_REFUSED = (ProtocolError, ModuleBugError)

TARGETS = (
    Target("pkcs11-object", read_object, _objects, mutated_der),
    Target("pkcs11-token", read_token, _tokens, mutated_bytes, longest=200),
    Target("module-frames", read_frames, _frames, mutated_bytes, refusals=_REFUSED),
    Target("module-answer", read_answer, _answers, mutated_bytes, refusals=_REFUSED),
)
