"""The wizard as customers use it: real clicks, procedure, stores and practice bank."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QDeadlineTimer, QEventLoop, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from certclient.ca.factory import ca_client_for, login_transport_for
from certclient.configuration.profiles import load_profile
from certclient.enrollment.bank_status import read_statuses
from certclient.enrollment.full_check.groups import CheckParts, FullCheck
from certclient.enrollment.journal import Journal
from certclient.enrollment.journal_file import change_stamp
from certclient.enrollment.open_procedures import read_open_procedures
from certclient.enrollment.overview import read_overview
from certclient.enrollment.preflight import System
from certclient.enrollment.procedure import Enrollment, Environment
from certclient.enrollment.run_context import CodeVault
from certclient.model.banks import banks_of
from certclient.model.certificate import Certificate
from certclient.model.keys import KeySpec
from certclient.model.policy import Policy
from certclient.model.profile import Profile
from certclient.model.secret import Secret
from certclient.platform.free_space import room
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import ProxyResolver
from certclient.store.base import CertificateStore, StoredCertificate
from certclient.ui.context import AppContext
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.widgets.secret_field import SecretField
from certclient_practice.admin.profile_writer import ProfileOptions
from support.bank import USER_ID, RunningBank
from support.clocks import SettableClock
from support.keyed_stores import KeyedStores
from support.nss import NssDatabase
from support.scripted import MemoryVault
from support.softhsm import PIN, SoftHsm, SoftHsmToken
from support.windows import Desktop
from support.windows_pc import CNG

if sys.platform == "win32":
    from support.windows_pc import WindowsPc

LONG = 300_000
"""Timeout of a step in milliseconds: many times the slowest step on a quiet machine."""


@dataclass
class UiEnvironment:
    """A customer's PC with the program's windows: the store `pc` and tokens once inserted. `hsm`
    creates tokens; None on Windows."""

    bank: RunningBank
    pc: CertificateStore
    hsm: SoftHsm | None
    folder: Path
    stack: ExitStack
    stores: list[CertificateStore] = field(default_factory=list)
    vault: CodeVault = field(default_factory=MemoryVault)
    max_wait: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    proxies: ProxyResolver | None = None
    logins: ProxyLogins = field(default_factory=ProxyLogins)
    clock: Callable[[], datetime] = field(default_factory=SettableClock)
    search: Callable[[], Sequence[CertificateStore]] | None = None
    keyed_stores: KeyedStores | None = None
    contexts: list[AppContext] = field(default_factory=list)
    """One of each program start."""

    def __post_init__(self) -> None:
        self.stores.append(self.pc)
        self.journal = Journal(self.folder / "journal.sqlite3")

    @property
    def profile(self) -> Profile:
        profile = load_profile(self.bank.profile_path)
        # Wine's crypt32 finds no CNG keys for TLS, so the login cannot be tested there.
        return replace(profile, login_test_url="") if CNG else profile

    def profile_with(self, options: ProfileOptions) -> None:
        self.bank.write_profile(options)

    def enrollment(self, profile: Profile, stores: Sequence[CertificateStore]) -> Enrollment:
        environment = Environment(
            profile=profile,
            stores=stores,
            ca=ca_client_for(
                profile, lambda: datetime.now(UTC), os.urandom, self.proxies, self.logins
            ),
            vault=self.vault,
            clock=self.clock,
            sleep=self.sleep,
            random_bytes=os.urandom,
            max_wait=self.max_wait,
            proxy_logins=self.logins,
            login=login_transport_for(
                profile, lambda: datetime.now(UTC), self.proxies, self.logins
            ),
        )
        return Enrollment(environment, self.journal)

    def context(self) -> AppContext:
        """The context of a new program start: only the journal and the stores persist."""
        self.desktop = Desktop(
            folder=self.folder,
            profiles=(self.profile,),
            stores=self.stores,
            enrollment=self.enrollment,
            statuses=lambda: read_statuses(self.journal),
            open_procedures=lambda: read_open_procedures(self.journal),
            journal_stamp=lambda: change_stamp(self.journal.path),
            clock=self.clock,
            search=self.search,
        )
        context = self.stack.enter_context(self.desktop.context())
        self.contexts.append(context)
        return replace(context, full_check=self.full_check)

    def stored(self, store: CertificateStore) -> Sequence[StoredCertificate]:
        """What is in `store`, read when no worker uses a store: the modules of stores that tests
        have in their own process are for one thread at a time."""
        until(lambda: not any(context.tasks.busy_stores for context in self.contexts))
        return store.certificates()

    def full_check(self) -> FullCheck:
        """更新できますか？ with this computer's stores and the running bank."""
        return FullCheck(
            CheckParts(
                banks=lambda: banks_of([self.profile]),
                policy=Policy,
                records=lambda: None,
                stores=lambda _profiles: self.stores,
                read=lambda profiles, stores: read_overview(
                    profiles, stores, self.clock(), read_statuses(self.journal)
                ),
                connect=lambda profile: ca_client_for(
                    profile, lambda: datetime.now(UTC), os.urandom, self.proxies, self.logins
                ),
                logins=self.logins,
                clock=lambda: datetime.now(UTC),
                system=System(),
                data_folder=self.folder,
                room=room,
            )
        )

    @property
    def tokens(self) -> SoftHsm:
        """The token folder; skips the test on Windows."""
        if self.hsm is None:
            pytest.skip("needs SoftHSM or NSS: runs on Linux")
        return self.hsm

    def new_token(self, label: str = "専用USB", pin: str = PIN) -> SoftHsmToken:
        token = self.tokens.new_token(label, pin)
        self.stores.append(token.store())
        return token

    def add_certificate(
        self,
        store: CertificateStore,
        days: int = 20,
        user_id: str = USER_ID,
        suffix: str = "1403",
        pin: str = PIN,
    ) -> StoredCertificate:
        """A certificate for a new customer of the bank that expires in `days` days."""
        self.bank.add_customer(user_id, suffix)
        return self.add_newer_certificate(store, days, user_id, pin)

    def add_newer_certificate(
        self, store: CertificateStore, days: int, user_id: str = USER_ID, pin: str = PIN
    ) -> StoredCertificate:
        label = f"last year {user_id}"
        if self.keyed_stores is not None:
            label = self.keyed_stores.label(store, label)
        with store.open(lambda _request: Secret(pin)) as session:
            key = session.create_key(KeySpec(), label)
            spki = session.signer(key).spki
            certificate = self.bank.issue_certificate(user_id, spki, days)
            session.install_intermediates([self.bank.intermediate])
            session.install(key, certificate, "last year")
        return next(s for s in store.certificates() if s.certificate == certificate)

    def usable(self, store: CertificateStore) -> list[Certificate]:
        """The certificates that a browser offers."""
        return [s.certificate for s in self.stored(store) if s.key and not s.archived]

    # Actions of the customer

    def open(self, wizard: EnrollmentWizard) -> WizardDriver:
        wizard.show()
        self.stack.callback(_close_wizard, wizard)
        until(wizard.isVisible)
        return WizardDriver(wizard)


