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
from certclient.model.certificate_reading import rsa_modulus, rsa_spki
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
    """One half of a key pair. `spki` is None if modulus or exponent cannot be read."""

    handle: pkcs11.Object
    object_class: ObjectClass
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


def key_identifier(spki: bytes) -> bytes:
    """Returns the SHA-1 of the RSA modulus, the CKA_ID by which NSS pairs key and certificate.

    With any other ID, a certificate imported later by other software would not pair with its key.
    The hash is an identifier only; no security depends on it. Raises TypeError for a non-RSA key.
    """
    modulus = rsa_modulus(spki)
    if modulus is None:
        raise TypeError("not an RSA key")
    raw = modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")
    return hashlib.sha1(raw, usedforsecurity=False).digest()


def certificates(session: pkcs11.Session) -> Sequence[CertificateObject]:
    """Returns every X.509 certificate on the token, however much of it can be read."""
    return list(_certificates(session))


def _certificates(session: pkcs11.Session) -> Iterator[CertificateObject]:
    template = {
        Attribute.CLASS: ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
    }
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
) -> Sequence[KeyObject]:
    """Returns RSA key halves of `object_class` (PUBLIC_KEY or PRIVATE_KEY), by ID or label.

    Private halves are visible only after login if the token requires one.
    """
    template: dict[Attribute, object] = {
        Attribute.CLASS: object_class,
        Attribute.KEY_TYPE: KeyType.RSA,
    }
    if key_id is not None:
        template[Attribute.ID] = key_id
    if label is not None:
        template[Attribute.LABEL] = label
    return [key_object(handle, object_class) for handle in search(session, template)]


def other_keys(session: pkcs11.Session, object_class: ObjectClass) -> Sequence[KeyObject]:
    """Returns the key halves of `object_class` that are not RSA: this program makes none of them.

    `spki` is known of public EC halves only.
    """
    names = (Attribute.ID, Attribute.LABEL, Attribute.MODULUS, Attribute.EC_PARAMS)
    found = []
    for handle in search(session, {Attribute.CLASS: object_class}):
        values = readable(handle, (*names, Attribute.EC_POINT))
        if not values.get(Attribute.MODULUS):
            spki = _ec_spki(
                values.get(Attribute.EC_PARAMS, b""), values.get(Attribute.EC_POINT, b"")
            )
            found.append(_half(handle, object_class, values, spki))
    return found


def key_object(handle: pkcs11.Object, object_class: ObjectClass) -> KeyObject:
    """Reads one half of an RSA key pair."""
    names = (Attribute.ID, Attribute.LABEL, Attribute.MODULUS, Attribute.PUBLIC_EXPONENT)
    values = readable(handle, names)
    modulus = int.from_bytes(values.get(Attribute.MODULUS, b""), "big")
    exponent = int.from_bytes(values.get(Attribute.PUBLIC_EXPONENT, b""), "big")
    spki = rsa_spki(modulus, exponent) if modulus and exponent else None
    return _half(handle, object_class, values, spki)


def _half(
    handle: pkcs11.Object,
    object_class: ObjectClass,
    values: Mapping[Attribute, Any],
    spki: bytes | None,
) -> KeyObject:
    return KeyObject(
        handle=handle,
        object_class=object_class,
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


def _ec_spki(parameters: bytes, point: bytes) -> bytes | None:
    """The DER SubjectPublicKeyInfo of CKA_EC_PARAMS and CKA_EC_POINT (RFC 5480, 2; RFC 8410, 4)."""
    wrapped = ber.read(point)
    if not parameters or wrapped is None or wrapped.tag != ber.OCTET_STRING:
        return None
    edwards = _EDWARDS.get(parameters)
    algorithm = ber.encoded(ber.SEQUENCE, edwards or _EC_PUBLIC_KEY + parameters)
    bits = ber.encoded(ber.BIT_STRING, b"\x00" + wrapped.content)
    return ber.encoded(ber.SEQUENCE, algorithm + bits)


_EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")
"""The OID id-ecPublicKey."""

_ED25519, _ED448 = bytes.fromhex("06032b6570"), bytes.fromhex("06032b6571")
_EDWARDS = {
    _ED25519: _ED25519,
    _ED448: _ED448,
    ber.encoded(_PRINTABLE_STRING, b"edwards25519"): _ED25519,
    ber.encoded(_PRINTABLE_STRING, b"edwards448"): _ED448,
}
"""The OIDs of Edwards curves, by OID and by name (PKCS#11 v3.1, 6.3.5)."""
