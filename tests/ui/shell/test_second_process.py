"""What another process does, and tokens that come and go, show in the open windows.

The window must say what `certclient list` and `certclient status` say.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certclient.enrollment.journal import Journal
from certclient.store.registry import registry
from certclient.ui.overview.card_menu import Entry
from certclient.ui.shell.shell import Shell
from support.bank import USER_ID
from support.command_line import CliComputer
from support.nss import NssDatabase
from support.shell_driver import ShellDriver
from support.wizards import UiEnvironment, until

PHASES = {
    "running": "手続き中です",
    "waiting": "金融機関の発行を待っています",
    "interrupted": "手続きの途中です",
    "failed": "途中で止まりました",
}


@pytest.fixture
def computer(ui: UiEnvironment) -> CliComputer:
    """The command line on the computer of `ui`: the same home, stores, journal and bank."""
    home = ui.folder / "home"
    nss = NssDatabase(home / ".pki" / "nssdb")
    nss.directory.parent.mkdir(parents=True)
    ui.pc = nss.store()
    ui.stores[:] = [ui.pc]
    ui.journal = Journal(home / ".local" / "share" / "certclient" / "journal.sqlite")
    return CliComputer(home, ui.bank, ui.tokens)


@contextmanager
def program(ui: UiEnvironment) -> Iterator[ShellDriver]:
    shell = Shell(ui.context(), has_tray=False)
    yield ShellDriver(shell)
    shell.close()
    shell.deleteLater()


@pytest.fixture
def driver(ui: UiEnvironment, computer: CliComputer) -> Iterator[ShellDriver]:
    with program(ui) as started:
        yield started


def begin(computer: CliComputer, *arguments: str) -> subprocess.Popen[str]:
    """`certclient ARGUMENTS` in the background."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "certclient"),
            *("--profile", str(computer.bank.profile_path)),
            *arguments,
        ],
        env=computer.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def shown(driver: ShellDriver) -> dict[str, str]:
    """The state of each certificate in the main window, by serial number."""
    words = driver.shell.window.cards.texts.rows
    return {
        row.entry.certificate.serial_hex: words.state(row)
        for row in driver.shell.scanner.overview.rows
    }


def conditions(driver: ShellDriver) -> dict[str, tuple[str, str | None]]:
    """Condition and phase of each certificate in the main window, by serial number."""
    return {
        row.entry.certificate.serial_hex: (
            row.condition.value,
            row.procedure.phase.value if row.procedure is not None else None,
        )
        for row in driver.shell.scanner.overview.rows
    }


def assert_agrees(driver: ShellDriver, computer: CliComputer) -> None:
    """Compares the window with a new `certclient list` and `status`.

    Nothing may run meanwhile. The window may still have to read what happened last.
    """
    procedures = computer.run("status", "--json").json["procedures"]
    said = [(one["id"], one["phase"], one["step"]) for one in procedures]
    until(lambda: shown_procedures(driver) == said)
    listed = {one["serial"]: one for one in computer.list()}
    until(lambda: shown(driver).keys() == listed.keys())
    told = {serial: (one["condition"], one["procedure_phase"]) for serial, one in listed.items()}
    until(lambda: conditions(driver) == told)
    for serial, (_, phase) in told.items():
        if phase is not None:
            assert shown(driver)[serial].startswith(PHASES[phase])


def shown_procedures(driver: ShellDriver) -> list[tuple[str, str, str | None]]:
    """Id, phase and step of each procedure that the window shows."""
    return [
        (one.procedure_id, one.phase.value, one.step.value if one.step is not None else None)
        for one in driver.shell.scanner.overview.procedures
    ]


def test_renewal_on_the_command_line_shows_while_it_runs_and_when_it_ends(
    ui: UiEnvironment, computer: CliComputer, driver: ShellDriver
) -> None:
    old = ui.add_certificate(ui.pc)
    ui.bank.set_policy(wait_polls=1, check_after=8)
    driver.starts()
    renewal = begin(computer, "renew", "--yes")
    serial = old.certificate.serial_hex
    until(lambda: shown(driver)[serial].startswith("手続き中です"))
    window = driver.shell.window
    assert not window.asking
    (card,) = window.unfinished
    assert card.accessibleName().startswith(f"{ui.profile.bank.ja} {USER_ID}")
    assert "このパソコンの別のプログラムが進めています。" in card.text
    assert card.entry(Entry.GIVE_UP) is None
    until(lambda: "認証局の発行を待っています" in card.text)
    renewal.send_signal(signal.SIGSTOP)
    assert_agrees(driver, computer)
    renewal.send_signal(signal.SIGCONT)
    until(lambda: not window.unfinished)
    until(lambda: len(driver.shell.scanner.overview.rows) == 2)
    out, _ = renewal.communicate(timeout=600)
    assert renewal.returncode == 0, out
    assert_agrees(driver, computer)
    selected = window.row
    assert selected is not None
    assert selected.entry.certificate != old.certificate


@pytest.mark.parametrize("ending", ["kill", "wait"])
def test_killed_or_waiting_command_leaves_what_the_window_says(
    ui: UiEnvironment, computer: CliComputer, driver: ShellDriver, ending: str
) -> None:
    ui.add_certificate(ui.pc)
    ui.bank.set_policy(wait_polls=5, check_after=3600 if ending == "wait" else 8)
    driver.starts()
    renewal = begin(computer, "renew", "--yes")
    until(lambda: bool(driver.shell.scanner.overview.procedures))
    if ending == "kill":
        until(lambda: driver.shell.scanner.overview.procedures[0].check_at is not None)
        renewal.kill()
    renewal.communicate(timeout=600)
    until(lambda: not driver.shell.scanner.overview.procedures[0].running)
    assert_agrees(driver, computer)
    assert not driver.shell.window.asking
    assert driver.shell.window.unfinished


def test_certificate_of_another_program_shows_within_two_seconds(
    ui: UiEnvironment, computer: CliComputer, driver: ShellDriver, tmp_path: Path
) -> None:
    """Its time limit is ten times longer: the machine may be busy."""
    computer.add_certificate(USER_ID, NssDatabase(tmp_path / "other").store())
    certificates = NssDatabase(tmp_path / "other")
    exported = tmp_path / "other.p12"
    certificates.pk12util("-o", str(exported), "-n", USER_ID, "-W", "x")
    ui.add_certificate(ui.pc, 200, "TKYM1408055")
    driver.starts()
    began = time.monotonic()
    NssDatabase(computer.nss.directory).pk12util("-i", str(exported), "-W", "x")
    until(lambda: len(driver.shell.scanner.overview.rows) == 2)
    assert time.monotonic() - began < 20
    assert_agrees(driver, computer)


def test_token_out_and_in_again(ui: UiEnvironment, computer: CliComputer) -> None:
    """With the real search for stores: only SoftHSM has to be told that a token was pulled."""
    token = ui.new_token()
    ui.add_certificate(token.store())
    ui.search = registry((ui.tokens.module_path,), computer.nss.directory).stores
    with program(ui) as driver:
        driver.starts()
        before = shown(driver)
        assert list(before.values()) == ["更新できます"]
        token.pull()
        until(lambda: list(shown(driver).values()) == ["「専用USB」を差し込んでください"])
        assert driver.shell.window.isVisible()
        assert driver.shell.window.notes.isHidden(), "no word about modules or disks"
        token.plug()
        until(lambda: shown(driver) == before)
        assert driver.shell.window.card.act_button.isEnabled()