@dataclass
class WizardDriver:
    """A user who reads and clicks the wizard. `clicks`: the texts of the buttons clicked."""

    wizard: EnrollmentWizard
    clicks: list[str] = field(default_factory=list)

    def arrives_at(self, page: WizardPageId) -> None:
        until(lambda: self.wizard.page_id is page, lambda: self._where)
        wait(1)  # shows widgets that were just added to the page

    @property
    def _where(self) -> str:
        return f"at {self.wizard.page_id!r}: {self.text}"

    @property
    def text(self) -> str:
        """All visible text on the page."""
        page = self.wizard.page_now
        assert page is not None
        labels = [child for child in page.findChildren(QWidget) if child.isVisible()]
        return "\n".join(str(w.property("text")) for w in labels if w.property("text"))

    @property
    def buttons(self) -> dict[str, QAbstractButton]:
        """Every button that is visible and enabled, by its text without mnemonic."""
        found = self.wizard.findChildren(QAbstractButton)
        return {plain(b.text()): b for b in found if b.isVisible() and b.isEnabled() and b.text()}

    @property
    def buttons_shown(self) -> list[str]:
        """Texts of the buttons that are visible, enabled or not."""
        found = self.wizard.findChildren(QAbstractButton)
        return [button.text() for button in found if button.isVisible() and button.text()]

    def sees_button(self, text: str) -> None:
        until(lambda: text in self.buttons, lambda: f"{list(self.buttons)} {self._where}")

    def clicks_on(self, text: str) -> None:
        assert text in self.buttons, f"no button {text!r} among {list(self.buttons)}"
        self.clicks.append(text)
        QTest.mouseClick(self.buttons[text], Qt.MouseButton.LeftButton)

    def types(self, text: str, field_number: int = 0) -> None:
        """Types into a visible field, key by key."""
        until(lambda: len(self.fields()) > field_number, lambda: self._where)
        field = self.fields()[field_number]
        field.setFocus()
        QTest.keyClicks(field, text)

    def pastes(self, text: str, field_number: int = 0) -> None:
        until(lambda: len(self.fields()) > field_number, lambda: self._where)
        QGuiApplication.clipboard().setText(text)
        field = self.fields()[field_number]
        field.setFocus()
        field.paste()

    def presses_enter(self) -> None:
        self._presses(Qt.Key.Key_Return)

    def presses_escape(self) -> None:
        self._presses(Qt.Key.Key_Escape)

    def _presses(self, key: Qt.Key) -> None:
        QTest.keyClick(self.wizard.focusWidget() or self.wizard, key)

    @property
    def is_closed(self) -> bool:
        """Whether the window is closed; it may be deleted as well."""
        return not shiboken6.isValid(self.wizard) or not self.wizard.isVisible()

    def answers_no_to(self, question: str) -> None:
        """Answers the next message box, which must ask `question`, with no."""

        def answer() -> None:
            box = QApplication.activeModalWidget()
            assert isinstance(box, QMessageBox)
            assert question in box.text(), box.text()
            box.button(QMessageBox.StandardButton.No).click()

        QTimer.singleShot(50, answer)

    @property
    def clipboard(self) -> str:
        return QGuiApplication.clipboard().text()

    def all_fields(self) -> list[QLineEdit]:
        return self.wizard.findChildren(QLineEdit)

    def fields(self) -> list[QLineEdit]:
        page = self.wizard.page_now
        assert page is not None
        return [f for f in page.findChildren(QLineEdit) if f.isVisible()]

    def shows_question(self, what: str) -> None:
        """Waits until a question whose heading contains `what` is shown."""
        until(lambda: what in self.heading and bool(self.fields()), lambda: self._where)

    @property
    def heading(self) -> str:
        page = self.wizard.page_now
        return page.heading.text() if page is not None else ""


