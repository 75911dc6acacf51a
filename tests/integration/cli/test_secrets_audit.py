"""Marked secrets through real commands: afterwards they are nowhere, or in the list below.

Searched: standard output and error, every file below the home folder (log, journal, settings),
arguments and environment, and the memory of the running program and of its children. Other ways
(windows, links, tickets, proxies, crash reports) have tests of their own, which SECURITY.md names.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import termios
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from certclient.model.keys import KeySpec
from certclient.model.profile import SecretPolicy
from certclient.model.secret import Secret
from certclient_practice.admin.profile_writer import ProfileOptions
from support import memory
from support.audited_program import KEEPS_A_LINE
from support.command_line import PC_USER, USB_USER, CliComputer

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root may look into a program that hides its memory"
)

PIN, WRONG_PIN = "71839264", "60935172"
BANK_PIN, ONE_TIME = "58402917", "39174026"
_SUPPORT = Path(memory.__file__).parent.parent
GUARD = 60
"""Seconds that the program may take for one step: ten times what a quiet machine needs."""

MEMORY_STILL_HOLDS = frozenset({("bank PIN", "program"), ("one-time password", "program")})
"""Secret and process: what may stay after use, stated in SECURITY.md and ADR 57: the encoder of the
request, and what signs and sends it, free their copies as they are. Everything else that is found
fails the test."""

SearchedText = dict[str, str]
"""Further text to search, by what it is; a test of another part may add to it."""


@dataclass
class Audited:
    """A program that has done its work and still runs. `texts`: what it has written."""

    process: subprocess.Popen[str]
    code: int
    texts: SearchedText

    def __post_init__(self) -> None:
        for name, pid in memory.family(self.process.pid).items():
            proc = Path(f"/proc/{pid}")
            self.texts[f"the arguments of the {name}"] = (proc / "cmdline").read_text()
            self.texts[f"the environment of the {name}"] = (proc / "environ").read_text()

    def assert_nowhere(self, secrets: Mapping[str, str]) -> None:
        for what, text in self.texts.items():
            for name, secret in secrets.items():
                assert secret not in text, f"{name} in {what}"
        found = memory.search(self.process.pid, secrets)
        unknown = [one for one in found if (one.name, one.process) not in MEMORY_STILL_HOLDS]
        assert not unknown, "; ".join(map(str, unknown))


@contextmanager
def _started(
    pc: CliComputer, arguments: Sequence[str], stdin: int, output: int
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`support.audited_program` and the descriptor on which it sends its exit code."""
    reading, writing = os.pipe()
    module = ["-m", "support.audited_program", str(writing)]
    process = subprocess.Popen(
        [sys.executable, *module, *arguments, "--profile", str(pc.bank.profile_path)],
        env={**pc.environment, "PYTHONPATH": str(_SUPPORT)},
        stdin=stdin,
        stdout=output,
        stderr=output,
        pass_fds=(writing,),
        start_new_session=True,
        text=True,
    )
    os.close(writing)
    try:
        yield process, reading
    finally:
        process.kill()
        process.wait(GUARD)
        os.close(reading)


@contextmanager
def running(pc: CliComputer, *arguments: str, stdin: str) -> Iterator[Audited]:
    """Runs a command to its end, in a process that then waits."""
    output = pc.home.parent / "output"
    with (
        output.open("w") as written,
        _started(pc, arguments, subprocess.PIPE, written.fileno()) as (process, end),
    ):
        assert process.stdin is not None
        with process.stdin as lines:
            lines.write(stdin)
        code = _exit_code(end)
        texts = {"the output": output.read_text(), "a file": pc.everything_written()}
        yield Audited(process, code, texts)


@contextmanager
def at_a_terminal(
    pc: CliComputer, *arguments: str, answers: Mapping[str, str]
) -> Iterator[Audited]:
    """As `running`, with a person at the terminal. `answers`: by what the question names."""
    terminal, inner = os.openpty()
    left, shown, new = dict(answers), "", b""
    try:
        with _started(pc, arguments, inner, inner) as (process, end):
            os.close(inner)
            while terminal in (ready := _ready(terminal, end)) or left:
                assert terminal in ready, f"the program has ended without asking for {[*left]}"
                new += os.read(terminal, 4096)
                for question in [one for one in left if one.encode() in new]:
                    _wait_until_silent(terminal)
                    os.write(terminal, f"{left.pop(question)}\n".encode())
                    shown, new = shown + new.decode(errors="replace"), b""
            shown += new.decode(errors="replace")
            texts = {"the screen": shown, "a file": pc.everything_written()}
            yield Audited(process, _exit_code(end), texts)
    finally:
        os.close(terminal)


def _ready(*descriptors: int) -> list[int]:
    """Those that can be read, as soon as one can."""
    ready, _, _ = select.select(descriptors, [], [], GUARD)
    assert ready, "the program says nothing any more"
    return ready


