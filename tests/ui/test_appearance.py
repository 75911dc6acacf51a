"""No text is cut off in any window or page, language, theme and text size.

With CERTCLIENT_SCREENSHOTS=FOLDER the pictures are saved (`make screenshots`).
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QMessageBox, QWidget

from certclient.enrollment.diagnosis.examination import Examination
from certclient.enrollment.diagnosis.values import Fact, Kind, Part
from certclient.enrollment.interaction import NonInteractive
from certclient.enrollment.observed_run import RunTarget
from certclient.enrollment.overview import read_overview
from certclient.i18n.catalogue import Language
from certclient.i18n.help_guide import Topic
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, own_label
from certclient.model.profile import Profile
from certclient.model.progress import Phase, Progress, Step
from certclient.model.update import Version
from certclient.store.base import AttemptsLeft, PinPurpose, PinRequest
from certclient.store.unavailable import unavailable
from certclient.ui.context import AppContext
from certclient.ui.diagnosis.dialog import DiagnosisDialog
from certclient.ui.dialogs.check.report import CheckReportDialog
from certclient.ui.dialogs.check.window import CheckWindow
from certclient.ui.dialogs.details import DetailsDialog
from certclient.ui.dialogs.error_dialog import ErrorDialog
from certclient.ui.dialogs.help_window import HelpWindow
from certclient.ui.dialogs.new_pin_dialog import NewPinDialog
from certclient.ui.dialogs.pin_dialog import PinDialog
from certclient.ui.dialogs.revoke_dialog import RevokeDialog
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.language import Languages
from certclient.ui.overview.card_menu import Entry
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.moving.flow import MovePageId
from certclient.ui.overview.moving.window import MoveWindow
from certclient.ui.overview.store_scanner import StoreScanner
from certclient.ui.shell.small_notice import SmallNotice
from certclient.ui.shell.tray import worst
from certclient.ui.shell.tray_icon import tray_icon
from certclient.updates.cache import AnnouncementCache
from certclient.updates.check import UpdateChecks, fetcher
from certclient_practice.bank.updates import AnnouncedVersions
from support.gallery import wizard_pages
from support.pictures import PictureDates, settled_picture
from support.scripted import ScriptedUser
from support.several_banks import several_banks
from support.softhsm import right_pin
from support.themes import appearance, cut_off
from support.wizards import UiEnvironment, until, wait

_FOLDER = os.environ.get("CERTCLIENT_SCREENSHOTS", "")
_SCREEN = QSize(1024, 740)
"""The space that a small screen leaves beside its task bar."""

_SETTLED = 300
"""Milliseconds until the final layout, if it is not complete at once."""

CONDITION_STYLES = [("ja", "dark", 100), ("en", "light", 200)]
"""Checked on each run; pictures are taken of all combinations."""
if sys.platform == "win32":
    CONDITION_STYLES = [("ja", "light", 100)]  # each picture also in English
elif _FOLDER:
    CONDITION_STYLES = list(itertools.product(("ja", "en"), ("light", "dark"), (100, 200)))
    CONDITION_STYLES.append(("ja", "contrast", 100))


class Camera:
    """Checks each window, and saves a picture if a folder is given."""

    def __init__(self, ui: UiEnvironment, look: tuple[str, str, int]) -> None:
        self.ui = ui
        self.language = Language(look[0])
        self.look = "-".join(str(part) for part in look[1:])
        self.faults: list[str] = []
        self.languages: Languages | None = None

    def context(self) -> AppContext:
        context = self.ui.context()
        self.languages = context.languages
        self.languages.switch(self.language)
        return context

    def take(self, name: str, window: QWidget) -> None:
        self._take_now(name, window)
        if sys.platform == "win32" and self.languages is not None:
            self.languages.switch(Language.ENGLISH)
            self._take_now(name, window)
            self.languages.switch(self.language)

    def _take_now(self, name: str, window: QWidget) -> None:
        wait(1)
        if cut_off(window):
            # A slow machine may not have finished the layout.
            wait(_SETTLED)
        self.faults += [f"{name}: {text}" for text in cut_off(window)]
        if window.width() > _SCREEN.width() or window.height() > _SCREEN.height():
            self.faults.append(f"{name}: {window.size().toTuple()} is larger than the screen")
        if _FOLDER:
            self.save(name, settled_picture(window))

    def save(self, name: str, picture: QPixmap) -> None:
        if _FOLDER:
            language = self.languages.current if self.languages else self.language
            picture.save(str(Path(_FOLDER) / f"{name}-{language.value}-{self.look}.png"))


@pytest.fixture(params=CONDITION_STYLES, ids=lambda look: "-".join(map(str, look)))
def camera(
    ui: UiEnvironment, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Camera]:
    _, theme, percent = request.param
    if _FOLDER:
        ui.clock = PictureDates(monkeypatch).clock
    with appearance(theme, percent):
        camera = Camera(ui, request.param)
        yield camera
    assert camera.faults == []


class OpenMainWindow(Protocol):
    """Opens the main window of these banks; without any, of the practice bank."""

    def __call__(self, profiles: tuple[Profile, ...] = ()) -> tuple[MainWindow, StoreScanner]: ...


@pytest.fixture
def main_window(camera: Camera) -> Iterator[OpenMainWindow]:
    """Opens the main window and waits for the first scan of the stores."""
    opened: list[tuple[MainWindow, StoreScanner]] = []

    def make(profiles: tuple[Profile, ...] = ()) -> tuple[MainWindow, StoreScanner]:
        context = camera.context()
        context = replace(context, profiles=profiles or context.profiles)
        window, scanner = MainWindow(context), StoreScanner(context)
        opened.append((window, scanner))
        window.show()
        scanner.start()
        until(lambda: scanner.complete)
        return window, scanner

    yield make
    for window, scanner in opened:
        scanner.stop()
        window.deleteLater()


def test_main_window(camera: Camera, main_window: OpenMainWindow) -> None:
    ui = camera.ui
    ui.add_certificate(ui.pc, 20)
    ui.add_certificate(ui.new_token().store() if ui.hsm else ui.pc, 2, "TKYM1408055", "1394")
    ui.add_certificate(ui.pc, 200, "TKYM1408056")
    ui.add_newer_certificate(ui.pc, -20, "TKYM1408056")
    ui.add_certificate(ui.pc, -10, "TKYM1408057")
    window, scanner = main_window()
    camera.take("main", window)
    window.actions_row.help.click()
    camera.take("help", window.help_window)
    window.help_window.close()
    _about(camera, window)
    shows = window.card.entry(Entry.DETAILS)
    assert shows is not None
    shows.trigger()
    (details,) = window.findChildren(DetailsDialog)
    camera.take("details", details)
    details.close()
    notice = SmallNotice(window._context)
    notice.show_overview()
    notice.show()
    camera.take("small-notice", notice)
    notice.close()
    _tray_sheet(camera, scanner)


def _about(camera: Camera, window: MainWindow) -> None:
    about = window.about.open_window()
    for name, page in (("program", 0), ("licence", 1), ("notices", 2)):
        about.tabs.setCurrentIndex(page)
        until(lambda: about.tabs.currentIndex() != 2 or about.notices.parts.count() > 0)
        camera.take(f"about-{name}", about)
    about.close()
    for name, minimum in (("newer", ""), ("unsupported", "1.0.1")):
        camera.ui.bank.bank.updates.announced = AnnouncedVersions("1.1.0", minimum)
        # The bank's page has a numeric host, the profile on Windows a name (support/bank.py).
        profile = replace(window.about.context.profiles[0], login_url=camera.ui.bank.login_url)
        cache = AnnouncementCache(camera.ui.folder / f"{name}.json")
        clock, own = window.about.context.clock, Version.parse("1.0.0")
        looked = UpdateChecks((profile,), cache, clock, own, fetcher()).check()
        window.updates.show_notices(looked.notices)
        assert window.updates.isVisible()
        camera.take(f"update-{name}", window)
    window.updates.show_notices(())


def _tray_sheet(camera: Camera, scanner: StoreScanner) -> None:
    """Pictures the tray icon on a light and a dark task bar, at its usual sizes."""
    icon = tray_icon(worst(scanner.overview))
    sheet = QPixmap(200, 80)
    painter = QPainter(sheet)
    for top, ground in ((0, "#f0f0f0"), (40, "#202020")):
        painter.fillRect(0, top, 200, 40, QColor(ground))
        left = 8
        for size in (16, 22, 24, 32):
            painter.drawPixmap(left, top + 4, icon.pixmap(size, size))
            left += size + 12
    painter.end()
    camera.save("tray", sheet)


def test_main_window_in_edge_cases(camera: Camera, main_window: OpenMainWindow) -> None:
    ui = camera.ui
    window, scanner = main_window()
    camera.take("main-empty", window)
    if ui.hsm:
        ui.new_token().pull()
    current = ui.add_certificate(ui.pc, 25)
    person = ScriptedUser(stop_before=lambda steps: len(steps) >= 3)
    ui.enrollment(ui.profile, ui.stores).renew(current, ui.pc, person)
    ui.add_certificate(ui.pc, -100, "TKYM1408055")
    scanner.refresh()
    # The journal is read sooner than the stores.
    until(lambda: bool(window.unfinished) and len(scanner.overview.rows) >= 2)
    camera.take("main-unfinished", window)
    window.show_error(CertclientError(ErrorCode.TOKEN_MISSING, token="専用USB"))
    (box,) = window.findChildren(ErrorDialog)
    camera.take("complaint", box)
    box.close()
    request = PinRequest(
        "x", "専用USB", AttemptsLeft.FINAL, previous_incorrect=True, min_length=6, max_length=16
    )
    dialog = PinDialog(camera.context(), request, window)
    dialog.show()
    camera.take("pin", dialog)
    dialog.close()
    new = NewPinDialog(camera.context(), replace(request, purpose=PinPurpose.NEW), window)
    new.show()
    camera.take("new-pin", new)
    new.close()
    row = max(scanner.overview.rows, key=lambda one: one.entry.certificate.not_after)
    place = camera.context().place(row.entry.store)
    question = RevokeDialog(camera.context(), row, place, last=True, parent=window)
    question.consent.click()
    question.show()
    camera.take("revoke", question)
    question.close()


def test_help_and_check_of_the_computer(camera: Camera) -> None:
    ui = camera.ui
    ui.add_certificate(ui.pc, 20)
    context, parent = camera.context(), QWidget()
    overview = read_overview(context.profiles, ui.stores, ui.clock(), context.statuses())
    help_window = HelpWindow(context, parent)
    help_window.show_overview(overview)
    for topic in (Topic.CHOOSE, Topic.CODE, Topic.CONTACT):
        help_window.open_topic(topic)
        camera.take(f"help-{topic.value}", help_window)
    help_window.close()
    check = CheckWindow(context, ui.full_check(), parent)
    check.open_window()
    until(lambda: check.run is not None and not check.run.running)
    camera.take("check", check)
    report = CheckReportDialog(context, check.report(), check)
    report.show()
    camera.take("check-report", report)
    report.close()
    check.close()
    parent.deleteLater()


_FACTS = (
    Part(Kind.PROGRAM, (Fact("version", "1.0.0"),)),
    Part(Kind.CERTIFICATE, (Fact("user-id", "TKYM1408054 1403", personal=True),), "1"),
)


def test_what_is_saved_for_the_help_desk(camera: Camera) -> None:
    found = Examination(made=camera.ui.clock(), parts=_FACTS, ids=("TKYM1408054",), home="")
    dialog = DiagnosisDialog(replace(camera.context(), examine=lambda: found))
    dialog.show()
    until(lambda: "1.0.0" in dialog.preview.toPlainText())
    camera.take("diagnosis", dialog)
    dialog.close()
    dialog.deleteLater()


def test_moving_to_another_computer(camera: Camera, main_window: OpenMainWindow) -> None:
    """Both sides, in the order in which a customer sees them."""
    camera.ui.add_certificate(camera.ui.pc, 200)
    bank = replace(camera.ui.profile, login_url="https://www.bank.example/login")  # no port
    window, _ = main_window(profiles=(bank,))
    moving = MoveWindow(window._context, window)
    moving.show()
    camera.take("move-which", moving)
    flow = moving.flow
    flow.choose(flow.beginnings[0])
    camera.take("move-sheet", moving)
    flow.begin()
    until(lambda: moving.page_id is MovePageId.AWAIT and not flow.busy)
    camera.take("move-await", moving)
    flow.number = "6041-2770-3915"
    for page in (MovePageId.CONSENT, MovePageId.NEW, MovePageId.NUMBER, MovePageId.LOST):
        moving.show_page(page)
        camera.take(f"move-{page.value}", moving)
    moving.close()


def test_states_of_procedures(camera: Camera, main_window: OpenMainWindow) -> None:
    """Running, asking, waiting, interrupted, failed, done, and a token that was unplugged."""
    ui = camera.ui
    window, scanner = main_window()
    state = window._context.state.state
    users = [f"TKYM140806{number}" for number in range(4)]
    for user_id in users:
        ui.add_certificate(ui.pc, 20, user_id)
    if ui.hsm:
        ui.add_certificate(ui.new_token().store(), 12, "TKYM1408069")
    scanner.refresh()
    until(lambda: len(scanner.overview.rows) >= len(users))
    targets = [RunTarget(ui.profile.id, user_id, full_id=user_id) for user_id in users]
    running, asking, _finished, failed = [state.begin(one, NonInteractive()) for one in targets]
    running.progress(Progress(Step.CONFIRM, Phase.STARTED))
    state.note_asking(asking, asking=True)
    state.end(failed, None, CertclientError(ErrorCode.NETWORK_TIMEOUT))
    person = ScriptedUser(stop_before=lambda steps: Step.CREATE_KEY in steps)
    current = ui.add_certificate(ui.pc, 25, "TKYM1408067")
    ui.enrollment(ui.profile, ui.stores).renew(current, ui.pc, person)
    del ui.stores[1:]
    scanner.refresh()
    until(lambda: len(window.unfinished) == 4)
    camera.take("main-procedures", window)


def test_many_certificates(camera: Camera, main_window: OpenMainWindow) -> None:
    """Of three banks as groups of cards; more than six in a table."""
    ui = camera.ui
    banks = several_banks(ui.profile)
    window, scanner = main_window(profiles=banks)
    for days, user_id in ((20, "TKYM1408054"), (2, "TKYM1408055"), (200, "TKYM1408056")):
        ui.add_certificate(ui.pc, days, user_id)
    scanner.refresh()
    until(lambda: len(scanner.overview.rows) >= 3)
    camera.take("main-three-banks", window)
    for number in range(4):
        ui.add_certificate(ui.pc, 40 + 9 * number, f"TKYM14080{number}{4 + number % 3}")
    scanner.refresh()
    until(window.cards.table.isVisible)
    camera.take("main-table", window)


def test_nothing_found(camera: Camera, main_window: OpenMainWindow) -> None:
    """The software of the token is missing; then its token."""
    ui = camera.ui
    error = CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING, path="/opt/token/module.so")
    store = unavailable("pkcs11-module:/opt/token/module.so", "module", Destination.USB, error)
    ui.stores.append(store)
    window, scanner = main_window()
    camera.take("main-token-software", window)
    if ui.hsm:
        ui.new_token().pull()
        scanner.refresh()
        until(lambda: len(scanner.overview.unusable) == 2)
        camera.take("main-token-missing", window)


def _add_older_archived(ui: UiEnvironment) -> None:
    """A colleague with a valid certificate, and three expired ones that were put away."""
    ui.add_certificate(ui.pc, 200, "TKYM1408055")
    expired = [ui.add_newer_certificate(ui.pc, days, "TKYM1408055") for days in (-3, -2, -1)]
    with ui.pc.open(right_pin) as session:
        for old in expired:
            session.archive(old.certificate)


def test_open_procedures_and_leftover_keys(camera: Camera, main_window: OpenMainWindow) -> None:
    ui = camera.ui
    window, scanner = main_window()
    current = ui.add_certificate(ui.pc, 25)
    person = ScriptedUser(stop_before=lambda steps: len(steps) >= 3)
    ui.enrollment(ui.profile, ui.stores).renew(current, ui.pc, person)
    with ui.pc.open(right_pin) as session:
        session.create_key(KeySpec(), own_label("a4c91e07d25b3f68"))
    _add_older_archived(ui)
    scanner.refresh()
    until(window.leftovers.isVisible)
    until(window.others.isVisible)
    window.others.button.click()
    until(window.others.older.isVisible)
    camera.take("main-left-behind", window)
    gives_up = window.unfinished[0].entry(Entry.GIVE_UP)
    assert gives_up is not None
    for name, ask in (
        ("give-up", gives_up.trigger),
        ("clear-away", window.leftovers.buttons[0].click),
        ("delete-older", window.others.older.button.click),
    ):
        ask()
        (box,) = window.findChildren(QMessageBox)
        camera.take(name, box)
        box.close()
        box.setParent(None)
    request = PinRequest("x", "", AttemptsLeft.UNKNOWN, database=True)
    dialog = PinDialog(camera.context(), request, window)
    dialog.show()
    camera.take("master-password", dialog)
    dialog.close()


_FULL_HD_AT_150 = QSize(756, 632)
"""What a wizard gets of 1920 x 1080 at 150 %, in pixels at 100 %: margins do not grow, so this is
the harder case."""
_LONG_PAGES = ("done-pc", "done-usb", "checks-failed", "problem-cert-not-accepted")
"""Their small print may be below the fold."""


_SMALL = QSize(640, 560)
_SHORT_PAGES = ("notice", "checks", "start-pc", "start-obtain", "pin", "letter")
"""Of the usual ways; the others may scroll in such a window."""


def test_wizard_pages(camera: Camera) -> None:
    for name, window in wizard_pages(camera.ui, camera.context()):
        camera.take(f"wizard-{name}", window)
        if isinstance(window, EnrollmentWizard) and camera.look == "dark-100":
            _needs_no_scrolling(camera, name, window)


def _needs_no_scrolling(camera: Camera, name: str, window: EnrollmentWizard) -> None:
    usual, page = window.size(), window.page_now
    assert page is not None
    window.resize(_FULL_HD_AT_150)
    wait(20)
    hidden = page.scroll_area.verticalScrollBar().maximum()
    if hidden and name not in _LONG_PAGES:
        camera.faults.append(f"{name}: {hidden} pixels are below the fold")
    window.resize(_SMALL)
    wait(20)
    hidden = page.scroll_area.verticalScrollBar().maximum()
    if hidden and name in _SHORT_PAGES:
        camera.faults.append(f"{name}: {hidden} pixels are below the fold of a small window")
    window.resize(usual)
