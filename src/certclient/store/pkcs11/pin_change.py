"""Changes a token's PIN (C_SetPIN) without a login: a PIN that has expired allows none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pkcs11
from pkcs11 import TokenFlag
from pkcs11 import exceptions as p11

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from certclient.store.base import AttemptsLeft, PinProvider, PinPurpose, PinRequest
from certclient.store.pkcs11.cryptoki import CKR_OK, TokenLimits
from certclient.store.pkcs11.errors import translated, with_store_kind
from certclient.store.pkcs11.objects import attribute_mapper
from certclient.store.pkcs11.pin_octets import length_of, octets_of
from certclient.store.pkcs11.token import TokenLogin, attempts_left, handle_of, has_pin_pad

_NEW_REFUSED = (p11.PinInvalid, p11.PinLenRange)
"""CKR_PIN_INVALID and CKR_PIN_LEN_RANGE are about the new PIN (PKCS#11 v2.40, 5.5)."""

_AT_TOKEN = {
    0x50: ErrorCode.PIN_REQUIRED,  # CKR_FUNCTION_CANCELED
    0xA0: ErrorCode.PIN_INCORRECT,
    0xA1: ErrorCode.PIN_NEW_REFUSED,  # CKR_PIN_INVALID
    0xA2: ErrorCode.PIN_NEW_REFUSED,  # CKR_PIN_LEN_RANGE
    0xA4: ErrorCode.PIN_LOCKED,
}

_NO_LIMITS = TokenLimits(min_pin_length=0, max_pin_length=0, free_memory=None)


def change_pin(login: TokenLogin, pin: PinProvider) -> None:
    """See `store.base.PinChanging.change_pin`."""
    with login.exclusive():
        token = login.locate()
        _check_changeable(token)
        with _public_session(login, token) as session:
            if has_pin_pad(token):
                _at_the_token(login, session)
                return
            _Change(login, session, pin).carry_out()


def _at_the_token(login: TokenLogin, session: pkcs11.Session) -> None:
    result = login.cryptoki.change_pin_at_token(handle_of(session))
    if result != CKR_OK:
        code = _AT_TOKEN.get(result, ErrorCode.TOKEN_FAILED)
        raise with_store_kind(code, login.probe, reason=f"CKR {result:#010x}")


def _check_changeable(token: pkcs11.Token) -> None:
    """Raises TOKEN_NOT_INITIALISED, PIN_LOCKED."""
    flags, label = token.flags, token.label
    if not (flags & TokenFlag.TOKEN_INITIALIZED and flags & TokenFlag.USER_PIN_INITIALIZED):
        raise CertclientError(ErrorCode.TOKEN_NOT_INITIALISED, token=label)
    if flags & TokenFlag.USER_PIN_LOCKED:
        raise CertclientError(ErrorCode.PIN_LOCKED, token=label)


@contextmanager
def _public_session(login: TokenLogin, token: pkcs11.Token) -> Iterator[pkcs11.Session]:
    with translated(login.probe):
        session = token.open(rw=True, attribute_mapper=attribute_mapper())
    try:
        yield session
    finally:
        with suppress(pkcs11.PKCS11Error):
            session.close()
        login.cryptoki.close_all_sessions(token.slot.slot_id)


@dataclass(frozen=True, slots=True)
class _Change:
    login: TokenLogin
    session: pkcs11.Session
    pin: PinProvider

    def carry_out(self) -> None:
        """Sends the current PIN once per answer of the user."""
        current = self._ask(PinPurpose.CURRENT, wrong=False)
        new = self._ask(PinPurpose.NEW, wrong=False)
        while True:
            wrong = self._set(current, new)
            if wrong is None:
                return
            if wrong is PinPurpose.CURRENT:
                current = self._ask(wrong, wrong=True)
            else:
                new = self._ask(wrong, wrong=True)

    def _set(self, current: Secret, new: Secret) -> PinPurpose | None:
        """Returns which of the two the token refused, None if the PIN has been changed."""
        if not self._fits(current):
            return PinPurpose.CURRENT
        if not self._fits(new) or new.same_as(current):
            return PinPurpose.NEW
        with translated(self.login.probe):
            try:
                with octets_of(current, new) as (old_octets, new_octets):
                    self.session.set_pin(old_octets, new_octets)
            except p11.PinIncorrect:
                _check_changeable(self.login.locate())
                return PinPurpose.CURRENT
            except _NEW_REFUSED:
                return PinPurpose.NEW
        return None

    def _fits(self, secret: Secret) -> bool:
        """Whether the token's limits allow it; others would cost an attempt."""
        length = length_of(secret)
        if length is None:
            return False
        limits = self._limits()
        return limits.min_pin_length <= length <= (limits.max_pin_length or length)

    def _limits(self) -> TokenLimits:
        slot_id = self.login.locate().slot.slot_id
        return self.login.cryptoki.limits(slot_id) or _NO_LIMITS

    def _ask(self, purpose: PinPurpose, *, wrong: bool) -> Secret:
        limits, attempts = self._limits(), attempts_left(self.login.locate())
        secret = self.pin(
            PinRequest(
                store_id=self.login.store_id,
                label=self.login.prompt_label or self.login.label,
                attempts=attempts,
                previous_incorrect=wrong,
                purpose=purpose,
                min_length=limits.min_pin_length,
                max_length=limits.max_pin_length,
            )
        )
        if secret is None:
            final = {"problem": "last-attempt"} if attempts is AttemptsLeft.FINAL else {}
            raise with_store_kind(_code(purpose, wrong), self.login.probe, **final)
        return secret


def _code(purpose: PinPurpose, wrong: bool) -> ErrorCode:
    if not wrong:
        return ErrorCode.PIN_REQUIRED
    return ErrorCode.PIN_INCORRECT if purpose is PinPurpose.CURRENT else ErrorCode.PIN_NEW_REFUSED