def _exit_code(end: int) -> int:
    """What the program sends on this descriptor at its command's end."""
    received = b""
    while _ready(end) and (piece := os.read(end, 16)):
        received += piece
    return int(received or b"-1")


def _wait_until_silent(terminal: int) -> None:
    """Until the program has turned the echo off: it does before it asks."""
    deadline = time.monotonic() + GUARD
    while termios.tcgetattr(terminal)[3] & termios.ECHO:
        assert time.monotonic() < deadline, "the question would show its answer"
        time.sleep(0.01)


def diagnosed(pc: CliComputer) -> str:
    """What the customer would send to the help desk now."""
    path = pc.home.parent / "facts.zip"
    done = pc.run("diagnose", "--with-ids", "--output", str(path))
    assert done.code == 0, done.err
    with zipfile.ZipFile(path) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert any(USB_USER in text for text in texts)
    return "\n".join(texts)


@pytest.fixture
def pc(started_pc: CliComputer) -> CliComputer:
    """A token whose PIN is marked, with a certificate that is due."""
    token = started_pc.hsm.new_token("専用USB", pin=PIN)
    started_pc.bank.add_customer(USB_USER)
    with token.store().open(lambda _request: Secret(PIN)) as session:
        key = session.create_key(KeySpec(), "old")
        spki = session.signer(key).spki
        certificate = started_pc.bank.issue_certificate(USB_USER, spki, 20)
        session.install_intermediates([started_pc.bank.intermediate])
        session.install(key, certificate, "old")
    return started_pc


def test_search_finds_what_a_program_keeps(pc: CliComputer) -> None:
    """Else the tests below would pass whatever the program did."""
    with running(pc, KEEPS_A_LINE, "list", stdin=f"{PIN}\n") as program:
        assert program.code == 0, program.texts["the output"]
        (found,) = memory.search(program.process.pid, {"line": PIN, "another": WRONG_PIN})
        assert (found.name, found.process) == ("line", "program")
        assert {"[heap]", "anonymous"} & found.places.keys(), str(found)
        with pytest.raises(AssertionError, match="line in the program"):
            program.assert_nowhere({"line": PIN})


@pytest.mark.parametrize("arguments", [["--all", "--yes"], [USB_USER, "--yes", "--json"]])
def test_pin_of_a_renewal(pc: CliComputer, arguments: list[str]) -> None:
    with running(pc, "renew", *arguments, "--pin-stdin", stdin=f"{PIN}\n") as program:
        assert program.code == 0, program.texts["the output"]
        program.assert_nowhere({"PIN": PIN})


def test_pin_by_name_and_a_wrong_one(pc: CliComputer) -> None:
    line = f'{{"専用USB": "{WRONG_PIN}"}}\n'
    with running(pc, "renew", USB_USER, "--yes", "--pin-stdin", stdin=line) as program:
        assert program.code == 2, program.texts["the output"]
        program.texts["the diagnosis"] = diagnosed(pc)
        program.assert_nowhere({"wrong PIN": WRONG_PIN})


def test_pin_of_a_revocation(pc: CliComputer) -> None:
    (row,) = pc.list()
    options = ("--reason", "suspected", "--yes", "--last-one", "--pin-stdin")
    with running(pc, "revoke", row["serial"], *options, stdin=f"{PIN}\n") as program:
        assert program.code == 0, program.texts["the output"]
        program.texts["the diagnosis"] = diagnosed(pc)
        program.assert_nowhere({"PIN": PIN})


def test_issue_code_right_and_wrong(pc: CliComputer) -> None:
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    wrong = code[::-1] if code != code[::-1] else code + "A"
    command = ("obtain", PC_USER, "--to", "pc", "--yes", "--code-stdin")
    with running(pc, *command, stdin=f"{wrong}\n") as program:
        assert program.code == 2, program.texts["the output"]
        program.assert_nowhere({"wrong code": wrong})
    with running(pc, *command, stdin=f"{code}\n") as program:
        assert program.code == 0, program.texts["the output"]
        program.assert_nowhere({"issue code": code})


def test_bank_pin_and_one_time_password(started_pc: CliComputer) -> None:
    pc = started_pc
    options = ProfileOptions(
        ask_pin=SecretPolicy.EVERYBODY, ask_one_time_password=SecretPolicy.EVERYBODY
    )
    pc.bank.write_profile(options)
    pc.bank.add_customer(PC_USER, pin=BANK_PIN, one_time_password=ONE_TIME)
    pc.add_certificate(PC_USER, pc.nss.store())
    answers = {"暗証番号": BANK_PIN, "確認用パスワード": ONE_TIME}
    with at_a_terminal(pc, "renew", PC_USER, "--yes", answers=answers) as program:
        assert program.code == 0, program.texts["the screen"]
        program.assert_nowhere({"bank PIN": BANK_PIN, "one-time password": ONE_TIME})
