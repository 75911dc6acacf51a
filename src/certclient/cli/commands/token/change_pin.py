"""`certclient token change-pin`: the current PIN, the new one, the new one again."""

from __future__ import annotations

from dataclasses import dataclass, field

import click

from certclient.cli.commands.token.choice import chosen_token, why_not
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.pin_lines import stripped
from certclient.cli.terminal import Terminal
from certclient.i18n.catalogue import Catalogue
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from certclient.platform import log
from certclient.store.base import AttemptsLeft, PinChanging, PinProvider, PinPurpose, PinRequest
from certclient.store.names import title_of


@click.pass_obj
def change_pin(invocation: Invocation, store: str, pins_stdin: bool) -> int:
    """Changes the PIN of one token; returns the exit code."""
    invocation.command = "token change-pin"
    token = chosen_token(invocation, store)
    if not isinstance(token, PinChanging):
        raise why_not(token)
    pins = _Given(_source(invocation, pins_stdin=pins_stdin))
    try:
        token.change_pin(pins)
    except (KeyboardInterrupt, EOFError) as error:
        raise _interrupted(token.label, pins) from error
    log.event("pin-changed")
    place = invocation.place(token.destination, title_of(token))
    if invocation.json:
        print_json(
            invocation, DONE, {"action": "pin-changed", "store": token.store_id, "label": place}
        )
    else:
        click.echo(invocation.catalogue.text("change-pin.done", place=place))
    return DONE


def _source(invocation: Invocation, *, pins_stdin: bool) -> PinProvider:
    terminal = invocation.services.terminal
    return _PinsFromInput(terminal) if pins_stdin else _PinsOfPerson(terminal, invocation.catalogue)


def _interrupted(label: str, pins: _Given) -> CertclientError:
    """What Ctrl+C means. A token that has both PINs goes on with the change."""
    if not pins.complete:
        return CertclientError(ErrorCode.CONSENT_REFUSED)
    data = {"token": label, "problem": "pin-unknown", "reason": "Ctrl+C"}
    return CertclientError(ErrorCode.TOKEN_FAILED, **data)


@dataclass(slots=True)
class _Given:
    """Passes requests on to `source`. `complete`: the token may be changing its PIN right now."""

    source: PinProvider
    complete: bool = False

    def __call__(self, request: PinRequest) -> Secret | None:
        """See PinProvider."""
        known, self.complete = self.complete, False
        secret = self.source(request)
        # Both are there once the new one is; later requests replace one of the two.
        self.complete = secret is not None and (known or request.purpose is PinPurpose.NEW)
        return secret


@dataclass(slots=True)
class _PinsFromInput:
    """Two lines of standard input: the current PIN, the new one. None is tried twice, and none is
    used up on the last attempt: a script must not lock a token."""

    terminal: Terminal
    _read: dict[PinPurpose, Secret | None] = field(default_factory=dict, repr=False)

    def __call__(self, request: PinRequest) -> Secret | None:
        """See PinProvider."""
        if request.previous_incorrect or request.attempts is AttemptsLeft.FINAL:
            return None
        if not self._read:
            for purpose in (PinPurpose.CURRENT, PinPurpose.NEW):
                line = stripped(self.terminal.line() or "")
                self._read[purpose] = Secret.typed(line) if line else None
        return self._read.get(request.purpose)


@dataclass(frozen=True, slots=True)
class _PinsOfPerson:
    terminal: Terminal
    catalogue: Catalogue

    def __call__(self, request: PinRequest) -> Secret | None:
        """See PinProvider. None without a terminal."""
        if not self.terminal.interactive:
            return None
        if request.purpose is PinPurpose.NEW:
            return self._new(request)
        if request.previous_incorrect:
            click.echo(self.catalogue.text("ask.pin-wrong"), err=True)
        if warning := self.catalogue.attempts(request.attempts):
            click.echo(warning, err=True)
        return self._typed(self.catalogue.text("change-pin.current", store=request.label))

    def _new(self, request: PinRequest) -> Secret | None:
        """Asks until the PIN was typed twice alike; None for no answer."""
        if request.previous_incorrect:
            click.echo(self.catalogue.text("change-pin.refused"), err=True)
        if request.max_length:
            limits = {"least": request.min_length, "most": request.max_length}
            click.echo(self.catalogue.text("change-pin.limits", **limits), err=True)
        while True:
            first = self._typed(self.catalogue.text("change-pin.new", store=request.label))
            if first is None:
                return None
            again = self._typed(self.catalogue.text("change-pin.again"))
            if again is None:
                return None
            if first.same_as(again):
                return first
            click.echo(self.catalogue.text("change-pin.different"), err=True)

    def _typed(self, question: str) -> Secret | None:
        answer = self.terminal.hidden(f"{question} ")
        return Secret.typed(answer) if answer else None


command = Command(
    name="token-change-pin",
    callback=change_pin,
    params=[
        Option(["--store"], default="", metavar="NAME"),
        Option(["--pin-stdin", "pins_stdin"], is_flag=True),
        *common_parameters(),
    ],
)
