"""Reads certificates and key halves on a token as typed values. Never writes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pkcs11
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from pkcs11 import Attribute, CertificateType, KeyType, ObjectClass
from pkcs11 import exceptions as p11
from pkcs11.attributes import AttributeMapper

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.store.pkcs11.search import search

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
    modulus = _rsa_public_key(spki).public_numbers().n
    raw = modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")
    return hashlib.sha1(raw, usedforsecurity=False).digest()


def is_rsa(spki: bytes) -> bool:
    """Returns whether a DER SubjectPublicKeyInfo holds an RSA key."""
    return isinstance(load_der_public_key(spki), rsa.RSAPublicKey)


def _rsa_public_key(spki: bytes) -> rsa.RSAPublicKey:
    key = load_der_public_key(spki)
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("not an RSA key")
    return key


def certificates(session: pkcs11.Session) -> Sequence[CertificateObject]:
    """Returns every X.509 certificate on the token; skips objects that cannot be parsed."""
    return list(_certificates(session))


def _certificates(session: pkcs11.Session) -> Iterator[CertificateObject]:
    template = {
        Attribute.CLASS: ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
    }
    for handle in search(session, template):
        values = handle.get_attributes([Attribute.VALUE, Attribute.ID, Attribute.LABEL])
        try:
            certificate = Certificate.from_der(values.get(Attribute.VALUE, b""))
        except CertclientError:
            continue
        yield CertificateObject(
            handle=handle,
            raw_id=values.get(Attribute.ID, b""),
            label=values.get(Attribute.LABEL, ""),
            certificate=certificate,
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
    return [_key(handle, object_class) for handle in search(session, template)]


def _key(handle: pkcs11.Object, object_class: ObjectClass) -> KeyObject:
    values = _readable(handle)
    modulus = values.get(Attribute.MODULUS, b"")
    exponent = values.get(Attribute.PUBLIC_EXPONENT, b"")
    return KeyObject(
        handle=handle,
        object_class=object_class,
        key_id=values.get(Attribute.ID, b""),
        label=values.get(Attribute.LABEL, ""),
        spki=_spki(modulus, exponent),
    )


def _readable(handle: pkcs11.Object) -> dict[Attribute, Any]:
    """Reads the attributes of a key half; without modulus and exponent if NSS cannot read them.

    A full disk can leave a half truncated. It must remain findable by its label, so that it can be
    removed, and must not make the whole database unreadable.
    """
    names = [Attribute.ID, Attribute.LABEL]
    try:
        return handle.get_attributes([*names, Attribute.MODULUS, Attribute.PUBLIC_EXPONENT])
    except p11.FunctionFailed:
        return handle.get_attributes(names)


def _spki(modulus: bytes, exponent: bytes) -> bytes | None:
    numbers = rsa.RSAPublicNumbers(
        e=int.from_bytes(exponent, "big"), n=int.from_bytes(modulus, "big")
    )
    try:
        public_key = numbers.public_key()
    except ValueError:
        # `cryptography` refuses the key (too short, even exponent): another program's key.
        return None
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
