"""Decides what an error means for a procedure: keep it, restart it, or abandon it."""

from __future__ import annotations

import enum

from certclient.ca.client import RefusalReason, is_unproven, refused_because
from certclient.enrollment.journal import ProcedureState, Record
from certclient.model.errors import CertclientError, ErrorCode

_MAX_TRANSACTIONS = 3
"""New transactions with the same key before a refusal counts as final."""

_MAX_KEYS = 3
"""Keys of one procedure before a refusal counts as final."""


_NOT_THE_TICKET = (
    RefusalReason.CERTIFICATE_REVOKED,
    RefusalReason.SIGNER_NOT_TRUSTED,
    RefusalReason.KEY_NOT_ACCEPTED,
)


class Disposition(enum.Enum):
    """What happens to the procedure."""

    KEEP = "keep"
    """Stays as journalled; a later run continues."""
    RESTART = "restart"
    """Starts a new transaction with the same key, now."""
    ANOTHER_KEY = "another-key"
    """Goes back before the creation of the key, which the CA takes no more."""
    DISCARD = "discard"
    """Nothing was created: closes the procedure without opening the store, which might need a
    PIN."""
    ABANDON = "abandon"
    """Cannot succeed: deletes the new key and keeps the old certificate."""


_TOKEN_GONE = frozenset(
    {
        ErrorCode.TOKEN_REMOVED,
        ErrorCode.TOKEN_MISSING,
        ErrorCode.TOKEN_MODULE_DIED,
        ErrorCode.TOKEN_MODULE_HANGS,
    }
)
"""Errors after which a session can do nothing more."""

STORE_GONE = _TOKEN_GONE | {
    ErrorCode.STORE_AMBIGUOUS,
    ErrorCode.STORE_MODULE_START,
    ErrorCode.STORE_UNAVAILABLE,
}
"""Errors that prevent cleaning up for now; the journal keeps the work for a later run."""

KEY_STAYS = frozenset(
    {
        ErrorCode.CONSENT_REFUSED,
        ErrorCode.KEY_NAME_TAKEN,
        ErrorCode.KEY_SELF_TEST_FAILED,
        ErrorCode.LAST_VALID_CERTIFICATE,
    }
)
"""Errors with which a store refuses to delete a key: the user declined Windows' prompt, the key can
no longer be opened (a password reset by force), or it turns out to be in use or not ours. Keeping
the procedure open until that changes would block every other certificate of the user ID."""

_REQUEST_REFUSED = frozenset({ErrorCode.CA_REFUSED, ErrorCode.CA_TRANSACTION_MISMATCH})
"""Responses to a request that the CA has already received (some CAs refuse every repetition)."""

_NO_REQUEST = frozenset({ErrorCode.BANK_SECRETS_REQUIRED, ErrorCode.JOURNAL_DAMAGED})
"""The request must not be journalled, or what is journalled is no request of this protocol: the
bank's profile has changed its protocol since."""

_FINAL = frozenset(
    {
        ErrorCode.CA_REFUSED,
        ErrorCode.CA_REQUIREMENT,
        *(code for code in ErrorCode if code.code.startswith("CC-ISSUED-")),
        ErrorCode.CERTIFICATE_UNREADABLE,
        ErrorCode.KEY_NOT_FOUND,
        ErrorCode.KEY_SELF_TEST_FAILED,
    }
)
"""Errors that neither waiting nor retrying can resolve."""


def disposition(
    record: Record,
    error: CertclientError,
    *,
    resumed: bool,
    store_open: bool,
    unanswered: bool,
    ticket_sent: bool = False,
) -> Disposition:
    """Decides about an `error` in the step that follows `record`'s state.

    `resumed`: an earlier run may have created a key that is not journalled. `store_open`: this run
    has the new key's store open. `unanswered`: the same message may have reached the CA before.
    `ticket_sent`: the request carries the ticket of a link.
    """
    code = error.code
    if record.state in (ProcedureState.PREPARED, ProcedureState.KEY_CREATED):
        return _before_sending(record, code, resumed=resumed, store_open=store_open)
    if code is ErrorCode.ISSUE_CODE_WRONG:
        # The code was typed again after a restart: a wrong one says nothing about the request sent
        # before.
        return Disposition.KEEP
    if is_unproven(error):
        # Can be forged or copied, so it changes nothing: the same request is sent again later.
        return Disposition.KEEP
    if refused_because(error, RefusalReason.TIME):
        # The same request succeeds once the customer has corrected the clock.
        return Disposition.KEEP
    if record.state in (ProcedureState.REQUESTED, ProcedureState.WAITING):
        if _key_is_used(record, error, unanswered=unanswered):
            return Disposition.ANOTHER_KEY
        if _may_restart(record, code, unanswered=unanswered):
            return Disposition.RESTART
        if ticket_sent and _may_mean_ticket(error):
            return Disposition.RESTART
    return Disposition.ABANDON if code in _FINAL else Disposition.KEEP


def _key_is_used(record: Record, error: CertclientError, *, unanswered: bool) -> bool:
    """Whether the CA may refuse because it has issued for this key in answer to a lost message.

    That it knows nothing of a request, it can say of an old one only.
    """
    begun_again = record.transactions > 1
    says_so = (unanswered or begun_again) and refused_because(error, RefusalReason.KEY_NOT_ACCEPTED)
    may_mean_it = (
        begun_again and not unanswered and refused_because(error, RefusalReason.REQUEST_UNKNOWN)
    )
    return record.keys < _MAX_KEYS and (says_so or may_mean_it)


def _may_restart(record: Record, code: ErrorCode, *, unanswered: bool) -> bool:
    """Whether a new transaction can succeed where this one failed.

    That is so if the response to a lost message can no longer be fetched, or if the request is not
    in the journal.
    """
    return record.transactions < _MAX_TRANSACTIONS and (
        code in _NO_REQUEST or (unanswered and code in _REQUEST_REFUSED)
    )


def _may_mean_ticket(error: CertclientError) -> bool:
    """Whether a CA may refuse because of a link's ticket: anybody can write a link, with a ticket
    that is none. Without it, the bank asks for what it wants, or for nothing."""
    return error.code is ErrorCode.CA_REFUSED and not refused_because(error, *_NOT_THE_TICKET)


def _before_sending(
    record: Record, code: ErrorCode, *, resumed: bool, store_open: bool
) -> Disposition:
    """Starting over costs the customer nothing, so removes everything that can be removed now."""
    if store_open and code not in _TOKEN_GONE:
        return Disposition.ABANDON
    if record.state is ProcedureState.PREPARED and not resumed and not store_open:
        return Disposition.DISCARD
    return Disposition.KEEP
