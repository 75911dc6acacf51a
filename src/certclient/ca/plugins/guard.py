"""Checks what a plug-in's code does: its results by their types, its errors for secrets."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeVar

from certclient.ca.client import (
    Answer,
    Credential,
    IssueCodeCredential,
    Issued,
    Transaction,
    Waiting,
)
from certclient.ca.plugins.interface import OptionError
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.secret import Secret
from certclient.model.wiping import overwrite

T = TypeVar("T")

_MAX_STATE = 256 * 1024
"""Bytes of a transaction's state, which the journal keeps."""
_MAX_TEXT = 1000
_TELLING = 8
"""Characters of a secret that does not stand in a binary state by chance, as a short PIN may."""


class _BrokenPromiseError(Exception):
    """The plug-in returned what its interface does not allow. The text names no secret."""


def guarded(
    profile: Profile, operation: str, secrets: Collection[Secret], run: Callable[[], T]
) -> T:
    """The result of the plug-in's `run`; every error as a CertclientError without `secrets`.

    Raises CA_PLUGIN_FAILED (data `protocol`, `operation`, `reason`) for whatever is no error of
    `CaClient`; its cause is the OptionError if it was one.
    """
    try:
        return run()
    except CertclientError as error:
        not_texts = [value for value in error.data.values() if not isinstance(value, str)]
        if error.code is ErrorCode.INTERNAL or not_texts:
            raise _failed(profile, operation, error.code.code) from None
        if any(_is_in(error.data.values(), secret) for secret in secrets):
            # Without its cause, which has the secret, too.
            raise _failed(profile, operation, f"a secret in {error.code.code}") from None
        raise
    except OptionError as error:
        sentence = "OptionError" if secrets else error.sentence
        raise _failed(profile, operation, sentence) from (None if secrets else error)
    except _BrokenPromiseError as error:
        raise _failed(profile, operation, str(error)) from None
    # Neither its words nor its traceback are kept: they may hold a secret. The type and the place
    # say enough to whoever wrote it.
    except (Exception, SystemExit) as error:  # noqa: BLE001 - third-party code can fail in any way
        raise _failed(profile, operation, f"{type(error).__name__}, {_place(error)}") from None


def _place(error: BaseException) -> str:
    """Where an error was raised: the innermost function and its line."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return f"{step.tb_frame.f_code.co_name}:{step.tb_lineno}" if step is not None else ""


def _failed(profile: Profile, operation: str, reason: str) -> CertclientError:
    return CertclientError(
        ErrorCode.CA_PLUGIN_FAILED,
        protocol=profile.ca.protocol,
        operation=operation,
        reason=reason[:_MAX_TEXT],
    )


def secrets_of(credential: Credential | None) -> Sequence[Secret]:
    """The issue code, if the credential has one."""
    if not isinstance(credential, IssueCodeCredential) or not credential.issue_code:
        return ()
    return (credential.issue_code,)


def of_type(kind: type[T], value: object) -> T:
    """`value` itself, which must be a `kind`: for calls within `guarded`."""
    if not isinstance(value, kind):
        raise _BrokenPromiseError(f"{type(value).__name__} instead of {kind.__name__}")
    return value


def checked_transaction(
    value: object, credential: Credential, secrets: Sequence[Secret] = ()
) -> Transaction:
    """A transaction that may be journalled: of its size, and without a secret.

    For calls within `guarded`.
    """
    transaction = of_type(Transaction, value)
    state, number = of_type(bytes, transaction.state), of_type(str, transaction.transaction_id)
    of_type(bytes, transaction.volatile)
    if len(state) > _MAX_STATE:
        raise _BrokenPromiseError(f"a state of {len(state)} bytes")
    for secret in (*secrets, *secrets_of(credential)):
        if _tells(state, number, secret):
            raise _BrokenPromiseError("a secret in the transaction")
    return transaction


def _tells(state: bytes, number: str, secret: Secret) -> bool:
    with secret.revealed() as text:
        octets = text.encode()
        found = len(text) >= _TELLING and (octets in state or text in number)
        overwrite(octets)
    return found


def _is_in(values: Iterable[str], secret: Secret) -> bool:
    with secret.revealed() as text:
        return any(text in value for value in values)


def checked_answer(value: object, credential: Credential) -> Answer:
    """An answer of the right types. For calls within `guarded`."""
    if isinstance(value, Waiting):
        checked_transaction(value.transaction, credential)
        seconds = value.check_after
        if isinstance(seconds, int | float) and math.isfinite(seconds) and seconds >= 0:
            return value
        raise _BrokenPromiseError("no seconds to wait")
    issued = of_type(Issued, value)
    checked_transaction(issued.transaction, credential)
    of_type(Certificate, issued.certificate)
    for one in of_type(tuple, issued.chain):
        of_type(Certificate, one)
    return issued
