"""What an error means for a procedure: keep it for later, begin again, or give it up."""

from __future__ import annotations

import enum

from certclient.ca.client import names_failure
from certclient.enrollment.journal import Record, State
from certclient.model.errors import CertclientError, ErrorCode

_MAX_TRANSACTIONS = 3
"""New transactions with the same key before a refusal is taken as the CA's last word."""


class Disposition(enum.Enum):
    KEEP = "keep"
    """Stays as journalled; a later run goes on."""
    RESTART = "restart"
    """A new transaction with the same key, now."""
    DISCARD = "discard"
    """Nothing was made yet: closed without touching the store (which would ask for a PIN)."""
    ABANDON = "abandon"
    """Cannot succeed: the new key goes, the old certificate stays."""


_TOKEN_GONE = frozenset({ErrorCode.TOKEN_REMOVED, ErrorCode.TOKEN_MISSING})

STORE_GONE = _TOKEN_GONE | {ErrorCode.STORE_UNAVAILABLE}
"""Nothing can be cleaned up while this lasts, so the journal keeps it for later."""

KEY_STAYS = frozenset(
    {
        ErrorCode.CONSENT_REFUSED,
        ErrorCode.KEY_NAME_TAKEN,
        ErrorCode.KEY_SELF_TEST_FAILED,
        ErrorCode.LAST_VALID_CERTIFICATE,
    }
)
"""Why a store does not delete a key: its owner says no to Windows' question, it cannot be opened
any more (a password reset by force), it is somebody's after all. Waiting for another answer would
keep the customer from every other certificate."""

_REQUEST_REFUSED = frozenset({ErrorCode.CA_REFUSED, ErrorCode.CA_TRANSACTION_MISMATCH})
"""What a CA may answer to a request that it has seen before (some refuse every repetition)."""

_FINAL = frozenset(
    {
        ErrorCode.CA_REFUSED,
        ErrorCode.ISSUED_KEY_MISMATCH,
        ErrorCode.ISSUED_SUBJECT_MISMATCH,
        ErrorCode.ISSUED_UNTRUSTED,
        ErrorCode.ISSUED_EXPIRED,
        ErrorCode.ISSUED_NO_CLIENT_AUTH,
        ErrorCode.CERTIFICATE_UNREADABLE,
        ErrorCode.KEY_NOT_FOUND,
        ErrorCode.KEY_SELF_TEST_FAILED,
    }
)
"""Errors that no waiting and no repetition will mend."""


def disposition(
    record: Record,
    error: CertclientError,
    *,
    resumed: bool,
    store_open: bool,
    unanswered: bool,
) -> Disposition:
    """Decides for an `error` in the step after `record`'s state.

    `resumed`: an earlier run may have made a key that the journal does not know. `store_open`:
    this run has the new key's store open. `unanswered`: an earlier sending of the same message
    may have reached the CA.
    """
    code = error.code
    if record.state in (State.PREPARED, State.KEY_CREATED):
        return _before_sending(record, code, resumed=resumed, store_open=store_open)
    if code is ErrorCode.ISSUE_CODE_WRONG:
        # Typed anew after a restart: it proves nothing about the request that was sent before.
        return Disposition.KEEP
    if record.state is State.WAITING and error.data.get("protected") == "no":
        # Anybody on the way could have said so, and the place in the CA's queue would be lost.
        return Disposition.KEEP
    if names_failure(error, "badTime"):
        # The customer mends the clock, and the same request will do.
        return Disposition.KEEP
    if record.state in (State.REQUESTED, State.WAITING) and _may_restart(
        record, code, unanswered=unanswered
    ):
        return Disposition.RESTART
    return Disposition.ABANDON if code in _FINAL else Disposition.KEEP


def _may_restart(record: Record, code: ErrorCode, *, unanswered: bool) -> bool:
    """Whether a new transaction may do what this one did not: the answer to a lost message cannot
    be had any more, or the request could not be journalled."""
    return record.transactions < _MAX_TRANSACTIONS and (
        code is ErrorCode.BANK_SECRETS_REQUIRED or (unanswered and code in _REQUEST_REFUSED)
    )


def _before_sending(
    record: Record, code: ErrorCode, *, resumed: bool, store_open: bool
) -> Disposition:
    """Starting afresh costs the customer nothing, so nothing is kept that can be removed now."""
    if store_open and code not in _TOKEN_GONE:
        return Disposition.ABANDON
    if record.state is State.PREPARED and not resumed and not store_open:
        return Disposition.DISCARD
    return Disposition.KEEP
