"""Generates, finds and deletes key pairs on a token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

import pkcs11
from pkcs11 import Attribute, ObjectClass
from pkcs11 import exceptions as p11

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyAlgorithm, KeySpec
from certclient.model.public_keys import KeyKind, key_kind
from certclient.store.pkcs11.ckr import keeps_attribute
from certclient.store.pkcs11.key_templates import (
    accepted,
    as_unsupported,
    generate_with,
    may_be_the_template,
    templates,
)
from certclient.store.pkcs11.objects import (
    CertificateObject,
    KeyObject,
    certificates,
    key_identifier,
    key_object,
    keys,
    other_keys,
    readable,
)
from certclient.store.pkcs11.search import search


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A handle to a private key in the open session; `spki`: DER SubjectPublicKeyInfo."""

    handle: pkcs11.Object
    spki: bytes


def generate(session: pkcs11.Session, spec: KeySpec, label: str, store_id: str) -> bytes:
    """Generates a signing-only pair and returns its CKA_ID; an existing label returns its pair.

    The label is set by the generation itself, but the CKA_ID, derived from the public key, can only
    be set afterwards: a crash in between leaves a pair that `find` completes. An error leaves
    nothing behind. `store_id`: the token, of which the template that it accepts is remembered.
    Raises pkcs11.PKCS11Error; CertclientError(KEY_UNSUPPORTED) if the new public key cannot be read
    or the private key is not as safe as was asked for.
    """
    present = find(session, label)
    if present is None:
        public, private = _generate(session, spec, label, store_id)
    try:
        if present is not None:
            _require_safe(private_key(session, present).handle)
            return present
        _require_safe(private)
        halves = _labelled(session, label) or (
            key_object(private, ObjectClass.PRIVATE_KEY, spec.algorithm.kind),
            key_object(public, ObjectClass.PUBLIC_KEY, spec.algorithm.kind),
        )
        _require_algorithm(halves, spec.algorithm)
        return _identify(halves)
    except (pkcs11.PKCS11Error, CertclientError):
        _remove_labelled(session, label)
        raise


def _generate(
    session: pkcs11.Session, spec: KeySpec, label: str, store_id: str
) -> tuple[pkcs11.Object, pkcs11.Object]:
    """Tries the templates in their order. Raises the error of the last one, and KEY_UNSUPPORTED."""
    numbers = list(templates(store_id, spec.algorithm.kind))
    for number in numbers:
        try:
            pair = generate_with(session, number, spec, label)
        except pkcs11.PKCS11Error as error:
            _remove_labelled(session, label)
            if (unsupported := as_unsupported(error, spec.algorithm)) is not None:
                raise unsupported from error
            if number == numbers[-1] or not may_be_the_template(error):
                raise
        else:
            accepted(store_id, spec.algorithm.kind, number)
            return pair
    raise AssertionError("the last template returns or raises")


def _require_safe(private: pkcs11.Object) -> None:
    """Refuses a key that a token made weaker than its template, as far as the token shows it."""
    values = readable(private, tuple(_SAFE))
    weak = [name for name, wanted in _SAFE.items() if values.get(name, wanted) != wanted]
    if weak == [Attribute.SENSITIVE] and not any(readable(private, _SECRETS).values()):
        # OpenSC says this of keys that a card made, and shows nothing of them.
        return
    if weak:
        reason = ", ".join(f"CKA_{name.name} = {str(values[name]).lower()}" for name in weak)
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, problem="exportable", reason=reason)


_SAFE = {
    Attribute.TOKEN: True,
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
}


_SECRETS = (Attribute.PRIVATE_EXPONENT, Attribute.VALUE)
"""The secret part of an RSA and of an EC key."""


def _require_algorithm(halves: Sequence[KeyObject], wanted: KeyAlgorithm) -> None:
    """Refuses a key of another length or on another curve than was asked for."""
    spki = _spki_of(halves)
    if KeyAlgorithm.of(spki) is not wanted:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason=f"not {wanted.value}")


def _labelled(session: pkcs11.Session, label: str) -> list[KeyObject]:
    """The private and the public half with this label; [] if one of them is not found."""
    found = [keys(session, one, label=label) for one in CLASSES]
    return [half for halves in found for half in halves] if all(found) else []


def _spki_of(halves: Iterable[KeyObject]) -> bytes:
    spki = next((half.spki for half in halves if half.spki is not None), None)
    if spki is None:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="public key cannot be read")
    return spki


def _identify(halves: Sequence[KeyObject]) -> bytes:
    """Writes the CKA_ID derived from the public key to both halves; returns the private half's.

    `halves`: the private ones first. Keeps the CKA_ID if the token does not let it change: any will
    do that is not empty.
    """
    key_id = key_identifier(_spki_of(halves)) or b""
    for half in halves:
        if half.key_id == key_id:
            continue
        try:
            half.handle[Attribute.ID] = key_id
        except pkcs11.PKCS11Error as error:
            if not keeps_attribute(error):
                raise
        if half.object_class is ObjectClass.PRIVATE_KEY:
            # Not what was written: some modules say that they did, and did not.
            key_id = bytes(readable(half.handle, (Attribute.ID,)).get(Attribute.ID, b""))
            if not key_id:
                raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="CKA_ID cannot be set")
    return key_id


