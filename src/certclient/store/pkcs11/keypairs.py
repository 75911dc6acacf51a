"""Generates, finds and deletes RSA key pairs on a token."""

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
"""Visible without a PIN: shows which certificates have their key on this token."""

_PRIVATE_TEMPLATE = {
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
}


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A handle to a private key in the open session; `spki`: DER SubjectPublicKeyInfo."""

    handle: pkcs11.Object
    spki: bytes


def generate(session: pkcs11.Session, spec: KeySpec, label: str) -> bytes:
    """Generates a signing-only pair and returns its CKA_ID; an existing label returns its pair.

    The label is set by the generation itself, but the CKA_ID, derived from the modulus, can only
    be set afterwards: a crash in between leaves a pair that `find` completes. An error leaves
    nothing behind. Raises pkcs11.PKCS11Error; CertclientError(KEY_UNSUPPORTED) if the new public
    key cannot be read.
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
    """Writes the CKA_ID derived from the modulus to both halves."""
    spki = publics[0].spki if publics else None
    if spki is None:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="public key cannot be read")
    key_id = key_identifier(spki)
    for half in pair:
        half[Attribute.ID] = key_id
    return key_id


def find(session: pkcs11.Session, label: str) -> bytes | None:
    """Returns the CKA_ID of the pair generated under `label`, or None.

    Sets a missing CKA_ID and removes an incomplete pair, except for a half that a certificate is
    paired with: some tokens keep no public key object. Raises as `generate`.
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
    """Removes what a failed generation left; ignores errors, as the first one is reported."""
    with suppress(pkcs11.PKCS11Error):
        for object_class in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY):
            for half in keys(session, object_class, label=label):
                half.handle.destroy()


def private_key(session: pkcs11.Session, key_id: bytes) -> PrivateKey:
    """Returns the private key with this CKA_ID.

    Raises CertclientError: KEY_NOT_FOUND, KEY_UNSUPPORTED (its public key cannot be determined).
    """
    found = keys(session, ObjectClass.PRIVATE_KEY, key_id=key_id) if key_id else ()
    if not found:
        raise CertclientError(ErrorCode.KEY_NOT_FOUND)
    spki = found[0].spki or _public_spki(session, key_id)
    if spki is None:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="public key cannot be read")
    return PrivateKey(handle=found[0].handle, spki=spki)


def _public_spki(session: pkcs11.Session, key_id: bytes) -> bytes | None:
    """For tokens that hide a private key's modulus: the public key object, else a certificate."""
    public = (half.spki for half in keys(session, ObjectClass.PUBLIC_KEY, key_id=key_id))
    paired = (found.certificate.spki for found in certificates(session) if found.key_id == key_id)
    return next((spki for spki in chain(public, paired) if spki is not None), None)


def delete(session: pkcs11.Session, key_id: bytes, spki: bytes | None = None) -> None:
    """Deletes both halves with this CKA_ID; `spki` excludes halves of another public key.

    Deletes the private half first: a crash in between leaves a harmless public half, which the
    next call finds. Raises TOKEN_FAILED if a half still exists afterwards: NSS reports no error
    when a full disk prevents a deletion.
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
    """Returns whether any certificate, archived or not, belongs to this key."""
    return any(one.key_id == key_id or one.certificate.spki == spki for one in found)
