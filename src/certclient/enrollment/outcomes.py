"""What a run of a procedure ended in, and how an open one looks from outside."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from certclient.enrollment.journal import Kind, Record, State
from certclient.enrollment.login_test import LoginTest
from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode
from certclient.store.base import CertificateStore


class BankHolds(enum.Enum):
    """What the CA holds after a new certificate was refused here. The values are error data
    (`bank_holds`), which the catalogue words."""

    OLD = "old"
    """It knows of the refusal; the certificate in use counts as before."""
    OLD_NOT_TOLD = "old-not-told"
    """It could not be told, and revokes what is never confirmed."""
    NOTHING = "nothing"
    """It knows of the refusal, but had retired the certificate in use already."""
    UNCERTAIN = "uncertain"
    """It knows of the refusal, but may have retired the certificate in use already."""
    NEW = "new"
    """It could not be told, and takes the new certificate for confirmed."""
    CODE_SPENT = "code-spent"
    """取得: it knows of the refusal, and the issue code was used for it."""


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """One procedure as `status` shows it. Times are aware, UTC. `last_error` is why it stopped."""

    id: str
    kind: Kind
    profile_id: str
    user_id: str
    state: State
    started: datetime
    changed: datetime
    store_id: str
    new_certificate: Certificate | None
    check_at: datetime | None
    last_error: ErrorCode | None


@dataclass(frozen=True, slots=True)
class Finished:
    """The new certificate is installed, proven and confirmed.

    `old_archived`: there was an old one and it is now hidden; `old_kept`: there was one, and
    browsers still offer it (its token was not there, say). `seconds`: key_generation, signing,
    network, waiting (for the CA) and rest of this run. `login`: whether the new one logs in.
    `not_accepted`: the serial number (hex) of a certificate that the bank did not take before, so
    that another one was obtained in the same run; "" where there was none.
    """

    procedure_id: str
    kind: Kind
    certificate: Certificate
    store: CertificateStore
    old_archived: bool
    seconds: dict[str, float]
    login: LoginTest
    old_kept: bool = False
    not_accepted: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """Not done yet: the CA wants time (`check_at`, aware UTC) or the user asked to stop."""

    procedure_id: str
    state: State
    check_at: datetime | None


Outcome = Finished | Pending


def view_of(record: Record) -> ProcedureView:
    """What may be told of a journalled procedure."""
    return ProcedureView(
        id=record.id,
        kind=record.kind,
        profile_id=record.profile_id,
        user_id=record.user_id,
        state=record.state,
        started=record.started,
        changed=record.changed,
        store_id=record.store_id,
        new_certificate=record.new_certificate,
        check_at=record.check_at,
        last_error=record.error,
    )
