"""Reports how procedures ended: as sentences, as a table for several, or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import click

from certclient.cli.errors import print_error
from certclient.cli.exit_codes import DONE, EXIT_CODES, worst
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, JsonValue, error_record, print_json
from certclient.cli.records import certificate_record, moment
from certclient.cli.tables import print_table
from certclient.enrollment.procedure import (
    Finished,
    LoginTest,
    Outcome,
    Pending,
    ProcedureKind,
    ProcedureState,
    ProcedureView,
)
from certclient.model.certificate import Owner
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode, ErrorKind
from certclient.model.visible_text import visible
from certclient.platform import log

_ENDED = {
    ProcedureState.WAITING: "waiting",
    ProcedureState.ABANDONED: "abandoned",
    ProcedureState.DONE: "done",
}


@dataclass(frozen=True, slots=True)
class ProcedureResult:
    """The result for one certificate: an outcome, or the error that stopped the procedure.

    `run`: the run at its bank; None for a bank that cannot be used, whose id is `profile_id`.
    `needs_user`: nothing was attempted, because it requires a user.
    """

    run: Invocation | None

    user_id: str
    owner: Owner | None
    outcome: Outcome | None
    error: CertclientError | None
    needs_user: bool = False
    profile_id: str = ""

    @property
    def bank(self) -> str:
        """The id of its bank."""
        return self.run.profile().id if self.run is not None else self.profile_id

    @property
    def name(self) -> str:
        """done, waiting, abandoned, stopped, failed or needs-person; stable, for JSON."""
        if self.needs_user:
            return "needs-person"
        if isinstance(self.outcome, Pending):
            return _ENDED.get(self.outcome.state, "stopped")
        return "failed" if self.error else "done"

    @property
    def exit_code(self) -> int:
        """The exit code of this result alone; see docs/cli.md."""
        if self.error is not None:
            return EXIT_CODES[self.error.code.kind]
        by_name = {
            "waiting": ErrorKind.WAITING,
            "stopped": ErrorKind.CANCELLED,
            "abandoned": ErrorKind.CANCELLED,
        }
        return EXIT_CODES[by_name[self.name]] if self.name in by_name else DONE


def chosen_procedures(views: Sequence[ProcedureView], name: str | None) -> Sequence[ProcedureView]:
    """The open procedure whose id starts with `name`, or all of them if None.

    Raises NOTHING_PENDING, PROCEDURE_NOT_FOUND (also if several match).
    """
    if name is None:
        if not views:
            raise CertclientError(ErrorCode.NOTHING_PENDING)
        return views
    found = [view for view in views if view.id.startswith(name)]
    if len(found) != 1:
        raise CertclientError(ErrorCode.PROCEDURE_NOT_FOUND, procedure=name)
    return found


def attempt(
    run: Invocation, user_id: str, owner: Owner | None, procedure: Callable[[], Outcome]
) -> ProcedureResult:
    """Runs one procedure and puts its error into the result, so that a batch continues.

    `run`: the run at its bank.
    """
    try:
        outcome = procedure()
    except CertclientError as error:
        log.error(error)
        return ProcedureResult(run, user_id, owner, None, error)
    state = outcome.state if isinstance(outcome, Pending) else ProcedureState.DONE
    log.event("procedure", procedure=outcome.procedure_id, state=state.value)
    if isinstance(outcome, Finished) and outcome.login.error is not None:
        log.error(outcome.login.error)
    return ProcedureResult(run, user_id, owner, outcome, None)


def show_results(
    invocation: Invocation,
    results: Sequence[ProcedureResult],
    apart: Callable[[ProcedureResult], bool] = lambda _result: False,
) -> int:
    """Prints all results; returns the worst exit code.

    `apart`: a result that says nothing of the others. Beside others, it counts as one that waits.
    """
    code = worst(_beside(results, apart))
    if invocation.json:
        records: list[JsonValue] = [_record(_run_of(invocation, one), one) for one in results]
        print_json(invocation, code, {"results": records})
        return code
    if len(results) == 1:
        show_result(invocation, results[0])
    elif results:
        _print_summary(invocation, results)
        _print_failures(invocation, results)
    return code


def _beside(
    results: Sequence[ProcedureResult], apart: Callable[[ProcedureResult], bool]
) -> Iterator[int]:
    alone = all(map(apart, results))
    for result in results:
        waits = apart(result) and not alone
        yield EXIT_CODES[ErrorKind.WAITING] if waits else result.exit_code


def _run_of(invocation: Invocation, result: ProcedureResult) -> Invocation:
    return result.run or invocation


def show_result(invocation: Invocation, result: ProcedureResult) -> None:
    """Prints one result as sentences."""
    invocation = _run_of(invocation, result)
    if result.error is not None:
        print_error(invocation, result.error, result.owner)
    elif isinstance(result.outcome, Finished):
        click.echo("\n".join(finished_lines(invocation, result.outcome)))
    elif isinstance(result.outcome, Pending):
        print_pending(invocation, result.outcome)


def print_pending(invocation: Invocation, pending: Pending) -> None:
    """Prints the state of an unfinished procedure: waiting, stopped, or rolled back."""
    catalogue = invocation.catalogue
    if pending.state is ProcedureState.WAITING:
        print_error(invocation, CertclientError(ErrorCode.CA_WAITING))
        if pending.check_at is not None:
            until = catalogue.minute(pending.check_at)
            click.echo(catalogue.text("result.check-at", until=until), err=True)
    elif pending.state is ProcedureState.ABANDONED:
        click.echo(catalogue.text("result.abandoned"), err=True)
    elif pending.state is ProcedureState.DONE:
        click.echo(catalogue.text("result.already-done"))
    else:
        state = catalogue.state(pending.state)
        click.echo(catalogue.text("result.stopped", state=state, id=pending.procedure_id), err=True)


_HEADING = {(ProcedureKind.OBTAIN, Destination.USB.value): "usb-obtained"}


def finished_lines(invocation: Invocation, finished: Finished) -> Iterator[str]:
    """The seeds' last page (S1(1), S1(2)): the issued certificate, and what to note from now on."""
    catalogue, certificate = invocation.catalogue, finished.certificate
    place = finished.store.destination.value
    yield catalogue.text(f"finished.{_HEADING.get((finished.kind, place), place)}")
    yield catalogue.login(finished.login, invocation.profile().login_test_url)
    yield ""
    yield catalogue.text("finished.issuer", issuer=certificate.issuer_common_name)
    yield from (f"{label} = {visible(value)}" for label, value in certificate.dn_lines)
    yield catalogue.text("finished.serial", serial=certificate.serial_hex)
    yield catalogue.text("finished.until", until=catalogue.minute(certificate.not_after))
    yield ""
    yield catalogue.text(f"finished.mind-{place}")
    yield catalogue.text("finished.restart-browser")
    if finished.not_accepted:
        yield catalogue.text("finished.not-accepted", serial=finished.not_accepted)
    if finished.old_archived:
        yield catalogue.text("finished.old-archived")
    if finished.old_kept:
        key = "finished.old-kept-login" if finished.login.inconclusive else "finished.old-kept"
        yield catalogue.text(key, serial=certificate.serial_hex)


