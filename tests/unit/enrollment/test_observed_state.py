"""The one observed state: stores, journal and runs in, the same picture for everybody out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certclient.enrollment.bank_status import read_statuses
from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.enrollment.journal import ProcedureState
from certclient.enrollment.journal_reading import journal_reader
from certclient.enrollment.lock import exclusive, locks_folder
from certclient.enrollment.observed_run import RunTarget
from certclient.enrollment.observed_state import ObservedState
from certclient.enrollment.open_procedures import read_open_procedures
from certclient.enrollment.outcomes import Finished, Outcome
from certclient.enrollment.overview import Condition, Overview, read_overview
from certclient.enrollment.procedure_status import ProcedurePhase, next_step, steps_done
from certclient.enrollment.run_results import ResultFile, ResultKind
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Phase, Progress, Step
from certclient.model.secret import Secret
from certclient.store.base import CertificateStore
from support.customer import USER, CustomerComputer
from support.scripted import PIN, ScriptedUser


@dataclass
class Watcher:
    """A program that shows the state of a customer's computer. `clock` and `seconds` are settable;
    `seen` counts the notifications."""

    customer: CustomerComputer
    folder: Path
    clock: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0
    seen: int = 0

    def __post_init__(self) -> None:
        self.state = self.opened()
        self.state.subscribe(self._count)

    def opened(self) -> ObservedState:
        """The state of a program that starts now with the same files."""
        ids = iter(range(10_000))
        return ObservedState(
            clock=lambda: self.clock,
            results=ResultFile(self.folder / "results.json"),
            new_id=lambda: f"{id(ids)}-{next(ids)}",
            read_journal=journal_reader(
                lambda: read_statuses(self.customer.journal),
                lambda: read_open_procedures(self.customer.journal),
            ),
            monotonic=lambda: self.seconds,
        )

    def _count(self) -> None:
        self.seen += 1

    def scan(self, stores: Sequence[CertificateStore] | None = None) -> Overview:
        """Reads stores and journal as the scanner does."""
        reading = self.state.read_journal()
        found = stores if stores is not None else [self.customer.store]
        overview = read_overview(
            [self.customer.profile], found, self.clock, reading.statuses, reading.open_procedures
        )
        self.state.update_stores(overview, reading)
        return self.state.overview

    @property
    def target(self) -> RunTarget:
        return RunTarget(self.customer.profile.id, USER)

    def renew(self, person: ScriptedUser) -> Outcome | None:
        """A renewal in this program, as a window or the background runs it."""
        run = self.state.begin(self.target, person)
        outcome: Outcome | None = None
        problem: CertclientError | None = None
        try:
            outcome = self.customer.enrollment().renew(
                self.customer.stored(), self.customer.store, run
            )
        except CertclientError as error:
            problem = error
        self.state.refresh_journal()
        self.state.end(run, outcome, problem)
        return outcome


@pytest.fixture
def watcher(customer: CustomerComputer, tmp_path: Path) -> Watcher:
    return Watcher(customer, tmp_path / "program")


def after(*steps: Step) -> ScriptedUser:
    """A user who stops the procedure once these steps are done."""
    return ScriptedUser(pins=[PIN], stop_before=lambda done: set(steps) <= set(done))


# A run in this program


def test_running_procedure_shows_its_step_on_its_certificate(watcher: Watcher) -> None:
    watcher.scan()
    run = watcher.state.begin(watcher.target, ScriptedUser())
    run.progress(Progress(Step.PREFLIGHT, Phase.STARTED))
    run.progress(Progress(Step.PREFLIGHT, Phase.FINISHED))
    run.progress(Progress(Step.CREATE_KEY, Phase.STARTED))
    (row,) = watcher.state.overview.rows
    status = row.procedure
    assert status is not None
    assert (status.phase, status.local) == (ProcedurePhase.RUNNING, True)
    assert (status.step, status.done) == (Step.CREATE_KEY, (Step.PREFLIGHT,))
    assert (status.number, len(status.listed)) == (2, 8)
    assert not row.due, "it is not offered again while it runs"
    assert row.condition is Condition.RENEWABLE
    watcher.state.end(run, None, None)
    assert [row.procedure for row in watcher.state.overview.rows] == [None]


def test_window_opened_later_sees_what_one_that_was_open_sees(watcher: Watcher) -> None:
    watcher.scan()
    run = watcher.state.begin(watcher.target, ScriptedUser())
    run.progress(Progress(Step.REQUEST, Phase.STARTED))
    early = watcher.state.overview
    watcher.state.subscribe(lambda: None)
    assert watcher.state.overview == early


def test_time_in_which_the_customer_types_does_not_count(watcher: Watcher) -> None:
    def types_for_a_minute(request: SecretRequest) -> Secret | None:
        watcher.seconds += 60
        (status,) = watcher.state.overview.procedures
        asked.append(status.asking)
        assert status.counting_since is None
        return Secret("code")

    asked: list[bool] = []
    person = ScriptedUser()
    person.secret = types_for_a_minute  # type: ignore[method-assign]
    run = watcher.state.begin(watcher.target, person)
    watcher.seconds += 3
    run.secret(SecretRequest(SecretKind.ISSUE_CODE, USER))
    watcher.seconds += 2
    (status,) = watcher.state.overview.procedures
    assert asked == [True]
    assert not status.asking
    assert status.counting_since is not None
    assert status.seconds + watcher.seconds - status.counting_since == 5


def test_progress_is_reported_from_a_worker(watcher: Watcher) -> None:
    run = watcher.state.begin(watcher.target, ScriptedUser())
    seen = watcher.seen
    report = Progress(Step.WAIT, Phase.STARTED)
    worker = threading.Thread(target=lambda: run.progress(report))
    worker.start()
    worker.join()
    assert watcher.seen == seen + 1
    assert [one.step for one in watcher.state.overview.procedures] == [Step.WAIT]


# The end of a run


def test_end_is_kept_until_it_is_seen_and_survives_a_restart(watcher: Watcher) -> None:
    watcher.scan()
    outcome = watcher.renew(ScriptedUser(pins=[PIN]))
    assert isinstance(outcome, Finished)
    (result,) = watcher.state.overview.results
    assert (result.kind, result.code) == (ResultKind.DONE, "")
    assert result.fingerprint == outcome.certificate.fingerprint
    assert result.valid_until == outcome.certificate.not_after
    assert result.full_id == outcome.certificate.common_name
    restarted = watcher.opened()
    assert restarted.overview.results == (result,)
    restarted.see(result)
    assert not restarted.overview.results
    assert watcher.opened().overview.results == ()


def test_failure_is_kept_without_anything_secret(watcher: Watcher) -> None:
    watcher.customer.ca.faults["send"] = [CertclientError(ErrorCode.CA_REFUSED, reason="no")]
    watcher.renew(ScriptedUser(pins=[PIN]))
    (result,) = watcher.opened().overview.results
    assert (result.kind, result.code) == (ResultKind.FAILED, "CC-CA-REFUSED")
    assert PIN not in (watcher.folder / "results.json").read_text()


def test_unanswered_question_is_no_result(watcher: Watcher) -> None:
    run = watcher.state.begin(watcher.target, ScriptedUser())
    run.secret(SecretRequest(SecretKind.ISSUE_CODE, USER))
    watcher.state.end(run, None, CertclientError(ErrorCode.ISSUE_CODE_REQUIRED))
    assert not watcher.state.overview.results


def test_exchange_that_the_user_stopped_is_no_failure(watcher: Watcher) -> None:
    watcher.scan()
    watcher.customer.ca.faults["send"] = [CertclientError(ErrorCode.NETWORK_STOPPED)]
    watcher.renew(ScriptedUser(pins=[PIN]))
    assert not watcher.state.overview.results
    (status,) = watcher.state.overview.procedures
    assert status.phase is ProcedurePhase.INTERRUPTED


def test_another_attempt_replaces_the_result_of_the_last_one(watcher: Watcher) -> None:
    run = watcher.state.begin(watcher.target, ScriptedUser())
    watcher.state.end(run, None, CertclientError(ErrorCode.NETWORK_TIMEOUT))
    assert len(watcher.state.overview.results) == 1
    watcher.state.begin(watcher.target, ScriptedUser())
    assert not watcher.state.overview.results


def test_unreadable_results_file_counts_as_empty(watcher: Watcher) -> None:
    watcher.folder.mkdir()
    (watcher.folder / "results.json").write_bytes(b"\xff[")
    assert watcher.opened().overview.results == ()


# The journal


def test_interrupted_procedure_is_on_its_row_and_shows_what_is_done(watcher: Watcher) -> None:
    watcher.scan()
    watcher.renew(after(Step.CREATE_KEY))
    (row,) = watcher.state.overview.rows
    status = row.procedure
    assert status is not None
    assert status.phase is ProcedurePhase.INTERRUPTED
    assert status.done == (Step.PREFLIGHT, Step.CREATE_KEY)
    assert status.step is Step.REQUEST
    assert status.resumable
    assert row.due, "すべて更新 continues it"


def test_waiting_procedure_shows_when_it_goes_on(watcher: Watcher) -> None:
    watcher.scan()
    watcher.customer.ca.waits = 100
    watcher.customer.ca.check_after = 3600.0
    watcher.renew(ScriptedUser(pins=[PIN]))
    (status,) = watcher.state.overview.procedures
    assert status.phase is ProcedurePhase.WAITING
    assert status.check_at is not None
    assert not watcher.state.overview.due


def test_failed_procedure_shows_its_error(watcher: Watcher) -> None:
    watcher.scan()
    timeout = CertclientError(ErrorCode.NETWORK_TIMEOUT)
    watcher.customer.ca.faults["send"] = [timeout] * 9
    watcher.renew(ScriptedUser(pins=[PIN]))
    (status,) = watcher.state.overview.procedures
    assert (status.phase, status.error) == (ProcedurePhase.FAILED, ErrorCode.NETWORK_TIMEOUT)


def test_run_of_another_process_is_seen_with_its_step(watcher: Watcher) -> None:
    watcher.scan()
    watcher.renew(after(Step.REQUEST))
    folder = locks_folder(watcher.customer.journal.path)
    with exclusive(folder, watcher.customer.profile.id, USER):
        watcher.state.refresh_journal()
        (row,) = watcher.state.overview.rows
        assert row.procedure is not None
        assert row.procedure.running
        assert not row.procedure.local
        assert not row.due
    watcher.state.refresh_journal()
    assert not watcher.state.overview.procedures[0].running


def test_procedure_whose_key_a_batch_makes_ahead_is_no_other_programs(watcher: Watcher) -> None:
    person = ScriptedUser(pins=[PIN], stop_before=lambda steps: Step.CREATE_KEY in steps)
    watcher.renew(person)
    key = (watcher.customer.profile.id, USER)
    watcher.state.note_ahead(key)
    with exclusive(locks_folder(watcher.customer.journal.path), *key):
        status = watcher.scan().status(key)
        assert status is not None
        assert (status.phase, status.local, status.batch) == (ProcedurePhase.RUNNING, True, True)
        assert status.step is None, "it is about to go on"
    status = watcher.scan().status(key)
    assert status is not None
    assert (status.phase, status.local) == (ProcedurePhase.RUNNING, True), "its key is made"
    watcher.state.note_ahead(None)
    status = watcher.state.overview.status(key)
    assert status is not None
    assert (status.phase, status.local) == (ProcedurePhase.INTERRUPTED, False)


def test_late_reading_of_the_journal_does_not_replace_a_newer_one(watcher: Watcher) -> None:
    watcher.scan()
    old = watcher.state.read_journal()
    watcher.renew(after(Step.CREATE_KEY))
    watcher.state.update_journal(old)
    assert len(watcher.state.overview.procedures) == 1


def test_nothing_new_wakes_nobody(watcher: Watcher) -> None:
    watcher.scan()
    seen = watcher.seen
    watcher.state.refresh_journal()
    watcher.state.reevaluate()
    assert watcher.seen == seen


def test_conditions_advance_with_the_clock(watcher: Watcher) -> None:
    watcher.scan()
    watcher.clock = watcher.customer.current.not_after + timedelta(days=1)
    watcher.state.reevaluate()
    assert [row.condition for row in watcher.state.overview.rows] == [Condition.OBTAINABLE]


# Tokens


def test_rows_of_an_unplugged_token_stay(watcher: Watcher) -> None:
    watcher.scan()
    overview = watcher.scan(stores=[])
    if watcher.customer.store.destination is Destination.PC:
        assert overview.rows == (), "a store of the PC that is gone is gone"
        return
    (row,) = overview.rows
    assert row.absent
    assert not row.due
    assert row.entry.store.label == watcher.customer.store.label
    assert watcher.state.overview.at(watcher.clock).rows == overview.rows
    watcher.state.refresh_journal()
    assert [row.absent for row in watcher.state.overview.rows] == [True]
    assert [row.absent for row in watcher.scan().rows] == [False]


@pytest.mark.parametrize("state", [state for state in ProcedureState if state.open])
def test_every_open_state_tells_what_is_done(state: ProcedureState) -> None:
    done = steps_done(state)
    assert next_step(state) not in done
    assert list(done) == [step for step in Step if step in done]
