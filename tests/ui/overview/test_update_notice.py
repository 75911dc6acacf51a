"""「新しい版があります」: what the customer is told, and that nothing happens by itself."""

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
from certclient.model.update import Standing, Version
from certclient.model.update_file import read_announcement
from certclient.ui.context import AppContext
from certclient.ui.overview.update_notice import UpdateLine
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.update_notice_watch import UpdateWatch
from certclient.updates.book import UpdateBook
from certclient.updates.check import Looked, UpdateChecks, UpdateNotice, fetcher
from certclient_practice.bank.updates import Announced
from support.announcements import NOW, Announcer
from support.wizards import LONG, Office

BANK = Announcer()
DAY = timedelta(days=1)


def told(line: UpdateLine) -> str:
    return "\n".join(label.text() for label in line.findChildren(QLabel))


def notice(
    version: str = "1.1.0",
    standing: Standing = Standing.NEWER_THERE,
    profile: Profile = BANK.profile,
) -> UpdateNotice:
    message = BANK.message(version=version)
    return UpdateNotice(profile, read_announcement(message, BANK.profile), standing)


# --- The whole, with the practice bank over TLS --------------------------------------------------


@pytest.fixture
def shell(office: Office) -> Iterator[Shell]:
    """A program of version 1.0.0 whose bank has 1.1.0."""
    office.bank.bank.updates.announced = Announced("1.1.0", "", "印刷を直しました。", "Mended.")
    context = office.context()
    book = UpdateBook(office.folder / "updates.json")
    checks = UpdateChecks(context.profiles, book, context.clock, Version.parse("1.0.0"), fetcher())
    shell = Shell(replace(context, updates=checks), has_tray=False)
    yield shell
    shell.close()
    shell.window.deleteLater()


def test_a_new_version_is_told_and_its_page_opened(
    shell: Shell, office: Office, qtbot: QtBot
) -> None:
    shell.start()
    line = shell.window.updates
    qtbot.waitUntil(line.isVisible, timeout=LONG)
    assert "新しい版があります" in told(line)
    assert "練習銀行（リハーサル）から、このソフトの新しい版（1.1.0）が出ています。" in told(line)
    assert "印刷を直しました。" in told(line)
    line.open_button.click()
    assert office.desktop.opened == [f"{office.bank.addresses.public_url}download"]
    assert line.isVisible()
    line.later_button.click()
    assert not line.isVisible()


def test_without_the_bank_nothing_is_said_and_all_works(
    shell: Shell, office: Office, qtbot: QtBot
) -> None:
    office.bank.stop()
    shell.start()
    qtbot.waitUntil(lambda: shell.survey.complete and not shell.updates.looking, timeout=LONG)
    assert shell.window.isVisible()
    assert not shell.window.updates.isVisible()


# --- What is said --------------------------------------------------------------------------------


@pytest.fixture
def line(office: Office, qtbot: QtBot) -> UpdateLine:
    made = UpdateLine(office.context())
    qtbot.addWidget(made)
    return made


def test_a_version_that_is_no_longer_supported_cannot_be_put_off(line: UpdateLine) -> None:
    line.show_notices([notice(standing=Standing.UNSUPPORTED)])
    assert "新しい版をインストールしてください" in told(line)
    assert "使えなくなりました" in told(line)
    assert line.later_button.isHidden()
    assert not line.open_button.isHidden()


def test_what_was_put_off_comes_back_when_there_is_more_to_say(line: UpdateLine) -> None:
    line.show_notices([notice()])
    line.later_button.click()
    line.show_notices([notice()])
    assert line.isHidden()
    line.show_notices([notice("1.2.0")])
    assert not line.isHidden()
    line.later_button.click()
    line.show_notices([notice("1.2.0", Standing.UNSUPPORTED)])
    assert not line.isHidden()
    line.show_notices([])
    assert line.isHidden()


def test_in_english_too(line: UpdateLine, office: Office, qtbot: QtBot) -> None:
    line.show_notices([notice()])
    line.show()
    line._context.languages.switch(Language.ENGLISH)
    qtbot.waitUntil(lambda: "A new version" in told(line), timeout=LONG)


# --- When it is asked ----------------------------------------------------------------------------


@dataclass
class Answers:
    """In place of the banks: says what it was given, as soon as `may` allows."""

    answers: list[Looked | Exception]
    asked: int = 0
    may: threading.Event = field(default_factory=threading.Event)

    def look(self) -> Looked:
        self.asked += 1
        assert self.may.wait(600)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Watched:
    watch: UpdateWatch
    answers: Answers
    clock: Clock
    found: list[tuple[UpdateNotice, ...]] = field(default_factory=list)
    news: list[UpdateNotice] = field(default_factory=list)

    def looks(self, qtbot: QtBot) -> None:
        self.watch.look()
        qtbot.waitUntil(lambda: not self.watch.looking, timeout=LONG)


def watched(context: AppContext, *answers: Looked | Exception) -> Watched:
    bank, clock = Answers(list(answers)), Clock()
    bank.may.set()
    made = Watched(UpdateWatch(replace(context, updates=bank, clock=clock)), bank, clock)
    made.watch.found.connect(made.found.append)
    made.watch.news.connect(made.news.append)
    return made


def test_it_is_asked_again_when_the_time_has_come(office: Office, qtbot: QtBot) -> None:
    one, two = notice(), notice("1.2.0")
    first, second = Looked((one,), NOW + DAY), Looked((two, one), NOW + 2 * DAY)
    seen = watched(office.context(), first, first, second)
    for ahead in (timedelta(), DAY / 2, DAY, DAY, DAY):
        seen.clock.now = NOW + ahead
        seen.looks(qtbot)
    assert seen.answers.asked == 3, "the second answer already lies in the past"
    assert seen.found == [(one,), (one,), (two, one)]
    assert seen.news == [one, two], "each version is news once"


def test_a_clock_that_was_set_back(office: Office, qtbot: QtBot) -> None:
    seen = watched(office.context(), *[Looked((), NOW + DAY)] * 2)
    seen.looks(qtbot)
    seen.clock.now = NOW - 30 * DAY
    seen.looks(qtbot)
    assert seen.answers.asked == 2


def test_one_question_at_a_time_and_nobody_waits(office: Office, qtbot: QtBot) -> None:
    seen = watched(office.context(), Looked((), NOW + DAY))
    seen.answers.may.clear()
    seen.watch.look()
    seen.watch.look()
    assert seen.found == [], "look came back before the bank had answered"
    seen.answers.may.set()
    qtbot.waitUntil(lambda: not seen.watch.looking, timeout=LONG)
    assert seen.answers.asked == 1


def test_a_fault_is_silent_and_not_repeated_at_once(office: Office, qtbot: QtBot) -> None:
    seen = watched(office.context(), RuntimeError("a bug"), Looked((), NOW + DAY))
    seen.looks(qtbot)
    seen.looks(qtbot)
    assert seen.answers.asked == 1
    seen.clock.now += timedelta(hours=1)
    seen.looks(qtbot)
    assert seen.answers.asked == 2
    assert seen.found == [()]


def test_an_administrator_does_not_want_it(office: Office) -> None:
    watch = UpdateWatch(office.context())
    watch.look()
    assert not watch.looking
