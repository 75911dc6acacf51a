"""A USB token as a certificate store (`store.base.CertificateStore`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pkcs11
from pkcs11 import ObjectClass

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef, procedure_of
from certclient.model.public_keys import KeyKind
from certclient.store.base import (
    Available,
    PinProvider,
    StoredCertificate,
    StoreSession,
    Unavailable,
)
from certclient.store.pkcs11.errors import translated
from certclient.store.pkcs11.module import Module
from certclient.store.pkcs11.objects import (
    CertificateObject,
    KeyObject,
    certificates,
    keys,
    other_keys,
)
from certclient.store.pkcs11.present import find_token
from certclient.store.pkcs11.token import (
    Login,
    TokenLogin,
    availability_from_flags,
    has_pin_pad,
)
from certclient.store.token_name import TokenName

if TYPE_CHECKING:
    from certclient.store.pkcs11.session import TokenSession
    from certclient.store.token_description import TokenDescription


@dataclass(frozen=True, slots=True)
class TokenStore:
    """One token, identified by name in any slot of `module`; located anew for each operation.

    `label` is the token's own label, which the customer knows. `title`: see `base.BrowserStore`.
    """

    module: Module
    name: TokenName
    label: str
    random_bytes: Callable[[int], bytes] = os.urandom
    title: str = ""

    @property
    def browser(self) -> str:
        """Always ""."""
        return ""

    @property
    def offered(self) -> bool:
        """Always True."""
        return True

    def titled(self, title: str) -> TokenStore:
        """See TitledToken.titled."""
        return replace(self, title=title)

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
        with login.working(pin) as opened:
            yield token_session(login, opened, self.random_bytes)

    def change_pin(self, pin: PinProvider) -> None:
        """See PinChanging.change_pin."""
        from certclient.store.pkcs11.pin_change import change_pin

        change_pin(self._login, pin)

    def describe(self) -> TokenDescription:
        """See Described.describe."""
        from certclient.store.pkcs11.description import describe

        return describe(self.module, self._login)

    def has_pin_pad(self) -> bool:
        """Whether the PIN is typed at the token or in its software's own window. Never raises."""
        try:
            return has_pin_pad(self._locate())
        except (CertclientError, pkcs11.PKCS11Error):
            return False

    @property
    def _login(self) -> TokenLogin:
        return TokenLogin(
            self.store_id,
            self.label,
            self._locate,
            self.module.cryptoki,
            prompt_label=self.title,
        )

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
    login: TokenLogin, opened: Login, random_bytes: Callable[[int], bytes]
) -> TokenSession:
    """Wraps what `login` has opened as a StoreSession."""
    from certclient.store.pkcs11.session import TokenSession

    return TokenSession(
        login.store_id, opened.session, login.probe, random_bytes, opened.signature_pin
    )


def list_certificates(login: TokenLogin) -> Sequence[StoredCertificate]:
    """Lists certificates without a PIN; see CertificateStore.certificates."""
    with login.reading() as session, translated(login.probe):
        keys_seen = _VisibleKeys(session)
        found = [_stored(login.store_id, one, keys_seen) for one in certificates(session)]
    return [one for one in found if one.key is not None or not one.certificate.is_ca]


def _stored(store_id: str, found: CertificateObject, seen: _VisibleKeys) -> StoredCertificate:
    key_id = seen.key_id(found)
    hidden = key_id is None and seen.may_be_hidden(found)
    if hidden:
        key_id = found.key_id
    return StoredCertificate(
        certificate=found.certificate,
        store_id=store_id,
        friendly_name=found.label,
        key=None if key_id is None else KeyRef(store_id, key_id),
        archived=found.archived,
        key_hidden=hidden,
    )


def list_unused_keys(login: TokenLogin) -> Sequence[str]:
    """Lists labels of unused keys without a PIN; see CertificateStore.unused_keys.

    A token hides private halves until login, but the public halves that `keypairs.generate` makes
    are visible.
    """
    with login.reading() as session, translated(login.probe):
        present = certificates(session)
        spkis = {one.certificate.spki for one in present}
        ids = {one.key_id for one in present}
        halves = [
            half
            for object_class in _HALVES
            for half in keys(session, object_class)
            if procedure_of(half.label) is not None
        ]
    used = {
        half.label for half in halves if half.spki in spkis or (half.key_id and half.key_id in ids)
    }
    return sorted({half.label for half in halves} - used)


class _VisibleKeys:
    """The key halves that a session shows without a PIN. Looks at keys that are neither RSA nor EC
    only for a certificate that has such a key."""

    def __init__(self, session: pkcs11.Session) -> None:
        self._session = session
        self._needs_login = bool(session.token.flags & pkcs11.TokenFlag.LOGIN_REQUIRED)

    def key_id(self, found: CertificateObject) -> bytes | None:
        """The CKA_ID of the certificate's key, None if no half of it is visible.

        A half with the same public key is proof. Of a half or a certificate whose public key
        cannot be read, the CKA_ID is all there is to go by.
        """
        certificate = found.certificate
        kind = certificate.key_kind
        halves = self._ours.candidates(found)
        if kind in (KeyKind.RSA, KeyKind.EC):
            halves = [half for half in halves if half.kind is kind]
        else:
            halves = [*(halves if not certificate.spki else ()), *self._others]
        for half in halves:
            unknown = half.spki is None or not certificate.spki
            same_key = half.spki == certificate.spki
            if certificate.is_ca and _made_from(found, half):
                continue
            if half.key_id and (same_key or (unknown and half.key_id == found.key_id)):
                return half.key_id
        return None

    def may_be_hidden(self, found: CertificateObject) -> bool:
        """Whether its key may be one of those that the token hides until login.

        If private keys are hidden, the CKA_ID of a client certificate is taken to pair it with a
        key, as all middleware does. This is limited to certificates for client authentication or
        any purpose, because NSS gives other people's certificates a CKA_ID as well.
        """
        certificate = found.certificate
        for_login = certificate.client_auth or certificate.extended_key_usage is None
        return self._needs_login and bool(found.key_id) and for_login and not certificate.is_ca

    @cached_property
    def _ours(self) -> _Halves:
        return _Halves([half for one in _HALVES for half in keys(self._session, one)])

    @cached_property
    def _others(self) -> Sequence[KeyObject]:
        return [half for one in _HALVES for half in other_keys(self._session, one)]


class _Halves:
    """Key halves by their public keys and their CKA_IDs: with a thousand certificates, a look at
    each half for each of them would be a million."""

    def __init__(self, halves: Sequence[KeyObject]) -> None:
        self._halves = halves
        self._of_spki: dict[bytes | None, list[int]] = {}
        self._of_id: dict[bytes, list[int]] = {}
        for number, half in enumerate(halves):
            self._of_spki.setdefault(half.spki, []).append(number)
            self._of_id.setdefault(half.key_id, []).append(number)

    def candidates(self, found: CertificateObject) -> list[KeyObject]:
        """Those with the certificate's public key or its CKA_ID, in the order of all."""
        numbers = {
            *self._of_spki.get(found.certificate.spki, ()),
            *self._of_id.get(found.key_id, ()),
        }
        return [self._halves[number] for number in sorted(numbers)]


def _made_from(found: CertificateObject, half: KeyObject) -> bool:
    """Whether a public half may be one that OpenSC shows of each certificate, with its label. It
    is no proof that the card has a CA's private key."""
    return half.object_class is ObjectClass.PUBLIC_KEY and half.label == found.label


_HALVES = (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)