def find(session: pkcs11.Session, label: str) -> bytes | None:
    """Returns the CKA_ID of the pair generated under `label`, or None.

    Sets a missing CKA_ID and removes an incomplete pair, except for a half that a certificate is
    paired with: some tokens keep no public key object. Raises as `generate`, and TOKEN_FAILED if
    what was to be removed is still there.
    """
    publics = keys(session, ObjectClass.PUBLIC_KEY, label=label)
    privates = keys(session, ObjectClass.PRIVATE_KEY, label=label) or _renamed(session, publics)
    if publics and privates:
        return _identify([*privates, *publics])
    used = {found.key_id for found in certificates(session)} if privates or publics else set()
    for half in chain(publics, privates):
        if half.key_id and half.key_id in used:
            return half.key_id if privates else None
        half.handle.destroy()
    if (publics or privates) and any(keys(session, one, label=label) for one in CLASSES):
        # NSS reports no error when a full disk prevents a deletion.
        raise CertclientError(ErrorCode.TOKEN_FAILED, reason="half a key is still there")
    return None


def remove_nameless(session: pkcs11.Session) -> None:
    """Removes what a killed generation left in SoftHSM: objects of a file without any attribute.

    Each claims to be a session's object, although no session has made one, and has neither name,
    nor CKA_ID, nor numbers: it is nobody's key. Call it only after a generation was interrupted:
    another program's may be in progress.
    """
    names = (Attribute.TOKEN, Attribute.LABEL, Attribute.ID, *_NUMBERS)
    for object_class in CLASSES:
        for handle in search(session, {Attribute.CLASS: object_class}):
            values = readable(handle, names)
            if values.get(Attribute.TOKEN) is False and not any(values.values()):
                with suppress(pkcs11.PKCS11Error):
                    handle.destroy()


_NUMBERS = (Attribute.MODULUS, Attribute.EC_PARAMS, Attribute.EC_POINT)


def _renamed(session: pkcs11.Session, publics: Sequence[KeyObject]) -> list[KeyObject]:
    """The private halves of `publics` under another label: OpenSC gives them the certificate's."""
    return [
        half
        for public in publics
        if public.key_id
        for half in keys(session, ObjectClass.PRIVATE_KEY, key_id=public.key_id, kind=public.kind)
        if half.spki in (None, public.spki)
    ]


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
    found = _private_halves(session, key_id) if key_id else ()
    if not found:
        raise CertclientError(ErrorCode.KEY_NOT_FOUND)
    half = found[0]
    spki = half.spki or _public_spki(session, half, key_id)
    if spki is None:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="public key cannot be read")
    return PrivateKey(handle=half.handle, spki=spki)


def _private_halves(session: pkcs11.Session, key_id: bytes) -> Sequence[KeyObject]:
    """By CKA_ID, else by the public half with this CKA_ID: they differ if a token lets only one of
    them change."""
    found = keys(session, ObjectClass.PRIVATE_KEY, key_id=key_id)
    if found:
        return found
    publics = keys(session, ObjectClass.PUBLIC_KEY, key_id=key_id)
    spkis = {half.spki for half in publics} - {None}
    names = {(half.kind, half.label) for half in publics if half.label}
    return [
        half
        for half in keys(session, ObjectClass.PRIVATE_KEY)
        if half.spki in spkis or (half.spki is None and (half.kind, half.label) in names)
    ]


def _public_spki(session: pkcs11.Session, private: KeyObject, key_id: bytes) -> bytes | None:
    """For private halves that do not show their public key, as most EC ones: the public half, by
    CKA_ID or else by a label that no other has; else a certificate."""
    of_id = keys(session, ObjectClass.PUBLIC_KEY, key_id=key_id, kind=private.kind)
    named = keys(session, ObjectClass.PUBLIC_KEY, label=private.label, kind=private.kind)
    publics = of_id or (named if private.label and len(named) == 1 else ())
    shown = next((half.spki for half in publics if half.spki), None)
    if shown is not None:
        return shown
    paired = (found.certificate.spki for found in certificates(session) if found.key_id == key_id)
    return next((spki for spki in paired if spki and key_kind(spki) is private.kind), None)


def delete(session: pkcs11.Session, key_id: bytes, spki: bytes | None = None) -> None:
    """Deletes both halves with this CKA_ID; `spki` excludes halves of another public key, and
    includes halves of this one under another CKA_ID: some modules add objects by themselves.
    Of several private halves with this CKA_ID that do not show their public key, none is deleted:
    one of them is another key.

    Deletes the private half first: a crash in between leaves a harmless public half, which the
    next call finds. Raises TOKEN_FAILED if a half still exists afterwards: NSS reports no error
    when a full disk prevents a deletion.
    """
    for half in _halves(session, key_id, spki):
        # Some modules delete the other half, too.
        with suppress(p11.ObjectHandleInvalid):
            half.handle.destroy()
    if _halves(session, key_id, spki):
        raise CertclientError(ErrorCode.TOKEN_FAILED, reason="the key is still there")


def _halves(session: pkcs11.Session, key_id: bytes, spki: bytes | None) -> list[KeyObject]:
    kind = None if spki is None else key_kind(spki)
    return [
        half for one in CLASSES for half in _of_pair(_of_kind(session, one, kind), key_id, spki)
    ]


def _of_pair(halves: Sequence[KeyObject], key_id: bytes, spki: bytes | None) -> list[KeyObject]:
    """Those of one class that belong to the pair."""
    named = [half for half in halves if half.key_id == key_id]
    if spki is None:
        return named
    unknown = [half for half in named if half.spki is None]
    return [half for half in halves if half.spki == spki] + (unknown if len(unknown) == 1 else [])


def _of_kind(
    session: pkcs11.Session, object_class: ObjectClass, kind: KeyKind | None
) -> Sequence[KeyObject]:
    if kind in (None, KeyKind.RSA, KeyKind.EC):
        return keys(session, object_class, kind=kind)
    return other_keys(session, object_class)


CLASSES = (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)


def used_by(found: Iterable[CertificateObject], key_id: bytes, spki: bytes | None) -> bool:
    """Returns whether any certificate, archived or not, belongs to this key."""
    return any(one.key_id == key_id or one.certificate.spki == spki for one in found)
