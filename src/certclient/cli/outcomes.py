"""Tells how renewals ended: in sentences, as a table for several, or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import click

from certclient.cli.errors import tell
from certclient.cli.exit_codes import DONE, EXIT_CODES, worst
from certclient.cli.invocation import Invocation
from certclient.cli.ports import Procedures
from certclient.cli.records import (
    JsonObject,
    JsonValue,
    certificate_record,
    error_record,
    moment,
    print_json,
)
from certclient.cli.tables import print_table
from certclient.enrollment.procedure import (
    Finished,
    Kind,
    LoginTest,
    Outcome,
    Pending,
    ProcedureView,
    State,
)
from certclient.model.certificate import Owner
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.errors import Kind as ErrorKind
from certclient.platform import log

_ENDED = {
    State.WAITING: "waiting",
    State.ABANDONED: "abandoned",
    State.DONE: "done",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one certificate: an outcome, or the error that stopped it. `needs_person`:
    nothing was tried, as nobody was there. `profile_id`: the bank, "" for that of the run."""

    user_id: str
    owner: Owner | None
    outcome: Outcome | None
    error: CertclientError | None
    needs_person: bool = False
    profile_id: str = ""

    @property
    def name(self) -> str:
        """done, waiting, abandoned, stopped, failed or needs-person; stable, for JSON."""
        if self.needs_person:
            return "needs-person"
        if isinstance(self.outcome, Pending):
            return _ENDED.get(self.outcome.state, "stopped")
        return "failed" if self.error else "done"

    @property
    def exit_code(self) -> int:
        if self.error is not None:
            return EXIT_CODES[self.error.code.kind]
        by_name = {
            "waiting": ErrorKind.WAITING,
            "stopped": ErrorKind.CANCELLED,
            "abandoned": ErrorKind.CANCELLED,
        }
        return EXIT_CODES[by_name[self.name]] if self.name in by_name else DONE


def chosen_procedures(
    procedures: Procedures, profile_id: str, name: str | None
) -> Sequence[ProcedureView]:
    """The bank's open procedure whose id begins with `name`, or all of them.

    Raises NOTHING_PENDING, PROCEDURE_NOT_FOUND.
    """
    views = [view for view in procedures.pending() if view.profile_id == profile_id]
    if name is None:
        if not views:
            raise CertclientError(ErrorCode.NOTHING_PENDING)
        return views
    found = [view for view in views if view.id.startswith(name)]
    if len(found) != 1:
        raise CertclientError(ErrorCode.PROCEDURE_NOT_FOUND, procedure=name)
    return found


def attempt(user_id: str, owner: Owner | None, run: Callable[[], Outcome]) -> Result:
    """Runs one procedure; its error becomes part of the result, so that a batch goes on."""
    try:
        outcome = run()
    except CertclientError as error:
        log.error(error)
        return Result(user_id, owner, None, error)
    state = outcome.state if isinstance(outcome, Pending) else State.DONE
    log.event("procedure", procedure=outcome.procedure_id, state=state.value)
    if isinstance(outcome, Finished) and outcome.login.error is not None:
        log.error(outcome.login.error)
    return Result(user_id, owner, outcome, None)


def show_results(invocation: Invocation, results: Sequence[Result]) -> int:
    """Tells all results; returns the worst exit code."""
    code = worst(result.exit_code for result in results)
    if invocation.json:
        records: list[JsonValue] = [_record(invocation, result) for result in results]
        print_json(invocation.command, code, {"results": records})
        return code
    if len(results) == 1:
        show_result(invocation, results[0])
    else:
        _print_summary(invocation, results)
        _tell_failures(invocation, results)
    return code


def show_result(invocation: Invocation, result: Result) -> None:
    """One result in sentences."""
    if result.error is not None:
        tell(invocation, result.error, result.owner)
    elif isinstance(result.outcome, Finished):
        click.echo("\n".join(finished_lines(invocation, result.outcome)))
    elif isinstance(result.outcome, Pending):
        tell_pending(invocation, result.outcome)


def tell_pending(invocation: Invocation, pending: Pending) -> None:
    """Not done yet: waiting for the CA, stopped by the user, or cleaned up."""
    words = invocation.words
    if pending.state is State.WAITING:
        tell(invocation, CertclientError(ErrorCode.CA_WAITING))
        if pending.check_at is not None:
            until = words.minute(pending.check_at)
            click.echo(words.text("result.check-at", until=until), err=True)
    elif pending.state is State.ABANDONED:
        click.echo(words.text("result.abandoned"), err=True)
    elif pending.state is State.DONE:
        click.echo(words.text("result.already-done"))
    else:
        state = words.state(pending.state)
        click.echo(words.text("result.stopped", state=state, id=pending.procedure_id), err=True)


_HEADING = {(Kind.OBTAIN, Destination.USB.value): "usb-obtained"}


def finished_lines(invocation: Invocation, finished: Finished) -> Iterator[str]:
    """The seeds' last page (S1(1), S1(2)): what was issued, and what to mind from now on."""
    words, certificate = invocation.words, finished.certificate
    place = finished.store.destination.value
    yield words.text(f"finished.{_HEADING.get((finished.kind, place), place)}")
    yield words.login(finished.login, invocation.profile().login_test_url)
    yield ""
    yield words.text("finished.issuer", issuer=certificate.issuer_common_name)
    yield from (f"{label} = {value}" for label, value in certificate.dn_lines)
    yield words.text("finished.serial", serial=certificate.serial_hex)
    yield words.text("finished.until", until=words.minute(certificate.not_after))
    yield ""
    yield words.text(f"finished.mind-{place}")
    yield words.text("finished.restart-browser")
    if finished.not_accepted:
        yield words.text("finished.not-accepted", serial=finished.not_accepted)
    if finished.old_archived:
        yield words.text("finished.old-archived")
    if finished.old_kept:
        key = "finished.old-kept-login" if finished.login.in_doubt else "finished.old-kept"
        yield words.text(key, serial=certificate.serial_hex)


def _print_summary(invocation: Invocation, results: Sequence[Result]) -> None:
    words = invocation.words
    headings = [words.text(f"column.{name}") for name in ("user-id", "result", "serial", "until")]
    print_table(headings, [_summary_row(invocation, result) for result in results])


def _tell_failures(invocation: Invocation, results: Sequence[Result]) -> None:
    """Below the table: why, and what to do."""
    for result in results:
        if result.error is not None:
            click.echo(f"\n{result.user_id}", err=True)
            tell(invocation, result.error, result.owner)


def _summary_row(invocation: Invocation, result: Result) -> list[str]:
    words = invocation.words
    told = words.text(f"outcome.{result.name}")
    if result.error is not None:
        told = f"{words.error(result.error).title} [{result.error.code.code}]"
    if not isinstance(result.outcome, Finished):
        return [result.user_id, told, "", ""]
    certificate = result.outcome.certificate
    return [result.user_id, told, certificate.serial_hex, words.minute(certificate.not_after)]


def _record(invocation: Invocation, result: Result) -> JsonObject:
    record: JsonObject = {
        "profile": result.profile_id or invocation.profile().id,
        "user_id": result.user_id,
        "outcome": result.name,
        "error": error_record(invocation, result.error, result.owner) if result.error else None,
    }
    if isinstance(result.outcome, Pending):
        check_at = result.outcome.check_at
        record["procedure"] = result.outcome.procedure_id
        record["state"] = result.outcome.state.value
        record["check_at"] = moment(check_at) if check_at else None
    elif isinstance(result.outcome, Finished):
        record["procedure"] = result.outcome.procedure_id
        record["state"] = State.DONE.value
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
