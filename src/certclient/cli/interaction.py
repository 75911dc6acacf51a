"""Answers a procedure's questions from the terminal or from the command's options."""

from __future__ import annotations

import os
import signal
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

import click

from certclient.cli.errors import print_error
from certclient.cli.invocation import Invocation
from certclient.cli.pin_lines import PinLines
from certclient.cli.progress import ProgressView, progress_view
from certclient.enrollment.interaction import (
    ConsentRequest,
    SecretKind,
    SecretRequest,
)
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.issue_code import CodeRule
from certclient.model.progress import Phase, Progress
from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer, ProxyLoginRequest
from certclient.model.secret import Secret
from certclient.platform import log
from certclient.store.base import CertificateStore, PinRequest
from certclient.store.names import named, title_of

_ASKS_FOR_CODE = 2
_ASKS_FOR_STORE = 3


@dataclass(frozen=True, slots=True)
class PresetAnswers:
    """Answers given in advance: consent, and whether PIN or issue code come on standard input.

    `proxy_user`: the user name for a proxy. Without a terminal, its password comes on standard
    input as well: after the issue code, before the PINs.
    """

    agreed: bool = False
    pin_stdin: bool = False
    code_stdin: bool = False
    proxy_user: str = ""


class TerminalInteraction:
    """`enrollment.interaction.Interaction` for the command line. One instance per command run.

    Of several banks, the questions are about that of the last `serve`.
    """

    def __init__(self, invocation: Invocation, answers: PresetAnswers) -> None:
        self._invocation = invocation
        self._catalogue = invocation.catalogue
        self._terminal = invocation.services.terminal
        self._answers = answers
        self._view: ProgressView = progress_view(self._catalogue, quiet=invocation.json)
        self._pins = PinLines(self._terminal)
        self._first_lines: tuple[Secret | None, Secret | None] | None = None
        self._codes_given = 0
        self._stopping = False
        self._asking = False

    @property
    def agreed(self) -> bool:
        """Whether the user has agreed to every procedure in advance."""
        return self._answers.agreed

    def serve(self, invocation: Invocation) -> None:
        """Names the bank of `invocation` from now on. What was answered stays answered."""
        self._invocation = invocation

    def require_consent_possible(self) -> None:
        """Raises CONSENT_REQUIRED without consent in advance if there is no way to prompt for it.

        Standard input that supplies a PIN or a code cannot supply consent as well.
        """
        if not self._answers.agreed and (self._reads_stdin or not self._terminal.interactive):
            raise CertclientError(ErrorCode.CONSENT_REQUIRED)

    def announce(self, number: int, total: int, user_id: str) -> None:
        """In a batch: prints which certificate comes next, except with `--json`."""
        self._view.pause()
        if not self._invocation.json:
            line = self._catalogue.text(
                "progress.item", number=number, total=total, user_id=user_id
            )
            click.echo(line, err=True)

    def consent(self, request: ConsentRequest) -> bool:
        """See Interaction.consent. True without a prompt if `PresetAnswers.agreed`."""
        self._view.pause()
        if self._answers.agreed:
            return True
        for line in self._consent_lines(request):
            click.echo(line, err=True)
        return self.confirm(self._catalogue.text("ask.consent"))

    def confirm(self, question: str) -> bool:
        """Prompts for yes or no; anything but a clear yes is no."""
        return self.ask(question).lower() in ("y", "yes", "はい")

    def ask(self, question: str) -> str:
        """Prompts for a word that may be seen; full-width letters, as a Japanese input method may
        produce them, count as the others."""
        with self._question():
            answer = unicodedata.normalize("NFKC", self._terminal.visible(f"{question} "))
        return answer.strip()

    def choose(self, stores: Sequence[CertificateStore]) -> CertificateStore | None:
        """Asks which of several stores to use; None if nobody can answer.

        Accepts the number or a store's name. Raises CONSENT_REFUSED for no answer and after
        several that fit none.
        """
        from_stdin = self._answers.pin_stdin or self._answers.code_stdin
        if from_stdin or not self._terminal.interactive:
            return None
        self._view.pause()
        click.echo(self._catalogue.text("ask.stores"), err=True)
        for number, store in enumerate(stores, start=1):
            place = self._invocation.place(store.destination, title_of(store))
            click.echo(f"  {number}  {place}", err=True)
        for _attempt in range(_ASKS_FOR_STORE):
            with self._question():
                answer = self._terminal.visible(f"{self._catalogue.text('ask.store')} ")
            answer = unicodedata.normalize("NFKC", answer).strip()
            if not answer:
                break
            if answer.isdecimal() and 0 < int(answer) <= len(stores):
                return stores[int(answer) - 1]
            found = named(stores, answer)
            if len(found) == 1:
                return found[0]
        raise CertclientError(ErrorCode.CONSENT_REFUSED)

    def pin(self, request: PinRequest) -> Secret | None:
        """See Interaction.pin. None without a PIN on standard input or at the terminal."""
        self._view.pause()
        if self._answers.pin_stdin:
            self._code_line()  # and the proxy's password: both come before any PIN
            secret = self._pins.take(request)
            if self._pins.misread:
                click.echo(self._catalogue.text("ask.pin-line"), err=True)
            return secret
        if not self._terminal.interactive:
            return None
        what = "password" if request.database else "pin"
        if request.previous_incorrect:
            click.echo(self._catalogue.text(f"ask.{what}-wrong"), err=True)
        if warning := self._catalogue.attempts(request.attempts):
            click.echo(warning, err=True)
        if request.full_ids:
            ids = ", ".join(request.full_ids)
            click.echo(self._catalogue.text("ask.pin-for", ids=ids), err=True)
        return self._hidden(self._catalogue.text(f"ask.{what}", store=request.label))

    def secret(self, request: SecretRequest) -> Secret | None:
        """See Interaction.secret. None without an answer on standard input or at the terminal."""
        self._view.pause()
        if request.kind is SecretKind.ISSUE_CODE:
            return self._issue_code(request)
        if not self._terminal.interactive:
            return None
        return self._ask_secret(request)

    def proxy_login(self, request: ProxyLoginRequest) -> ProxyLoginAnswer | None:
        """See Interaction.proxy_login. A password from standard input is given once."""
        self._view.pause()
        if self._terminal.interactive and not self._reads_stdin:
            return self._ask_proxy_login(request)
        password = self._proxy_password()
        if request.previous_incorrect or not self._answers.proxy_user or password is None:
            return None
        return ProxyLoginAnswer(ProxyLogin(self._answers.proxy_user, password))

    def progress(self, report: Progress) -> None:
        """See Interaction.progress. Logs the duration of each finished step in seconds."""
        self._view.report(report)
        if report.phase is Phase.FINISHED:
            log.event("step", step=report.step.value, seconds=f"{report.seconds:.3f}")

    def warning(self, error: CertclientError) -> None:
        """See Interaction.warning. Logs the error and prints it to stderr."""
        self._view.pause()
        log.error(error)
        print_error(self._invocation, error)

    def stop_requested(self) -> bool:
        """See Interaction.stop_requested. True after Ctrl+C or the end of input."""
        return self._stopping

    @contextmanager
    def running(self) -> Iterator[None]:
        """Within the block, the first Ctrl+C stops after the current step, the second at once. What
        standard input gave as secrets is overwritten at its end."""
        previous = signal.signal(signal.SIGINT, self._interrupted)
        try:
            yield
        finally:
            self._view.pause()
            self._forget()
            signal.signal(signal.SIGINT, previous)

    def _forget(self) -> None:
        """No procedure of this command needs a secret any more."""
        self._pins.forget()
        for line in self._first_lines or ():
            if line is not None:
                line.wipe()

    def _interrupted(self, _number: int, _frame: FrameType | None) -> None:
        if self._stopping or self._asking:
            raise KeyboardInterrupt
        self._stopping = True
        # Bypasses sys.stderr: the signal may arrive during a write, and Python forbids a reentrant
        # one.
        line = f"{self._catalogue.text('progress.stopping')}\n"
        with suppress(OSError):
            os.write(sys.stderr.fileno(), line.encode(sys.stderr.encoding, errors="replace"))

    def _consent_lines(self, request: ConsentRequest) -> Iterator[str]:
        catalogue = self._catalogue
        yield catalogue.text("consent.heading", bank=self._invocation.bank())
        yield catalogue.text("consent.user", user_id=request.user_id)
        if request.current is not None:
            yield catalogue.text(
                "consent.current",
                serial=request.current.serial_hex,
                until=catalogue.minute(request.current.not_after),
            )
        place = self._invocation.place(request.destination, request.store_label)
        yield catalogue.text("consent.place", place=place)
        yield catalogue.text("consent.key-stays")
        if request.destination is Destination.USB:
            yield catalogue.text("consent.usb")

    def _issue_code(self, request: SecretRequest) -> Secret | None:
        if self._answers.code_stdin:
            return self._code_from_stdin(request)
        if not self._terminal.interactive:
            return None
        while answer := self._ask_secret(request):
            with answer.revealed() as typed:
                code = request.codes.read(typed)
            problem = request.codes.problem(code) if code is not None else None
            if problem is None:
                return code
            error = self._catalogue.error(request.codes.error(problem))
            click.echo(error.sentence, err=True)
        return None

    def _code_from_stdin(self, request: SecretRequest) -> Secret | None:
        """Returns the code at most twice. Raises ISSUE_CODE_FORMAT.

        A procedure accepts the same answer a second time as deliberate (a code typed earlier may
        have been the wrong one), but never sends a code that it knows to be wrong.
        """
        self._codes_given = self._codes_given + 1 if request.previous_incorrect else 1
        line = self._code_line() if self._codes_given <= _ASKS_FOR_CODE else None
        return _checked_code(line, request.codes) if line else None

    def check_code(self, codes: CodeRule) -> None:
        """Reads the code from standard input, if it is there, before anything is made.

        Raises ISSUE_CODE_FORMAT.
        """
        if self._answers.code_stdin and (line := self._code_line()):
            _checked_code(line, codes)

    def _code_line(self) -> Secret | None:
        """The issue code: always the first line of standard input, even if a PIN is needed first.

        This way a code is never tried as a PIN.
        """
        return self._opening_lines()[0]

    def _proxy_password(self) -> Secret | None:
        """The proxy's password: the line after the issue code's, else the first one."""
        return self._opening_lines()[1]

    def _opening_lines(self) -> tuple[Secret | None, Secret | None]:
        """The lines that precede the PINs, read at once, whatever is needed first."""
        if self._first_lines is None:
            answers = self._answers
            code = self._secret_line() if answers.code_stdin else None
            from_stdin = answers.proxy_user and (
                self._reads_stdin or not self._terminal.interactive
            )
            self._first_lines = (code, self._secret_line() if from_stdin else None)
        return self._first_lines

    def _secret_line(self) -> Secret | None:
        line = self._terminal.line()
        return None if line is None else Secret.taken(line)

    @property
    def _reads_stdin(self) -> bool:
        return self._answers.pin_stdin or self._answers.code_stdin

    def _ask_proxy_login(self, request: ProxyLoginRequest) -> ProxyLoginAnswer | None:
        text = self._catalogue.text
        if request.previous_incorrect:
            click.echo(text("ask.proxy-wrong"), err=True)
        user = "" if request.previous_incorrect else self._answers.proxy_user
        if not user:
            click.echo(text("ask.proxy", proxy=request.proxy), err=True)
            if request.realm:
                click.echo(text("ask.proxy-realm", realm=request.realm), err=True)
            with self._question():
                user = self._terminal.visible(f"{text('ask.proxy-user')} ").strip()
        if not user:
            return None
        with self._question():
            question = text("ask.proxy-password", user=user, proxy=request.proxy)
            password = Secret.taken(self._terminal.hidden(f"{question} "))
        keep = request.can_keep and self.confirm(text("ask.proxy-keep"))
        return ProxyLoginAnswer(ProxyLogin(user, password), keep)

    def _ask_secret(self, request: SecretRequest) -> Secret | None:
        if request.previous_incorrect:
            key = "ask.secret-wrong" if request.proven else "ask.secret-unproven"
            click.echo(self._catalogue.text(key), err=True)
        elif request.again:
            click.echo(self._catalogue.text("ask.code-again", user_id=request.user_id), err=True)
        kind = self._catalogue.secret(request.kind)
        return self._hidden(self._catalogue.text("ask.secret", kind=kind, user_id=request.user_id))

    def _hidden(self, question: str) -> Secret | None:
        with self._question():
            answer = self._terminal.hidden(f"{question} ")
        return Secret.typed(answer) if answer else None

    @contextmanager
    def _question(self) -> Iterator[None]:
        """During a prompt, Ctrl+C and the end of input decline it and stop the rest of the run.

        Raises CONSENT_REFUSED, because a procedure cleans up after that error and after no other
        exception.
        """
        self._view.pause()
        self._asking = True
        try:
            yield
        except (KeyboardInterrupt, EOFError) as error:
            self._stopping = True
            raise CertclientError(ErrorCode.CONSENT_REFUSED) from error
        finally:
            self._asking = False


def _checked_code(line: Secret, codes: CodeRule) -> Secret | None:
    with line.revealed() as text:
        code = codes.read(text)
    if code is not None and (problem := codes.problem(code)) is not None:
        raise codes.error(problem)
    return code
