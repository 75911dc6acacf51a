"""`certclient move finish`: takes the new computer's number, then revokes and removes the old
certificate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import click

from certclient.cli.candidates import user_ids
from certclient.cli.commands.move.target import MoveAt, chosen_move
from certclient.cli.exit_codes import DONE
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.enrollment.moves import Ended, Move, MoveStep
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import OldCertificate


@click.pass_obj
def finish(invocation: Invocation, user_id: str, number: str, yes: bool, pin_stdin: bool) -> int:
    """Does what can be done now, and returns the exit code; run again, it goes on from there.

    Raises as `ComputerMove`, and CONSENT_REQUIRED, CONSENT_REFUSED, MOVE_NUMBER without a number
    where there is nobody to ask.
    """
    invocation.command = "move finish"
    one = chosen_move(invocation, user_id)
    answers = PresetAnswers(agreed=yes, pin_stdin=pin_stdin)
    run = _Finish(one, TerminalInteraction(one.invocation, answers))
    run.go(number)
    if invocation.json:
        print_json(one.invocation, DONE, {"move": run.one.record()})
    return DONE


class _Finish:
    def __init__(self, one: MoveAt, interaction: TerminalInteraction) -> None:
        self.one = one
        self._interaction = interaction
        self._agreed = interaction.agreed

    def go(self, number: str) -> None:
        """Every step that can be done now."""
        rule = self.one.invocation.profile().move.old
        if rule is not OldCertificate.FIRST or number or self.one.move.ended is not None:
            self._enter(number)
        if self.one.step is MoveStep.REVOKE:
            self._consent("ask-revoke" if self.one.move.number else "ask-revoke-first")
            self._update(lambda: self.one.service.revoke(self.one.move, self._interaction))
        if self.one.move.ended is not None:
            self._say(f"ended-{self.one.move.ended.value}")
        if self.one.step is MoveStep.REMOVE:
            at_bank = self.one.move.ended is Ended.AT_BANK
            self._consent("ask-at-bank" if at_bank else "ask-remove")
            self._update(lambda: self.one.service.remove(self.one.move, self._interaction))
        self._say("removed" if self.one.move.removed else "await")

    def _enter(self, number: str) -> None:
        """Takes the number, if it has not been taken."""
        if self.one.move.number:
            return
        if not number:
            if not self.one.invocation.services.terminal.interactive:
                user_id = self.one.move.user_id
                raise CertclientError(ErrorCode.MOVE_NUMBER, problem="typed", user_id=user_id)
            number = self._interaction.ask(self.one.words("ask-number"))
        self._update(lambda: self.one.service.enter(self.one.move, number))

    def _consent(self, question: str) -> None:
        """Once per run: what follows is what was asked for."""
        if self._agreed:
            return
        self._interaction.require_consent_possible()
        if not self._interaction.confirm(self.one.words(question)):
            raise CertclientError(ErrorCode.CONSENT_REFUSED)
        self._agreed = True

    def _update(self, change: Callable[[], Move]) -> None:
        self.one = replace(self.one, move=change())

    def _say(self, name: str) -> None:
        if not self.one.invocation.json:
            click.echo(self.one.words(name))


command = Command(
    name="move-finish",
    callback=finish,
    params=[
        click.Argument(
            ["user_id"], metavar="USER_ID", required=False, default="", shell_complete=user_ids
        ),
        Option(["--number"], default="", metavar="NUMBER"),
        Option(["--yes", "-y"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        *common_parameters(),
    ],
)
