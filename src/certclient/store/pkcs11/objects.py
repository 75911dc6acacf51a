"""Objects on a token as typed values: certificates, key halves; searching and reading only."""

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
"""Put before the CKA_ID of an archived certificate, which so no longer pairs with its key.

One C_SetAttributeValue, so it happens or does not; it survives on the token and is undone by
taking the prefix away. Browsers look for the private key with the certificate's CKA_ID.
"""


@dataclass(frozen=True, slots=True)
class CertificateObject:
    """An X.509 certificate on a token. `raw_id` is its CKA_ID as it stands there."""

    handle: pkcs11.Object
    raw_id: bytes
    label: str
    certificate: Certificate

    @property
    def archived(self) -> bool:
        return self.raw_id.startswith(ARCHIVED)

    @property
    def key_id(self) -> bytes:
        """The CKA_ID of its key, archived or not; b"" where it was never paired."""
        return self.raw_id.removeprefix(ARCHIVED)


@dataclass(frozen=True, slots=True)
class KeyObject:
    """One half of a key pair. `spki` is None where modulus or exponent cannot be read."""

    handle: pkcs11.Object
    object_class: ObjectClass
    key_id: bytes
    label: str
    spki: bytes | None


def attribute_mapper() -> AttributeMapper:
    """As python-pkcs11's, but a label in another encoding than UTF-8 (Shift_JIS of older
    middleware) is shown with replacement characters instead of an exception."""
    mapper = AttributeMapper()
    mapper.register_handler(
        Attribute.LABEL, lambda text: str(text).encode(), lambda raw: raw.decode(errors="replace")
    )
    return mapper


def key_identifier(spki: bytes) -> bytes:
    """SHA-1 of the RSA modulus: the CKA_ID by which NSS pairs key and certificate.

    It names, it protects nothing; with another ID a certificate imported later by other software
    would not find its key.
    """
    modulus = _rsa_public_key(spki).public_numbers().n
    raw = modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")
    return hashlib.sha1(raw, usedforsecurity=False).digest()


def is_rsa(spki: bytes) -> bool:
    """Whether a SubjectPublicKeyInfo holds an RSA key."""
    return isinstance(load_der_public_key(spki), rsa.RSAPublicKey)


def _rsa_public_key(spki: bytes) -> rsa.RSAPublicKey:
    key = load_der_public_key(spki)
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("not an RSA key")
    return key


def certificates(session: pkcs11.Session) -> Sequence[CertificateObject]:
    """Every readable X.509 certificate; what is no certificate inside is left out."""
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
    """RSA key halves of `object_class` (PUBLIC_KEY or PRIVATE_KEY), narrowed by ID or label.

    Private halves are seen only after login, where the token wants one.
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
    """What can be read of a key half, in one call where it is whole.

    NSS cannot read the numbers of a half that a full disk cut short; it must still be found by its
    label to be removed, and must not make the whole database unreadable.
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
        # A foreign key that `cryptography` refuses (too short, even exponent) is none of ours.
        return None
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
