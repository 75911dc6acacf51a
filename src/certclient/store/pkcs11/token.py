"""One token, found anew before each operation: its name, its state, logging in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import quote

import pkcs11
from pkcs11 import PROTECTED_AUTH, TokenFlag
from pkcs11 import exceptions as p11

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from certclient.store.base import AttemptsLeft, Available, PinProvider, PinRequest, Unavailable
from certclient.store.pkcs11.cryptoki import Cryptoki
from certclient.store.pkcs11.errors import told, translated
from certclient.store.pkcs11.module import Module
from certclient.store.pkcs11.objects import attribute_mapper

_WRONG_PIN = (p11.PinIncorrect, p11.PinInvalid, p11.PinLenRange)

_in_use: set[str] = set()
"""Tokens open for work: login belongs to the token and the process, not to a session, so a second
`open` would be logged out by the end of the first."""


@dataclass(frozen=True, slots=True)
class TokenName:
    """What tells a token from every other, wherever it is plugged in."""

    manufacturer: str
    model: str
    serial: str

    @classmethod
    def of(cls, token: pkcs11.Token) -> TokenName:
        serial = token.serial.decode("ascii", errors="backslashreplace").strip("\0 ")
        return cls(manufacturer=token.manufacturer_id, model=token.model, serial=serial)

    @property
    def uri(self) -> str:
        """A PKCS#11 URI (RFC 7512), the token's `store_id`."""
        return (
            f"pkcs11:manufacturer={quote(self.manufacturer, safe='')}"
            f";model={quote(self.model, safe='')};serial={quote(self.serial, safe='')}"
        )


Locate = Callable[[], pkcs11.Token]
"""Finds the token as it is now. Raises CertclientError: TOKEN_MISSING, STORE_UNAVAILABLE."""


def find_token(module: Module, name: TokenName) -> pkcs11.Token | None:
    """The token called `name`, if it is plugged in; two alike count as none (never guess)."""
    found = [token for token in module.tokens() if TokenName.of(token) == name]
    return found[0] if len(found) == 1 else None


def judge(token: pkcs11.Token) -> Available | Unavailable:
    """What the flags of a fresh snapshot say (PKCS#11 v3.1, CK_TOKEN_INFO)."""
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
    return Available(needs_pin=not _pin_pad(token), attempts=attempts_left(token))


def attempts_left(token: pkcs11.Token) -> AttemptsLeft:
    """The PIN counter as far as the token tells it."""
    if token.flags & TokenFlag.USER_PIN_FINAL_TRY:
        return AttemptsLeft.FINAL
    if token.flags & TokenFlag.USER_PIN_COUNT_LOW:
        return AttemptsLeft.LOW
    return AttemptsLeft.UNKNOWN


def _pin_pad(token: pkcs11.Token) -> bool:
    return bool(token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH)


@dataclass(frozen=True, slots=True)
class TokenWitness:
    """Asks again what became of a token (`errors.Witness`)."""

    label: str
    locate: Locate
    cryptoki: Cryptoki
    database: bool = False

    def present(self) -> bool:
        try:
            self.locate()
        except (CertclientError, pkcs11.PKCS11Error):
            return False
        return True

    def free_memory(self) -> int | None:
        try:
            limits = self.cryptoki.limits(self.locate().slot.slot_id)
        except (CertclientError, pkcs11.PKCS11Error):
            return None
        return limits.free_memory if limits else None


@dataclass(frozen=True, slots=True)
class Login:
    """Opens sessions on one token; `store_id` and `label` are for the person who is asked.

    `database`: it is no token but a database on this computer.
    """

    store_id: str
    label: str
    locate: Locate
    cryptoki: Cryptoki
    database: bool = False

    @property
    def witness(self) -> TokenWitness:
        return TokenWitness(self.label, self.locate, self.cryptoki, self.database)

    @contextmanager
    def reading(self) -> Iterator[pkcs11.Session]:
        """A session without login. Only public objects are seen."""
        with translated(self.witness):
            session = self.locate().open(attribute_mapper=attribute_mapper())
        try:
            yield session
        finally:
            with suppress(pkcs11.PKCS11Error):
                session.close()

    @contextmanager
    def working(self, pin: PinProvider) -> Iterator[pkcs11.Session]:
        """A session for reading and writing, logged in where the token wants it.

        At its end every session of this process with the token is closed: that also logs out, and
        clears away what a login that failed has left behind. Never raises at the end, so that an
        error inside is not covered by one of closing.
        """
        if self.store_id in _in_use:
            raise RuntimeError(f"{self.store_id} is open already in this process")
        token = self.locate()
        _in_use.add(self.store_id)
        try:
            yield self._logged_in(token, pin)
        finally:
            self.cryptoki.close_all_sessions(token.slot.slot_id)
            _in_use.discard(self.store_id)

    def _logged_in(self, token: pkcs11.Token, pin: PinProvider) -> pkcs11.Session:
        state = judge(token)
        if isinstance(state, Unavailable):
            raise CertclientError(state.reason, **state.data)
        if state.needs_pin:
            return self._ask_until_right(token, pin)
        with translated(self.witness):
            return self._open(token, PROTECTED_AUTH if _pin_pad(token) else None)

    def _ask_until_right(self, token: pkcs11.Token, pin: PinProvider) -> pkcs11.Session:
        """One login per answer of `pin`; each question carries the counter as it is now."""
        secret = self._ask(token, pin, previous_incorrect=False)
        while True:
            if self._acceptable(token, secret):
                with translated(self.witness), suppress(*_WRONG_PIN):
                    return self._open(token, secret.reveal())
                token = self.locate()
            state = judge(token)
            if isinstance(state, Unavailable):
                raise CertclientError(state.reason, **state.data)
            secret = self._ask(token, pin, previous_incorrect=True)

    def _ask(self, token: pkcs11.Token, pin: PinProvider, *, previous_incorrect: bool) -> Secret:
        secret = pin(
            PinRequest(
                store_id=self.store_id,
                label=self.label,
                attempts=attempts_left(token),
                previous_incorrect=previous_incorrect,
                database=self.database,
            )
        )
        if secret is None:
            code = ErrorCode.PIN_INCORRECT if previous_incorrect else ErrorCode.PIN_REQUIRED
            raise told(code, self.witness)
        return secret

    def _acceptable(self, token: pkcs11.Token, secret: Secret) -> bool:
        """Whether the token's own rule allows a PIN of this length: else no attempt is spent."""
        try:
            length = len(secret.reveal().encode())
        except UnicodeEncodeError:
            # Broken input (a lone surrogate); the exception would carry the PIN along.
            return False
        limits = self.cryptoki.limits(token.slot.slot_id)
        if limits is None:
            return True
        return limits.min_pin_length <= length <= (limits.max_pin_length or length)

    def _open(self, token: pkcs11.Token, pin: str | object | None) -> pkcs11.Session:
        """One attempt. A failed login leaks its session inside python-pkcs11: closed here.

        UserAlreadyLoggedIn means that an earlier session of this process did not end well; the
        PIN was not looked at, so it is sent once more after everything old is closed.
        """
        try:
            return token.open(rw=True, user_pin=pin, attribute_mapper=attribute_mapper())
        except p11.UserAlreadyLoggedIn:
            self.cryptoki.close_all_sessions(token.slot.slot_id)
            return token.open(rw=True, user_pin=pin, attribute_mapper=attribute_mapper())
        except pkcs11.PKCS11Error:
            self.cryptoki.close_all_sessions(token.slot.slot_id)
            raise
