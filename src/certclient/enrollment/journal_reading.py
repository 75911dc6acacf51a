"""What the journal says, read as a whole: once for a list, repeatedly for the observed state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.open_procedures import OpenProcedures
from certclient.model.errors import CertclientError


@dataclass(frozen=True, slots=True)
class JournalReading:
    """What the journal said. `number` was taken before it was read, so that a reading that arrives
    late does not replace a newer one."""

    number: int = 0
    statuses: BankStatuses = field(default_factory=BankStatuses)
    open_procedures: OpenProcedures = field(default_factory=OpenProcedures)


ReadJournal = Callable[[], tuple[BankStatuses, OpenProcedures]]
"""Reads the journal; never raises a CertclientError."""


def journal_reader(
    statuses: Callable[[], BankStatuses], open_procedures: Callable[[], OpenProcedures]
) -> ReadJournal:
    """Reads both from the journal; if it cannot be read, the statuses say why (`journal_error`)."""

    def read() -> tuple[BankStatuses, OpenProcedures]:
        known = statuses()
        try:
            return known, open_procedures()
        except CertclientError as error:
            return replace(known, journal_error=error), OpenProcedures()

    return read
