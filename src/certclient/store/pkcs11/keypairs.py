"""RSA key pairs on a token: made there, found again, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

import pkcs11
from pkcs11 import Attribute, KeyType, MechanismFlag, ObjectClass

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.store.pkcs11.objects import (
    CertificateObject,
    KeyObject,
    certificates,
    key_identifier,
    keys,
)

_PUBLIC_TEMPLATE = {Attribute.PRIVATE: False}
"""Seen without a PIN: tells whose certificates have their key here."""

_PRIVATE_TEMPLATE = {
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
}


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key that can be used now, with its public key as DER SubjectPublicKeyInfo."""

    handle: pkcs11.Object
    spki: bytes


def generate(session: pkcs11.Session, spec: KeySpec, label: str) -> bytes:
    """Makes a pair that can only sign; returns its CKA_ID. The same label again: the same pair.

    The label is part of the generation itself, the ID can only follow: a stop in between leaves a
    pair that `find` completes. After an error nothing is left.
    """
    present = find(session, label)
    if present is not None:
        return present
    try:
        public, private = session.generate_keypair(
            KeyType.RSA,
            spec.bits,
            label=label,
            store=True,
            capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
            public_template=_PUBLIC_TEMPLATE,
            private_template=_PRIVATE_TEMPLATE,
        )
    except pkcs11.PKCS11Error:
        _remove_labelled(session, label)
        raise
    try:
        return _identify(keys(session, ObjectClass.PUBLIC_KEY, label=label), (public, private))
    except (pkcs11.PKCS11Error, CertclientError):
        _remove_labelled(session, label)
        raise


def _identify(publics: Sequence[KeyObject], pair: Iterable[pkcs11.Object]) -> bytes:
    """Writes the CKA_ID that follows from the modulus to both halves."""
    spki = publics[0].spki if publics else None
    if spki is None:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="public key cannot be read")
    key_id = key_identifier(spki)
    for half in pair:
        half[Attribute.ID] = key_id
    return key_id


def find(session: pkcs11.Session, label: str) -> bytes | None:
    """CKA_ID of the pair generated under `label`; a pair without it gets it, a half is removed.

    A half that a certificate pairs with stays: some tokens keep no public key object.
    """
    publics = keys(session, ObjectClass.PUBLIC_KEY, label=label)
    privates = keys(session, ObjectClass.PRIVATE_KEY, label=label)
    if publics and privates:
        key_id = _identify(publics, ())
        for half in chain(publics, privates):
            if half.key_id != key_id:
                half.handle[Attribute.ID] = key_id
        return key_id
    used = {found.key_id for found in certificates(session)} if privates or publics else set()
    for half in chain(publics, privates):
        if half.key_id and half.key_id in used:
            return half.key_id if privates else None
        half.handle.destroy()
    return None


def _remove_labelled(session: pkcs11.Session, label: str) -> None:
    """Takes back what a failed generation left; the error that made it fail is what counts."""
    with suppress(pkcs11.PKCS11Error):
        for object_class in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY):
            for half in keys(session, object_class, label=label):
                half.handle.destroy()


def private_key(session: pkcs11.Session, key_id: bytes) -> PrivateKey:
    """The private key with this CKA_ID. Raises KEY_NOT_FOUND; KEY_UNSUPPORTED if it is not known
    which public key belongs to it."""
    found = keys(session, ObjectClass.PRIVATE_KEY, key_id=key_id) if key_id else ()
    if not found:
        raise CertclientError(ErrorCode.KEY_NOT_FOUND)
    spki = found[0].spki or _public_spki(session, key_id)
    if spki is None:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="public key cannot be read")
    return PrivateKey(handle=found[0].handle, spki=spki)


def _public_spki(session: pkcs11.Session, key_id: bytes) -> bytes | None:
    """For tokens that do not show a private key's modulus: public key object, else certificate."""
    public = (half.spki for half in keys(session, ObjectClass.PUBLIC_KEY, key_id=key_id))
    paired = (found.certificate.spki for found in certificates(session) if found.key_id == key_id)
    return next((spki for spki in chain(public, paired) if spki is not None), None)


def delete(session: pkcs11.Session, key_id: bytes, spki: bytes | None = None) -> None:
    """Deletes both halves with this CKA_ID; with `spki` only those that are not another key's.

    The private half first: what a stop in between leaves is harmless and found by the next call.
    Raises TOKEN_FAILED if a half is still there: NSS says nothing when a full disk kept it from
    deleting one.
    """
    for half in _halves(session, key_id, spki):
        half.handle.destroy()
    if _halves(session, key_id, spki):
        raise CertclientError(ErrorCode.TOKEN_FAILED, reason="the key is still there")


def _halves(session: pkcs11.Session, key_id: bytes, spki: bytes | None) -> list[KeyObject]:
    return [
        half
        for object_class in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)
        for half in keys(session, object_class, key_id=key_id)
        if spki is None or half.spki in (None, spki)
    ]


def used_by(found: Iterable[CertificateObject], key_id: bytes, spki: bytes | None) -> bool:
    """Whether a certificate, archived or not, belongs to this key."""
    return any(one.key_id == key_id or one.certificate.spki == spki for one in found)
