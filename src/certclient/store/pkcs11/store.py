"""A USB token as a certificate store (`store.base.CertificateStore`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pkcs11
from pkcs11 import ObjectClass

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef, procedure_of
from certclient.store.base import (
    Available,
    PinProvider,
    StoredCertificate,
    StoreSession,
    Unavailable,
)
from certclient.store.pkcs11.errors import translated
from certclient.store.pkcs11.module import Module
from certclient.store.pkcs11.objects import CertificateObject, KeyObject, certificates, keys
from certclient.store.pkcs11.session import TokenSession
from certclient.store.pkcs11.token import TokenLogin, TokenName, availability_from_flags, find_token


@dataclass(frozen=True, slots=True)
class TokenStore:
    """One token, identified by name in any slot of `module`; located anew for each operation.

    `label` is the token's own label, which the customer knows.
    """

    module: Module
    name: TokenName
    label: str
    random_bytes: Callable[[int], bytes] = os.urandom

    @property
    def store_id(self) -> str:
        """The token's PKCS#11 URI (`TokenName.uri`)."""
        return self.name.uri

    @property
    def destination(self) -> Destination:
        """Always USB."""
        return Destination.USB

    def availability(self) -> Available | Unavailable:
        """See CertificateStore.availability."""
        return token_availability(self._login)

    def certificates(self) -> Sequence[StoredCertificate]:
        """See CertificateStore.certificates."""
        return list_certificates(self._login)

    def unused_keys(self) -> Sequence[str]:
        """See CertificateStore.unused_keys."""
        return list_unused_keys(self._login)

    @contextmanager
    def open(self, pin: PinProvider) -> Iterator[StoreSession]:
        """See CertificateStore.open."""
        login = self._login
        with login.working(pin) as session:
            yield token_session(login, session, self.random_bytes)

    @property
    def _login(self) -> TokenLogin:
        return TokenLogin(self.store_id, self.label, self._locate, self.module.cryptoki)

    def _locate(self) -> pkcs11.Token:
        token = find_token(self.module, self.name)
        if token is None:
            raise CertclientError(
                ErrorCode.TOKEN_MISSING, token=self.label, serial=self.name.serial
            )
        return token


def token_availability(login: TokenLogin) -> Available | Unavailable:
    """Returns the current state of a token. Needs no PIN and never raises."""
    try:
        with translated(login.probe):
            return availability_from_flags(login.locate())
    except CertclientError as error:
        return Unavailable(error.code, error.data)


def token_session(
    login: TokenLogin, session: pkcs11.Session, random_bytes: Callable[[int], bytes]
) -> TokenSession:
    """Wraps a session opened by `login` as a StoreSession."""
    return TokenSession(login.store_id, session, login.probe, random_bytes)


def list_certificates(login: TokenLogin) -> Sequence[StoredCertificate]:
    """Lists end-entity certificates without a PIN; see CertificateStore.certificates."""
    with login.reading() as session, translated(login.probe):
        found = [one for one in certificates(session) if not one.certificate.is_ca]
        publics = keys(session, ObjectClass.PUBLIC_KEY)
        privates = keys(session, ObjectClass.PRIVATE_KEY)
        needs_login = bool(session.token.flags & pkcs11.TokenFlag.LOGIN_REQUIRED)
    return [
        StoredCertificate(
            certificate=one.certificate,
            store_id=login.store_id,
            friendly_name=one.label,
            key=_key_of(login.store_id, one, (*privates, *publics), hidden_keys=needs_login),
            archived=one.archived,
        )
        for one in found
    ]


def list_unused_keys(login: TokenLogin) -> Sequence[str]:
    """Lists labels of unused keys without a PIN; see CertificateStore.unused_keys.

    A token hides private halves until login, but the public halves that `keypairs.generate` makes
    are visible.
    """
    with login.reading() as session, translated(login.probe):
        present = certificates(session)
        halves = [
            half
            for object_class in (ObjectClass.PUBLIC_KEY, ObjectClass.PRIVATE_KEY)
            for half in keys(session, object_class)
            if procedure_of(half.label) is not None
        ]
    used = {half.label for half in halves if _belongs(half, present)}
    return sorted({half.label for half in halves} - used)


def _belongs(half: KeyObject, present: Sequence[CertificateObject]) -> bool:
    return any(
        half.spki == one.certificate.spki or bool(half.key_id and half.key_id == one.key_id)
        for one in present
    )


def _key_of(
    store_id: str, found: CertificateObject, halves: Sequence[KeyObject], *, hidden_keys: bool
) -> KeyRef | None:
    """Returns the key that the certificate is presumed to have on this token.

    A visible half with the same public key is proof. If private keys are hidden until login
    (`hidden_keys`) and no half is visible, the CKA_ID of a client certificate is taken to pair it
    with a key, as all middleware does. This is limited to certificates for client authentication,
    because NSS gives other people's certificates a CKA_ID as well.
    """
    for half in halves:
        same_key = half.spki == found.certificate.spki
        if half.key_id and (same_key or (half.spki is None and half.key_id == found.key_id)):
            return KeyRef(store_id, half.key_id)
    if hidden_keys and found.key_id and found.certificate.client_auth:
        return KeyRef(store_id, found.key_id)
    return None
