"""`certclient diagnose`: facts for the bank's help desk, shown before they are kept in a zip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.json_output import JsonObject, JsonValue, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.enrollment.diagnosis.archive import file_name, record, write_archive
from certclient.i18n.diagnosis import DiagnosisWords
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.visible_text import visible

if TYPE_CHECKING:
    from certclient.cli.invocation import Invocation
    from certclient.enrollment.diagnosis.values import Diagnosis


@click.pass_obj
def diagnose(invocation: Invocation, with_ids: bool, output: str, yes: bool) -> int:
    """Prints every line of the report; with `output`, writes it after that, and asks first on a
    terminal unless `yes`.

    Asks no server. Raises FILE_NOT_WRITTEN, CONSENT_REFUSED.
    """
    invocation.command = "diagnose"
    diagnosis = invocation.services.examine(invocation.profile_name).diagnosis(with_ids=with_ids)
    report = DiagnosisWords(invocation.catalogue).report(diagnosis)
    path = _place(output, diagnosis) if output else None
    if not invocation.json:
        click.echo(report)
    if path is not None:
        _ask(invocation, path, yes=yes)
        write_archive(path, diagnosis, report)
    if invocation.json:
        found: JsonObject = {
            "file": str(path) if path is not None else None,
            "diagnosis": cast("JsonValue", record(diagnosis)),
        }
        print_json(invocation, DONE, found)
    elif path is not None:
        click.echo(invocation.catalogue.text("diagnose.written", file=visible(str(path))))
    else:
        click.echo(invocation.catalogue.text("diagnose.how"))
    return DONE


def _place(output: str, diagnosis: Diagnosis) -> Path:
    """A folder gets a file of its own name."""
    path = Path(output)
    return path / file_name(diagnosis.made) if path.is_dir() else path


def _ask(invocation: Invocation, path: Path, *, yes: bool) -> None:
    """Asks whoever has seen the lines on a terminal."""
    if yes or invocation.json or not invocation.services.terminal.interactive:
        return
    interaction = TerminalInteraction(invocation, PresetAnswers())
    question = invocation.catalogue.text("diagnose.ask", file=visible(str(path)))
    if not interaction.confirm(question):
        raise CertclientError(ErrorCode.CONSENT_REFUSED)


command = Command(
    name="diagnose",
    callback=diagnose,
    params=[
        Option(["--with-ids"], is_flag=True),
        Option(["--output"], default="", metavar="FILE"),
        Option(["--yes", "-y"], is_flag=True),
        *common_parameters(),
    ],
)
