"""The program with a session's Secret Service: one that works, one that never answers, one locked.

The issue code is kept there while the bank's answer is outstanding.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.command_line import PC_USER, CliComputer
from support.session_bus import gnome_keyring, mute_secret_service, session_bus

WAITING = 4
SILENT = "[CC-CREDENTIAL-STORE]"

GUARD_SECONDS = 120.0
"""Only against hanging: with a limit of five seconds, a run takes about ten."""


@pytest.fixture
def session(pc: CliComputer, tmp_path: Path) -> Iterator[CliComputer]:
    """The customer's computer, in a session with a bus."""
    folder = tmp_path / "session"
    folder.mkdir()
    with session_bus(folder) as bus:
        pc.variables.update(bus)
        yield pc


def obtains(pc: CliComputer, *options: str) -> tuple[int, str, float]:
    """Obtains a certificate; the exit code, stderr and the seconds that it took."""
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    start = time.monotonic()
    done = pc.run("obtain", PC_USER, "--yes", "--code-stdin", *options, stdin=f"{code}\n")
    assert code not in done.out + done.err + pc.everything_written()
    return done.code, done.err, time.monotonic() - start


def test_obtains_although_the_credential_store_never_answers(session: CliComputer) -> None:
    with mute_secret_service(session.variables):
        code, told, seconds = obtains(session)
    assert code == 0, told
    assert told.count(SILENT) == 1, "said once"
    assert seconds < GUARD_SECONDS
    assert [c["user_id"] for c in session.list()] == [PC_USER]


def test_renewal_does_not_ask_the_credential_store(session: CliComputer) -> None:
    session.add_certificate(PC_USER, session.nss.store())
    with mute_secret_service(session.variables):
        done = session.run("renew", "--all", "--yes")
    assert done.code == 0, done.err
    assert SILENT not in done.err


def test_code_kept_in_gnome_keyring_is_not_asked_for_again(
    session: CliComputer, tmp_path: Path
) -> None:
    session.bank.set_policy(wait_polls=1, check_after=1)
    with gnome_keyring(session.variables, tmp_path, "password of the keyring"):
        code, told, _ = obtains(session, "--wait", "0")
        assert code == WAITING, told
        kept = session.home / ".local/share/certclient/codes"
        assert len(list(kept.iterdir())) == 1
        resumed = session.run("resume", "--wait", "60")
        assert resumed.code == 0, resumed.err
        assert list(kept.iterdir()) == [], "deleted at the end"


def test_locked_keyring_counts_as_absent(session: CliComputer, tmp_path: Path) -> None:
    with gnome_keyring(session.variables, tmp_path, None):
        code, told, _ = obtains(session)
    assert code == 0, told
    assert SILENT not in told
