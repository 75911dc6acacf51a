"""The windows after the bank has revoked a certificate."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from certclient.ca.revocation.factory import revocation_lookup
from certclient.enrollment.overview import Condition
from certclient.enrollment.revocation_checks import checks_in
from certclient.ui.shell.shell import Shell
from certclient_practice.admin.profile_writer import ProfileOptions
from support.shell_driver import ShellDriver
from support.wizards import UiEnvironment, plain, until


def now() -> datetime:
    return datetime.now(UTC)


def close(driver: ShellDriver) -> None:
    until(lambda: driver.shell._context.tasks.idle)
    driver.shell.close()
    driver.shell.deleteLater()


@pytest.fixture
def started(ui: UiEnvironment) -> Iterator[list[ShellDriver]]:
    """Collects the started programs and closes them at the end of the test."""
    programs: list[ShellDriver] = []
    yield programs
    for driver in programs:
        close(driver)


def start(ui: UiEnvironment, started: list[ShellDriver]) -> ShellDriver:
    lookup = revocation_lookup(now, os.urandom)
    checks = checks_in(ui.folder, lambda: ui.journal, lookup, now)
    context = replace(ui.context(), check_revocation=checks.check)
    driver = ShellDriver(Shell(context, resident=False, has_tray=False))
    started.append(driver)
    driver.starts(None)
    return driver


def test_a_revoked_certificate_is_shown_with_what_to_do(
    ui: UiEnvironment, started: list[ShellDriver]
) -> None:
    ui.profile_with(ProfileOptions(revocation=True))
    stored = ui.add_certificate(ui.pc)
    ui.bank.revoke(stored.certificate.serial_hex)
    driver = start(ui, started)
    overview = driver.shell.scanner
    until(lambda: [row.condition for row in overview.overview.rows] == [Condition.NOT_ACCEPTED])
    window = driver.shell.window
    (row,) = overview.overview.rows
    assert window.cards.texts.rows.state(row) == "金融機関により失効しています"
    # The windows follow in the GUI thread's next turn.
    until(
        lambda: (
            "金融機関により失効しています"
            in window.card_of(row.entry.owner.user_id).accessibleName()
        )
    )
    assert window.card is window.card_of(row.entry.owner.user_id)
    assert "発行コードを受け取り" in window.card.accessibleDescription()
    assert plain(window.card.act_button.text()) == "電子証明書取得"


def test_a_valid_certificate_is_asked_about_once(
    ui: UiEnvironment, started: list[ShellDriver]
) -> None:
    ui.profile_with(ProfileOptions(revocation=True))
    ui.add_certificate(ui.pc)
    driver = start(ui, started)
    file = ui.folder / "revocation.json"
    until(lambda: file.exists() and not driver.shell.revocations.checking)
    first = file.read_bytes()
    driver.shell.revocations._last = None  # as if its pause were over
    driver.shell.revocations.check()
    until(lambda: not driver.shell.revocations.checking)
    assert file.read_bytes() == first
    (row,) = driver.shell.scanner.overview.rows
    assert row.condition is Condition.RENEWABLE
