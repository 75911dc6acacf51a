"""The results of a run, and the public view of a procedure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.model.errors import ErrorCode

if TYPE_CHECKING:
    from datetime import datetime

    from certclient.enrollment.journal import ProcedureKind, ProcedureState, Record
    from certclient.enrollment.login_test import LoginTest
    from certclient.model.certificate import Certificate
    from certclient.store.base import CertificateStore


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """One procedure as `status` shows it. Times are aware UTC; `last_error` is why it stopped."""

    id: str
    kind: ProcedureKind
    profile_id: str
    user_id: str
    state: ProcedureState
    started: datetime
    changed: datetime
    store_id: str
    new_certificate: Certificate | None
    check_at: datetime | None
    last_error: ErrorCode | None

    @property
    def waits_for_code(self) -> bool:
        """Whether it goes on once its customer types the issue code from the letter again."""
        return self.state.open and self.last_error is ErrorCode.ISSUE_CODE_REQUIRED


@dataclass(frozen=True, slots=True)
class Finished:
    """The new certificate is installed, verified and confirmed.

    `old_archived`: there was an old certificate, now hidden; `old_kept`: there was one, and
    browsers still offer it (its token was not present, for example). `seconds`: key_generation,
    signing, network, waiting (for the CA) and rest of this run. `login`: the login test of the new
    certificate. `not_accepted`: the serial number (hex) of a certificate that the bank refused
    earlier in this run, so that another one was obtained; "" for none.
    """

    procedure_id: str
    kind: ProcedureKind
    certificate: Certificate
    store: CertificateStore
    old_archived: bool
    seconds: dict[str, float]
    login: LoginTest
    old_kept: bool = False
    not_accepted: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """Not finished: the CA needs time, the user asked to stop, or the procedure was abandoned.

    `check_at` (aware UTC) is the time of the next poll, None if no poll is due.
    """

    procedure_id: str
    state: ProcedureState
    check_at: datetime | None


Outcome = Finished | Pending


def view_of(record: Record) -> ProcedureView:
    """The public view of a journalled procedure."""
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