def _print_summary(invocation: Invocation, results: Sequence[ProcedureResult]) -> None:
    catalogue = invocation.catalogue
    columns = ("bank", "user-id", "result", "serial", "until")
    headings = [catalogue.text(f"column.{name}") for name in columns]
    rows = [_summary_row(invocation, result) for result in results]
    if len({result.bank for result in results}) < 2:
        headings, rows = headings[1:], [row[1:] for row in rows]
    print_table(headings, rows)


def _print_failures(invocation: Invocation, results: Sequence[ProcedureResult]) -> None:
    """Below the table: the reason for each failure, and what to do."""
    for result in results:
        if result.error is not None:
            click.echo(f"\n{visible(result.user_id or result.bank)}", err=True)
            print_error(_run_of(invocation, result), result.error, result.owner)


def _summary_row(invocation: Invocation, result: ProcedureResult) -> list[str]:
    catalogue = invocation.catalogue
    sentence = catalogue.text(f"outcome.{result.name}")
    if result.error is not None:
        sentence = f"{catalogue.error(result.error).title} [{result.error.code.code}]"
    if not isinstance(result.outcome, Finished):
        return [_bank_name(result), result.user_id, sentence, "", ""]
    certificate = result.outcome.certificate
    return [
        _bank_name(result),
        result.user_id,
        sentence,
        certificate.serial_hex,
        catalogue.minute(certificate.not_after),
    ]


def _bank_name(result: ProcedureResult) -> str:
    return result.run.bank() if result.run is not None else result.profile_id


def _record(invocation: Invocation, result: ProcedureResult) -> JsonObject:
    record: JsonObject = {
        "profile": result.bank,
        "user_id": result.user_id,
        "outcome": result.name,
        "exit_code": result.exit_code,
        "error": error_record(invocation, result.error, result.owner) if result.error else None,
    }
    if isinstance(result.outcome, Pending):
        check_at = result.outcome.check_at
        record["procedure"] = result.outcome.procedure_id
        record["state"] = result.outcome.state.value
        record["check_at"] = moment(check_at) if check_at else None
    elif isinstance(result.outcome, Finished):
        record["procedure"] = result.outcome.procedure_id
        record["state"] = ProcedureState.DONE.value
        record["certificate"] = certificate_record(result.outcome.certificate)
        record["store"] = result.outcome.store.store_id
        record["destination"] = result.outcome.store.destination.value
        record["old_archived"] = result.outcome.old_archived
        record["not_accepted"] = result.outcome.not_accepted or None
        record["old_kept"] = result.outcome.old_kept
        record["login"] = _login_record(invocation, result.outcome.login)
        record["seconds"] = {k: round(v, 4) for k, v in result.outcome.seconds.items()}
    return record


def _login_record(invocation: Invocation, test: LoginTest) -> JsonObject:
    return {
        "result": test.result.value,
        "error": error_record(invocation, test.error) if test.error else None,
    }
