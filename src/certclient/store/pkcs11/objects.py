"""Reads certificates and key halves on a token as typed values. Never writes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pkcs11
from pkcs11 import Attribute, CertificateType, KeyType, ObjectClass
from pkcs11 import exceptions as p11
from pkcs11.attributes import AttributeMapper

from certclient.model import ber
from certclient.model.certificate import Certificate
from certclient.model.public_keys import (
    Curve,
    KeyKind,
    ec_point,
    ec_spki,
    is_point,
    rsa_modulus,
    rsa_spki,
)
from certclient.store.pkcs11.search import search

_PRINTABLE_STRING = 0x13

ARCHIVED = b"certclient:archived:"
"""CKA_ID prefix of an archived certificate, which therefore no longer pairs with its key.

Browsers look up the private key by the certificate's CKA_ID. Archiving is a single
C_SetAttributeValue and thus atomic; it persists on the token, and removing the prefix undoes it.
"""


@dataclass(frozen=True, slots=True)
class CertificateObject:
    """An X.509 certificate on a token. `raw_id` is its CKA_ID as stored, prefix included."""

    handle: pkcs11.Object
    raw_id: bytes
    label: str
    certificate: Certificate

    @property
    def archived(self) -> bool:
        """Whether its CKA_ID carries the ARCHIVED prefix."""
        return self.raw_id.startswith(ARCHIVED)

    @property
    def key_id(self) -> bytes:
        """The CKA_ID of its key, archived or not; b"" if it was never paired with one."""
        return self.raw_id.removeprefix(ARCHIVED)


@dataclass(frozen=True, slots=True)
class KeyObject:
    """One half of a key pair.

    `spki` is None if it does not show its public key: modulus and exponent, or curve and point;
    private halves of EC keys seldom have the point. `kind`: RSA, EC or OTHER.
    """

    handle: pkcs11.Object
    object_class: ObjectClass
    kind: KeyKind
    key_id: bytes
    label: str
    spki: bytes | None


def attribute_mapper() -> AttributeMapper:
    """Returns python-pkcs11's mapper with a tolerant decoder for CKA_LABEL.

    A label that is not UTF-8 (older middleware writes Shift_JIS) decodes with replacement
    characters instead of raising an exception.
    """
    mapper = AttributeMapper()
    mapper.register_handler(
        Attribute.LABEL, lambda text: str(text).encode(), lambda raw: raw.decode(errors="replace")
    )
    return mapper


def key_identifier(spki: bytes) -> bytes | None:
    """Returns the CKA_ID by which NSS pairs key and certificate; None for a key that is neither RSA
    nor EC.

    The SHA-1 of the modulus, or of the point as it stands in the certificate (NSS:
    PK11_MakeIDFromPubKey). With any other ID, a certificate imported later by other software would
    not pair with its key. The hash is an identifier only; no security depends on it.
    """
    modulus = rsa_modulus(spki)
    raw = ec_point(spki)
    if modulus is not None:
        raw = modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")
    return None if raw is None else hashlib.sha1(raw, usedforsecurity=False).digest()


def certificates(session: pkcs11.Session) -> Sequence[CertificateObject]:
    """Returns every X.509 certificate on the token, however much of it can be read."""
    return list(_certificates(session, _CERTIFICATE))


def certificates_with(session: pkcs11.Session, der: bytes) -> Sequence[CertificateObject]:
    """Returns those with these bytes, without a look at all others. None may be found although they
    are there: not every token searches by CKA_VALUE."""
    with suppress(pkcs11.PKCS11Error):
        found = _certificates(session, {**_CERTIFICATE, Attribute.VALUE: der})
        return [one for one in found if one.certificate.der == der]
    return ()


_CERTIFICATE: Mapping[Attribute, object] = {
    Attribute.CLASS: ObjectClass.CERTIFICATE,
    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
}


def _certificates(
    session: pkcs11.Session, template: Mapping[Attribute, object]
) -> Iterator[CertificateObject]:
    for handle in search(session, template):
        values = readable(handle, (Attribute.VALUE, Attribute.ID, Attribute.LABEL))
        yield CertificateObject(
            handle=handle,
            raw_id=values.get(Attribute.ID, b""),
            label=values.get(Attribute.LABEL, ""),
            certificate=Certificate.read(values.get(Attribute.VALUE, b"")),
        )


def keys(
    session: pkcs11.Session,
    object_class: ObjectClass,
    *,
    key_id: bytes | None = None,
    label: str | None = None,
    kind: KeyKind | None = None,
) -> Sequence[KeyObject]:
    """Returns RSA and EC key halves of `object_class` (PUBLIC_KEY or PRIVATE_KEY), by ID or label.

    `kind`: of one kind only. Private halves are visible only after login if the token requires one.
    """
    template: dict[Attribute, object] = {Attribute.CLASS: object_class}
    if key_id is not None:
        template[Attribute.ID] = key_id
    if label is not None:
        template[Attribute.LABEL] = label
    return [
        key_object(handle, object_class, one)
        for one, key_type in _KEY_TYPES.items()
        if kind in (None, one)
        for handle in search(session, {**template, Attribute.KEY_TYPE: key_type})
    ]


_KEY_TYPES = {KeyKind.RSA: KeyType.RSA, KeyKind.EC: KeyType.EC}


def other_keys(session: pkcs11.Session, object_class: ObjectClass) -> Sequence[KeyObject]:
    """Returns the key halves of `object_class` that are neither RSA nor EC: this program makes none
    of them.

    `spki` is known of public Edwards halves only.
    """
    names = (Attribute.ID, Attribute.LABEL, Attribute.MODULUS, Attribute.EC_PARAMS)
    found = []
    for handle in search(session, {Attribute.CLASS: object_class}):
        values = readable(handle, (*names, Attribute.EC_POINT))
        edwards = _EDWARDS.get(values.get(Attribute.EC_PARAMS, b""))
        if values.get(Attribute.MODULUS) or (values.get(Attribute.EC_PARAMS) and not edwards):
            continue
        spki = _edwards_spki(edwards, values.get(Attribute.EC_POINT, b"")) if edwards else None
        found.append(_half(handle, object_class, KeyKind.OTHER, values, spki))
    return found


def key_object(handle: pkcs11.Object, object_class: ObjectClass, kind: KeyKind) -> KeyObject:
    """Reads one half of an RSA or EC key pair."""
    rsa = kind is KeyKind.RSA
    shown = _RSA_NUMBERS if rsa else _EC_POINT
    values = readable(handle, (Attribute.ID, Attribute.LABEL, *shown))
    spki = _rsa_spki(values) if rsa else _ec_spki(values)
    return _half(handle, object_class, kind, values, spki)


_RSA_NUMBERS = (Attribute.MODULUS, Attribute.PUBLIC_EXPONENT)
_EC_POINT = (Attribute.EC_PARAMS, Attribute.EC_POINT)


def _rsa_spki(values: Mapping[Attribute, Any]) -> bytes | None:
    modulus = int.from_bytes(values.get(Attribute.MODULUS, b""), "big")
    exponent = int.from_bytes(values.get(Attribute.PUBLIC_EXPONENT, b""), "big")
    return rsa_spki(modulus, exponent) if modulus and exponent else None


def _ec_spki(values: Mapping[Attribute, Any]) -> bytes | None:
    """Of CKA_EC_PARAMS and CKA_EC_POINT: an OCTET STRING (PKCS#11 v3.1, 6.3.3), or, of some tokens,
    the point alone, which begins with the same octet."""
    parameters, value = values.get(Attribute.EC_PARAMS, b""), values.get(Attribute.EC_POINT, b"")
    wrapped = ber.read(value)
    if not parameters or not value:
        return None
    if any(is_point(value, curve) for curve in Curve if curve.value == parameters):
        return ec_spki(parameters, value)
    whole = wrapped is not None and wrapped.encoding == value and wrapped.tag == ber.OCTET_STRING
    return ec_spki(parameters, wrapped.content if wrapped is not None and whole else value)


def _half(
    handle: pkcs11.Object,
    object_class: ObjectClass,
    kind: KeyKind,
    values: Mapping[Attribute, Any],
    spki: bytes | None,
) -> KeyObject:
    return KeyObject(
        handle=handle,
        object_class=object_class,
        kind=kind,
        key_id=values.get(Attribute.ID, b""),
        label=values.get(Attribute.LABEL, ""),
        spki=spki,
    )


def readable(handle: pkcs11.Object, names: Sequence[Attribute]) -> Mapping[Attribute, Any]:
    """Reads those of the attributes that can be read.

    A full disk can leave a key half in NSS truncated. It must remain findable by its label, so
    that it can be removed, and must not make the whole database unreadable.
    """
    try:
        return handle.get_attributes(list(names))
    except _NO_SUCH_ATTRIBUTE:
        values: dict[Attribute, Any] = {}
        for name in names:
            with suppress(*_NO_SUCH_ATTRIBUTE):
                values |= handle.get_attributes([name])
        return values


_NO_SUCH_ATTRIBUTE = (p11.FunctionFailed, p11.AttributeTypeInvalid, p11.AttributeSensitive)


def _edwards_spki(curve: bytes, point: bytes) -> bytes | None:
    """The DER SubjectPublicKeyInfo (RFC 8410, 4) of a curve's OID and CKA_EC_POINT."""
    wrapped = ber.read(point)
    if wrapped is None or wrapped.tag != ber.OCTET_STRING:
        return None
    bits = ber.encoded(ber.BIT_STRING, b"\x00" + wrapped.content)
    return ber.encoded(ber.SEQUENCE, ber.encoded(ber.SEQUENCE, curve) + bits)


_ED25519, _ED448 = bytes.fromhex("06032b6570"), bytes.fromhex("06032b6571")
_EDWARDS = {
    _ED25519: _ED25519,
    _ED448: _ED448,
    ber.encoded(_PRINTABLE_STRING, b"edwards25519"): _ED25519,
    ber.encoded(_PRINTABLE_STRING, b"edwards448"): _ED448,
}
"""The OIDs of Edwards curves, by OID and by name (PKCS#11 v3.1, 6.3.5)."""
