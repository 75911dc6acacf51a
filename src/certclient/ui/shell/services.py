"""What the windows need from the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.enrollment.reminder_index.look import Look, no_look

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import datetime

    from certclient.enrollment.bank_status import BankStatuses
    from certclient.enrollment.diagnosis.examination import Examination
    from certclient.enrollment.full_check.groups import FullCheck
    from certclient.enrollment.open_procedures import OpenProcedures
    from certclient.enrollment.overview import Row
    from certclient.enrollment.procedure import Enrollment
    from certclient.model.policy import Policy
    from certclient.model.practice import PracticeCode
    from certclient.model.profile import Profile
    from certclient.platform.daily_reminder import DailyReminder
    from certclient.platform.toasts import Toast
    from certclient.store.base import CertificateStore
    from certclient.updates.check import Updates


@dataclass(frozen=True, slots=True)
class WindowServices:
    """`all_stores` scans for the stores of the given banks, `update_checks` returns their version
    announcements; the others are passed on to AppContext. `daily_reminder`: the scheduled task;
    None if there is none. `practise`: the command line that starts a rehearsal, () if there can be
    none. `tidy`: removes what killed rehearsals have left; call it in a worker. `look`, `toast`:
    see AppContext. `practice_code`: in a rehearsal, an issue code to try out; raises
    PRACTICE_BANK.
    """

    all_stores: Callable[[Sequence[Profile]], Sequence[CertificateStore]]
    enrollment: Callable[[Profile, Sequence[CertificateStore]], Enrollment]
    statuses: Callable[[], BankStatuses]
    open_procedures: Callable[[], OpenProcedures]
    journal_stamp: Callable[[], Hashable]
    clock: Callable[[], datetime]
    update_checks: Callable[[Sequence[Profile], Policy], Updates]
    daily_reminder: Callable[[], DailyReminder | None] = lambda: None
    practise: Sequence[str] = ()
    tidy: Callable[[], None] = lambda: None
    practice_code: Callable[[], PracticeCode | None] = lambda: None
    check_revocation: Callable[[Sequence[Row]], bool] = lambda _rows: False
    look: Callable[[], Look] = no_look
    full_check: Callable[[], FullCheck] | None = None
    examine: Callable[[], Examination] | None = None
    toast: Callable[[Toast], bool] = lambda _toast: False
