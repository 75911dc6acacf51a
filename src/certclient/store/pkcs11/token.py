"""One token, located anew for each operation: its state, login and logout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol, cast

import pkcs11
from pkcs11 import PROTECTED_AUTH, TokenFlag
from pkcs11 import exceptions as p11

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from certclient.store.base import AttemptsLeft, Available, PinProvider, PinRequest, Unavailable
from certclient.store.pkcs11.cryptoki import Cryptoki
from certclient.store.pkcs11.errors import translated, with_store_kind
from certclient.store.pkcs11.objects import attribute_mapper
from certclient.store.pkcs11.pin_octets import length_of, octets_of
from certclient.store.pkcs11.signature_pin import SignaturePin

_WRONG_PIN = (p11.PinIncorrect, p11.PinInvalid, p11.PinLenRange)

_in_use: set[str] = set()
"""The `store_id`s open for work. PKCS#11 login state is per token and process, not per session, so
closing the first session would log out a second one."""


Locate = Callable[[], pkcs11.Token]
"""Returns a fresh snapshot of the token. Raises CertclientError: TOKEN_MISSING, STORE_AMBIGUOUS,
STORE_UNAVAILABLE."""


def availability_from_flags(token: pkcs11.Token) -> Available | Unavailable:
    """Derives availability from the flags of a fresh snapshot (PKCS#11 v3.1, CK_TOKEN_INFO)."""
    flags = token.flags
    data = {"token": token.label}
    if not flags & TokenFlag.TOKEN_INITIALIZED:
        return Unavailable(ErrorCode.TOKEN_NOT_INITIALISED, data)
    if not flags & TokenFlag.LOGIN_REQUIRED:
        return Available(needs_pin=False)
    if not flags & TokenFlag.USER_PIN_INITIALIZED:
        return Unavailable(ErrorCode.TOKEN_NOT_INITIALISED, data)
    if flags & TokenFlag.USER_PIN_LOCKED:
        return Unavailable(ErrorCode.PIN_LOCKED, data)
    if flags & TokenFlag.USER_PIN_TO_BE_CHANGED:
        return Unavailable(ErrorCode.PIN_EXPIRED, data)
    return Available(needs_pin=not has_pin_pad(token), attempts=attempts_left(token))


def attempts_left(token: pkcs11.Token) -> AttemptsLeft:
    """Returns the state of the PIN counter as far as the token's flags report it."""
    if token.flags & TokenFlag.USER_PIN_FINAL_TRY:
        return AttemptsLeft.FINAL
    if token.flags & TokenFlag.USER_PIN_COUNT_LOW:
        return AttemptsLeft.LOW
    return AttemptsLeft.UNKNOWN


def has_pin_pad(token: pkcs11.Token) -> bool:
    """Whether the PIN is typed at the token or in its software's own window."""
    return bool(token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH)


@dataclass(frozen=True, slots=True)
class LiveTokenProbe:
    """Locates the token again to diagnose an error (`errors.TokenProbe`)."""

    label: str
    locate: Locate
    cryptoki: Cryptoki
    database: bool = False

    def present(self) -> bool:
        """See TokenProbe.present."""
        try:
            self.locate()
        except (CertclientError, pkcs11.PKCS11Error):
            return False
        return True

    def free_memory(self) -> int | None:
        """See TokenProbe.free_memory."""
        try:
            limits = self.cryptoki.limits(self.locate().slot.slot_id)
        except (CertclientError, pkcs11.PKCS11Error):
            return None
        return limits.free_memory if limits else None


class _Handle(Protocol):
    """What python-pkcs11's types do not tell of a Session."""

    @property
    def handle(self) -> int: ...


def handle_of(session: pkcs11.Session) -> int:
    """Returns the CK_SESSION_HANDLE, for calls of `Cryptoki`."""
    return cast("_Handle", session).handle


@dataclass(frozen=True, slots=True)
class Login:
    """A session that is open for work, and the PIN for keys that want it at each signature."""

    session: pkcs11.Session
    signature_pin: SignaturePin


_LAST = "last-attempt"
"""Data `problem` if no PIN was given to a token that has one attempt left."""


@dataclass(frozen=True, slots=True)
class TokenLogin:
    """Opens sessions on one token. `store_id` and `label` go into PIN requests.

    `database`: this is a database on this computer (NSS) rather than a token. `read_only`: it
    cannot be written to. `prompt_label`: replaces `label` in PIN requests unless empty.
    """

    store_id: str
    label: str
    locate: Locate
    cryptoki: Cryptoki
    database: bool = False
    read_only: bool = False
    prompt_label: str = ""

    @property
    def probe(self) -> LiveTokenProbe:
        """Diagnoses errors of this token for `errors.translated`."""
        return LiveTokenProbe(self.label, self.locate, self.cryptoki, self.database)

    @contextmanager
    def reading(self) -> Iterator[pkcs11.Session]:
        """Opens a session without login, in which only public objects are visible."""
        with translated(self.probe):
            session = self.locate().open(attribute_mapper=attribute_mapper())
        try:
            yield session
        finally:
            with suppress(pkcs11.PKCS11Error):
                session.close()

    @contextmanager
    def working(self, pin: PinProvider) -> Iterator[Login]:
        """Opens a session, logged in if the token requires it; read-write unless `read_only`.

        On exit, closes all sessions of this process with the token, which also logs out and
        removes sessions leaked by failed logins. Closing never raises, so that it cannot mask an
        error from the block. Raises RuntimeError if the store is already open in this process.
        """
        with self.exclusive():
            token = self.locate()
            session = None
            secrets: list[Secret] = []
            try:
                session = self._logged_in(token, pin, secrets)
                yield Login(session, self._signature_pin(session, pin, secrets))
            finally:
                secrets.clear()
                self._log_out(token, session)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """For work that ends by closing all sessions of this process with the token.

        Raises RuntimeError if such work is being done already.
        """
        if self.store_id in _in_use:
            raise RuntimeError(f"{self.store_id} is open already in this process")
        _in_use.add(self.store_id)
        try:
            yield
        finally:
            _in_use.discard(self.store_id)

    def _log_out(self, token: pkcs11.Token, session: pkcs11.Session | None) -> None:
        """Closes `session` by itself first: to p11-kit-proxy, python-pkcs11 and `cryptoki` are two
        applications, and neither can close the other's sessions."""
        if session is not None:
            with suppress(pkcs11.PKCS11Error):
                session.close()
        self.cryptoki.close_all_sessions(token.slot.slot_id)

    def _signature_pin(
        self, session: pkcs11.Session, pin: PinProvider, secrets: list[Secret]
    ) -> SignaturePin:
        return SignaturePin(
            ask=lambda wrong: self._ask(self.locate(), pin, previous_incorrect=wrong),
            end_signature=lambda: self.cryptoki.end_signature(handle_of(session)),
            known=secrets,
        )

    def _logged_in(
        self, token: pkcs11.Token, pin: PinProvider, secrets: list[Secret]
    ) -> pkcs11.Session:
        state = availability_from_flags(token)
        if isinstance(state, Unavailable):
            raise CertclientError(state.reason, **state.data)
        if state.needs_pin:
            return self._log_in_with_retries(token, pin, secrets)
        with translated(self.probe):
            return self._open(token, PROTECTED_AUTH if has_pin_pad(token) else None)

    def _log_in_with_retries(
        self, token: pkcs11.Token, pin: PinProvider, secrets: list[Secret]
    ) -> pkcs11.Session:
        """Attempts one login per PIN from `pin`; each request carries the current counter state."""
        secret = self._ask(token, pin, previous_incorrect=False)
        while True:
            if self._acceptable(token, secret):
                with translated(self.probe), suppress(*_WRONG_PIN):
                    with octets_of(secret) as octets:
                        session = self._open(token, octets)
                    secrets.append(secret)
                    return session
                token = self.locate()
            state = availability_from_flags(token)
            if isinstance(state, Unavailable):
                raise CertclientError(state.reason, **state.data)
            secret = self._ask(token, pin, previous_incorrect=True)

    def _ask(self, token: pkcs11.Token, pin: PinProvider, *, previous_incorrect: bool) -> Secret:
        secret = pin(
            PinRequest(
                store_id=self.store_id,
                label=self.prompt_label or self.label,
                attempts=attempts_left(token),
                previous_incorrect=previous_incorrect,
                database=self.database,
            )
        )
        if secret is None:
            code = ErrorCode.PIN_INCORRECT if previous_incorrect else ErrorCode.PIN_REQUIRED
            final = attempts_left(token) is AttemptsLeft.FINAL
            raise with_store_kind(code, self.probe, **({"problem": _LAST} if final else {}))
        return secret

    def _acceptable(self, token: pkcs11.Token, secret: Secret) -> bool:
        """Checks the PIN's length against the token's limits, to avoid wasting an attempt."""
        length = length_of(secret)
        if length is None:
            return False
        limits = self.cryptoki.limits(token.slot.slot_id)
        if limits is None:
            return True
        return limits.min_pin_length <= length <= (limits.max_pin_length or length)

    def _open(self, token: pkcs11.Token, pin: str | object | None) -> pkcs11.Session:
        """Makes one login attempt and closes the session that python-pkcs11 leaks if it fails.

        UserAlreadyLoggedIn means that an earlier session of this process was not closed cleanly.
        The token has not checked the PIN, so it is safe to send it once more after closing all
        sessions.
        """
        rw = not self.read_only
        try:
            return token.open(rw=rw, user_pin=pin, attribute_mapper=attribute_mapper())
        except p11.UserAlreadyLoggedIn:
            self.cryptoki.close_all_sessions(token.slot.slot_id)
            return token.open(rw=rw, user_pin=pin, attribute_mapper=attribute_mapper())
        except pkcs11.PKCS11Error:
            self.cryptoki.close_all_sessions(token.slot.slot_id)
            raise
