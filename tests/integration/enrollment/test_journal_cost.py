"""What a renewal costs the disk, and that a power cut loses nothing by the saving."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from certclient.enrollment.journal import Journal, ProcedureState, Record
from certclient.enrollment.procedure import Finished
from certclient.model.errors import CertclientError, ErrorCode
from support.customer import CustomerComputer
from support.scripted import ScriptedUser
from support.softhsm import PIN

_OPENING_AND_CLOSING = 4
"""Syncs of a connection that has written: the log's header, its folder, and at the end the log and
the database."""
_MOST_SYNCS = 15


def synced(statements: Sequence[str]) -> int:
    """How often SQLite waits for the disk: once per commit with synchronous=FULL, and for each
    connection that has written."""
    syncs, level, changes, wrote = 0, "", False, False
    for statement in statements:
        if statement.startswith("PRAGMA journal_mode"):
            syncs, wrote = syncs + _OPENING_AND_CLOSING * wrote, False
        elif statement.startswith("PRAGMA synchronous"):
            level = statement.rsplit(" ", 1)[1]
        elif statement.startswith(("INSERT", "UPDATE")):
            changes = wrote = True
        elif statement == "COMMIT":
            syncs, changes = syncs + (changes and level == "FULL"), False
    return syncs + _OPENING_AND_CLOSING * wrote


def test_a_renewal_waits_for_the_disk_a_few_times_only(customer: CustomerComputer) -> None:
    statements: list[str] = []
    customer.journal = Journal(customer.journal.path, statements.append)
    assert isinstance(customer.renew(), Finished)
    assert 6 <= synced(statements) <= _MOST_SYNCS


class PowerCutError(Exception):
    """The computer has stopped at this point."""


class CutJournal(Journal):
    """Loses what a power cut loses: the records that are not power-safe, up to the next one that
    is, before which the power is cut. It waits for `state` first."""

    state: ProcedureState
    lost: int = 0

    def save(self, *records: Record, power_safe: bool = True) -> None:
        if self.lost and power_safe:
            raise PowerCutError
        if not power_safe and any(record.state is self.state for record in records):
            self.lost += 1
        if not self.lost:
            super().save(*records, power_safe=power_safe)


@pytest.mark.parametrize("state", [ProcedureState.KEY_CREATED, ProcedureState.INSTALLED])
def test_after_a_power_cut_the_next_run_repeats_what_was_not_on_the_disk(
    customer: CustomerComputer, state: ProcedureState
) -> None:
    whole = customer.journal
    cut = CutJournal(whole.path)
    cut.state, customer.journal = state, cut
    with pytest.raises(PowerCutError):
        customer.renew()
    assert cut.lost
    customer.journal = whole
    (view,) = customer.enrollment().pending()
    assert view.state is not state
    done = customer.enrollment().resume(view.id, ScriptedUser(pins=[PIN]))
    assert isinstance(done, Finished)
    assert customer.usable() == [done.certificate]
    assert customer.count_keys() == len(customer.store.certificates())


@pytest.mark.reliability("journal", "deleted in the middle")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not delete open files")
def test_a_journal_that_is_deleted_meanwhile_stops_the_renewal(customer: CustomerComputer) -> None:
    """SQLite would go on writing to a file that nobody finds again."""
    journal = customer.journal

    class Deleted(ScriptedUser):
        def consent(self, request: object) -> bool:
            journal.path.unlink()
            return True

    with pytest.raises(CertclientError) as stopped:
        customer.renew(Deleted(pins=[PIN]))
    assert stopped.value.code is ErrorCode.DATA_FOLDER
    assert customer.usable() == [customer.current]