def _close_wizard(wizard: EnrollmentWizard) -> None:
    """Closes an open window as the program does when it ends."""
    if not shiboken6.isValid(wizard):
        return
    if wizard.session.run is not None:
        wizard.session.run.interaction.close()
    shiboken6.delete(wizard)


def until(
    condition: Callable[[], bool],
    describe: Callable[[], str] = lambda: "",
    milliseconds: int = LONG,
) -> None:
    """Runs the event loop until `condition` holds. Fails after the timeout with `describe()`."""
    waited = QDeadlineTimer(milliseconds)
    while not condition():
        assert not waited.hasExpired(), f"it never came: {describe()}"
        wait(5)


def wait(milliseconds: int) -> None:
    """Runs the event loop for a while. QTest.qWait would block the worker threads."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def typed(field: QLineEdit) -> str:
    """What a field holds, even if it shows bullets."""
    return field.typed if isinstance(field, SecretField) else field.text()


def plain(text: str) -> str:
    """A button's text without its mnemonic: 更新する(&R) is 更新する, Re&new is Renew."""
    at = text.find("(&")
    return text[:at] if at >= 0 else text.replace("&", "")


if sys.platform == "win32":

    @pytest.fixture
    def ui(
        tmp_path: Path, bank: RunningBank, windows_pc: WindowsPc, qtbot: QtBot
    ) -> Iterator[UiEnvironment]:
        """An office whose Windows PC has no certificates yet."""
        with ExitStack() as stack:
            yield UiEnvironment(bank, windows_pc.store(), None, tmp_path / "data", stack)

else:

    @pytest.fixture
    def ui(
        tmp_path: Path,
        bank: RunningBank,
        keyed_stores: KeyedStores,
        nss: NssDatabase,
        softhsm: SoftHsm,
        qtbot: QtBot,
    ) -> Iterator[UiEnvironment]:
        """An office whose PC has no certificates yet."""
        with ExitStack() as stack:
            ui = UiEnvironment(bank, nss.store(), softhsm, tmp_path / "data", stack)
            ui.keyed_stores = keyed_stores
            yield ui
