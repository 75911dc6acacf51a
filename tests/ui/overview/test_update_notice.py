"""「新しい版があります」: what the notice shows, and that nothing happens without a click."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from certclient.i18n.catalogue import Language
from certclient.model.profile import Profile
from certclient.model.update import UpdateState, Version
from certclient.model.update_file import read_announcement
from certclient.ui.context import AppContext
from certclient.ui.overview.update_notice import UpdateLine
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.update_monitor import UpdateMonitor
from certclient.updates.cache import AnnouncementCache
from certclient.updates.check import UpdateCheckResult, UpdateChecks, UpdateNotice, fetcher
from certclient_practice.bank.updates import AnnouncedVersions
from support.announcements import NOW, Announcer
from support.wizards import LONG, UiEnvironment

BANK = Announcer()
DAY = timedelta(days=1)


def text_of(line: UpdateLine) -> str:
    return "\n".join(label.text() for label in line.findChildren(QLabel))


def notice(
    version: str = "1.1.0",
    state: UpdateState = UpdateState.UPDATE_AVAILABLE,
    profile: Profile = BANK.profile,
) -> UpdateNotice:
    message = BANK.message(version=version)
    return UpdateNotice(profile, read_announcement(message, BANK.profile), state)


# --- End to end, with the practice bank over TLS -------------------------------------------------


@pytest.fixture
def shell(ui: UiEnvironment) -> Iterator[Shell]:
    """A program of version 1.0.0 whose bank announces 1.1.0."""
    ui.bank.bank.updates.announced = AnnouncedVersions("1.1.0", "", "印刷を直しました。", "Mended.")
    context = ui.context()
    cache = AnnouncementCache(ui.folder / "updates.json")
    checks = UpdateChecks(context.profiles, cache, context.clock, Version.parse("1.0.0"), fetcher())
    shell = Shell(replace(context, updates=checks), has_tray=False)
    yield shell
    shell.close()
    shell.window.deleteLater()


def test_new_version_is_shown_and_its_page_opened(
    shell: Shell, ui: UiEnvironment, qtbot: QtBot
) -> None:
    shell.start()
    line = shell.window.updates
    qtbot.waitUntil(line.isVisible, timeout=LONG)
    assert "新しい版があります" in text_of(line)
    assert "練習銀行（リハーサル）から、このソフトの新しい版（1.1.0）が出ています。" in text_of(
        line
    )
    assert "印刷を直しました。" in text_of(line)
    line.open_button.click()
    assert ui.desktop.opened == [f"{ui.bank.addresses.public_url}download"]
    assert line.isVisible()
    line.later_button.click()
    assert not line.isVisible()


def test_unreachable_bank_shows_no_notice(shell: Shell, ui: UiEnvironment, qtbot: QtBot) -> None:
    ui.bank.stop()
    shell.start()
    qtbot.waitUntil(lambda: shell.scanner.complete and not shell.updates.checking, timeout=LONG)
    assert shell.window.isVisible()
    assert not shell.window.updates.isVisible()


# --- What is shown -------------------------------------------------------------------------------


@pytest.fixture
def line(ui: UiEnvironment, qtbot: QtBot) -> UpdateLine:
    made = UpdateLine(ui.context())
    qtbot.addWidget(made)
    return made


def test_unsupported_version_cannot_be_postponed(line: UpdateLine) -> None:
    line.show_notices([notice(state=UpdateState.UNSUPPORTED)])
    assert "新しい版をインストールしてください" in text_of(line)
    assert "使えなくなりました" in text_of(line)
    assert line.later_button.isHidden()
    assert not line.open_button.isHidden()


def test_postponed_notice_returns_with_a_newer_announcement(line: UpdateLine) -> None:
    line.show_notices([notice()])
    line.later_button.click()
    line.show_notices([notice()])
    assert line.isHidden()
    line.show_notices([notice("1.2.0")])
    assert not line.isHidden()
    line.later_button.click()
    line.show_notices([notice("1.2.0", UpdateState.UNSUPPORTED)])
    assert not line.isHidden()
    line.show_notices([])
    assert line.isHidden()


def test_notice_in_english(line: UpdateLine, ui: UiEnvironment, qtbot: QtBot) -> None:
    line.show_notices([notice()])
    line.show()
    line._context.languages.switch(Language.ENGLISH)
    qtbot.waitUntil(lambda: "A new version" in text_of(line), timeout=LONG)


# --- When the bank is queried --------------------------------------------------------------------


@dataclass
class FakeChecks:
    """Stands in for UpdateChecks: returns the given answers once `released` is set."""

    answers: list[UpdateCheckResult | Exception]
    calls: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def check(self) -> UpdateCheckResult:
        self.calls += 1
        assert self.released.wait(600)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class NoticeClock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class WatchHarness:
    watch: UpdateMonitor
    checks: FakeChecks
    clock: NoticeClock
    found: list[tuple[UpdateNotice, ...]] = field(default_factory=list)
    new_notice: list[UpdateNotice] = field(default_factory=list)

    def check(self, qtbot: QtBot) -> None:
        self.watch.check()
        qtbot.waitUntil(lambda: not self.watch.checking, timeout=LONG)


def watch_updates(context: AppContext, *answers: UpdateCheckResult | Exception) -> WatchHarness:
    checks, clock = FakeChecks(list(answers)), NoticeClock()
    checks.released.set()
    made = WatchHarness(UpdateMonitor(replace(context, updates=checks, clock=clock)), checks, clock)
    made.watch.found.connect(made.found.append)
    made.watch.new_notice.connect(made.new_notice.append)
    return made


def test_bank_is_queried_again_when_due(ui: UiEnvironment, qtbot: QtBot) -> None:
    one, two = notice(), notice("1.2.0")
    first, second = (
        UpdateCheckResult((one,), NOW + DAY),
        UpdateCheckResult((two, one), NOW + 2 * DAY),
    )
    harness = watch_updates(ui.context(), first, first, second)
    for ahead in (timedelta(), DAY / 2, DAY, DAY, DAY):
        harness.clock.now = NOW + ahead
        harness.check(qtbot)
    assert harness.checks.calls == 3, "the second answer is already due for a new query"
    assert harness.found == [(one,), (one,), (two, one)]
    assert harness.new_notice == [one, two], "each version is reported once"


def test_clock_set_back_does_not_suppress_queries(ui: UiEnvironment, qtbot: QtBot) -> None:
    harness = watch_updates(ui.context(), *[UpdateCheckResult((), NOW + DAY)] * 2)
    harness.check(qtbot)
    harness.clock.now = NOW - 30 * DAY
    harness.check(qtbot)
    assert harness.checks.calls == 2


def test_one_query_at_a_time_without_blocking(ui: UiEnvironment, qtbot: QtBot) -> None:
    harness = watch_updates(ui.context(), UpdateCheckResult((), NOW + DAY))
    harness.checks.released.clear()
    harness.watch.check()
    harness.watch.check()
    assert harness.found == [], "look() returned before the bank answered"
    harness.checks.released.set()
    qtbot.waitUntil(lambda: not harness.watch.checking, timeout=LONG)
    assert harness.checks.calls == 1


def test_failed_query_is_silent_and_not_repeated_at_once(ui: UiEnvironment, qtbot: QtBot) -> None:
    harness = watch_updates(ui.context(), RuntimeError("a bug"), UpdateCheckResult((), NOW + DAY))
    harness.check(qtbot)
    harness.check(qtbot)
    assert harness.checks.calls == 1
    harness.clock.now += timedelta(hours=1)
    harness.check(qtbot)
    assert harness.checks.calls == 2
    assert harness.found == [()]


def test_disabled_update_checks_start_no_query(ui: UiEnvironment) -> None:
    watch = UpdateMonitor(ui.context())
    watch.check()
    assert not watch.checking
