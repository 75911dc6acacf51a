"""Runs real commands with marked secrets, and searches for these afterwards, wherever they could
have stayed: output, files, arguments, environment, and the memory of the program and its children.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import termios
import time
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from certclient_practice.bank.names import PROFILE_ID
from support import memory
from support.command_line import CliComputer
from support.office import outside_bank
from support.squid import SquidLogin, running_squid

_SUPPORT = Path(memory.__file__).parent.parent
GUARD = 300
"""Seconds that the program may take for one step: many times what a loaded machine needs."""

MEMORY_STILL_HOLDS = frozenset(
    {"bank PIN", "one-time password", "ticket", "proxy password", "proxy login"}
)
"""What may stay after use, stated in SECURITY.md and ADR 57. The encoder of a request, and what
signs and sends it, free their copies of bank PIN, one-time password and ticket as they are; a
program that a link has started has it among its arguments, and a proxy's login is needed for each
connection. Everything else that is found fails the test."""

AGREES = "y"
"""The one answer at a terminal that may be seen."""

SearchedText = dict[str, str]
"""Further text to search, by what it is; a test of another part may add to it."""


@dataclass
class Audited:
    """A program that has done its work and still runs. `texts`: what it has written."""

    process: subprocess.Popen[str]
    code: int
    texts: SearchedText

    def assert_nowhere(self, secrets: Mapping[str, str]) -> None:
        """Neither in what was written, nor in arguments, environment or memory."""
        self.assert_shown_nowhere(secrets)
        found = memory.search(self.process.pid, secrets)
        unknown = [one for one in found if one.name not in MEMORY_STILL_HOLDS]
        assert not unknown, "; ".join(map(str, unknown))

    def assert_shown_nowhere(self, secrets: Mapping[str, str]) -> None:
        """As `assert_nowhere`, but for the memory."""
        for what, text in {**self.texts, **shown_by_system(self.process.pid)}.items():
            for name, secret in secrets.items():
                assert secret not in text, f"{name} in {what}"


def shown_by_system(pid: int) -> SearchedText:
    """Arguments and environment of a process and its children, as root sees them."""
    return {
        f"the {name} of the {process}": (Path(f"/proc/{one}") / name).read_text()
        for process, one in memory.family(pid).items()
        for name in ("cmdline", "environ")
    }


@contextmanager
def started(
    pc: CliComputer,
    arguments: Sequence[str],
    *,
    stdin: int,
    output: int,
    module: str = "support.audited_program",
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`module` with these arguments, and the descriptor on which it answers."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(writing), *arguments],
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
        if process.stdin is not None:
            process.stdin.close()
        os.close(reading)


@contextmanager
def running(pc: CliComputer, *arguments: str, stdin: str) -> Iterator[Audited]:
    """Runs a command to its end, in a process that then waits."""
    output = pc.home.parent / "output"
    with (
        output.open("w") as written,
        started(pc, _with_bank(pc, arguments), stdin=subprocess.PIPE, output=written.fileno()) as (
            process,
            end,
        ),
    ):
        assert process.stdin is not None
        with process.stdin as lines:
            lines.write(stdin)
        code = exit_code(end)
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
        with started(pc, _with_bank(pc, arguments), stdin=inner, output=inner) as (process, end):
            os.close(inner)
            while terminal in (ready := _ready(terminal, end)) or left:
                assert terminal in ready, f"the program has ended without asking for {[*left]}"
                new += os.read(terminal, 4096)
                for question in [one for one in left if one.encode() in new]:
                    if left[question] != AGREES:
                        _wait_until_silent(terminal)
                    os.write(terminal, f"{left.pop(question)}\n".encode())
                    shown, new = shown + new.decode(errors="replace"), b""
            shown += new.decode(errors="replace")
            texts = {"the screen": shown, "a file": pc.everything_written()}
            yield Audited(process, exit_code(end), texts)
    finally:
        os.close(terminal)


def link(user_id: str, ticket: str) -> str:
    """The link on the page of the bank with which a customer renews."""
    return f"certclient:renew?profile={PROFILE_ID}&user={user_id}&ticket={ticket}"


def ticket_of(pc: CliComputer, user_id: str) -> str:
    """What the bank puts into such a link after a login."""
    bank = pc.bank.bank
    with bank.repositories() as repositories:
        ticket = repositories.tickets.create(user_id, "a", bank.clock(), timedelta(minutes=5))
    return ticket.reveal()


def _with_bank(pc: CliComputer, arguments: Sequence[str]) -> list[str]:
    return [*arguments, "--profile", str(pc.bank.profile_path)]


def _ready(*descriptors: int) -> list[int]:
    """Those that can be read, as soon as one can."""
    ready, _, _ = select.select(descriptors, [], [], GUARD)
    assert ready, "the program says nothing any more"
    return ready


def exit_code(end: int) -> int:
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


PROXY_USER, PROXY_PASSWORD = "taro", "hidari-84062"


@contextmanager
def behind_a_proxy(pc: CliComputer, folder: Path) -> Iterator[None]:
    """The bank is outside the office, whose proxy wants to know who one is (Basic)."""
    with (
        outside_bank(pc.bank, folder) as outside,
        running_squid(SquidLogin("basic", PROXY_USER, PROXY_PASSWORD)) as squid,
    ):
        pc.bank.profile_path = outside.profile
        pc.variables["HTTPS_PROXY"] = squid.netloc
        yield


def login_of(password: str) -> dict[str, str]:
    """The password, and what a request to the proxy has in its place."""
    login = b64encode(f"{PROXY_USER}:{password}".encode()).decode()
    return {"proxy password": password, "proxy login": login}


def diagnosed(pc: CliComputer) -> str:
    """What the customer would send to the help desk now."""
    path = pc.home.parent / "facts.zip"
    done = pc.run("diagnose", "--with-ids", "--output", str(path))
    assert done.code == 0, done.err
    with zipfile.ZipFile(path) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert any("user" in text for text in texts)
    return "\n".join(texts)
