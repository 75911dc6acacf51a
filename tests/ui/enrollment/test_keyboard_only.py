"""Every way through the wizard with the keyboard alone: key events, and no mouse event at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from certclient.model.profile import SecretPolicy
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient_practice.admin.profile_writer import ProfileOptions
from support.bank import USER_ID
from support.softhsm import MODULE, PIN
from support.wizards import UiEnvironment, WizardDriver, plain, until, wait

_MOUSE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
)
_STOPS = 40
"""More than the controls of any page."""


class _NoMouse(QObject):
    """Notices any click."""

    def __init__(self) -> None:
        super().__init__()
        self.clicks = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        self.clicks += event.type() in _MOUSE
        return False


@pytest.fixture(autouse=True)
def no_mouse() -> Iterator[None]:
    application, watch = QApplication.instance(), _NoMouse()
    assert application is not None
    application.installEventFilter(watch)
    yield
    application.removeEventFilter(watch)
    assert watch.clicks == 0


class KeyboardUser(WizardDriver):
    """Presses keys where the focus is, which is where the wizard has put it or Tab has led."""

    @property
    def focus(self) -> QWidget:
        focus = self.wizard.focusWidget()
        assert focus is not None, "nothing has the focus"
        return focus

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.focus, key)

    def enter(self) -> None:
        """Presses the page's own button, without looking for it."""
        assert self.wizard.default_button.isEnabled()
        self.press(Qt.Key.Key_Return)

    def write(self, text: str) -> None:
        assert isinstance(self.focus, QLineEdit), f"{self.focus} has the focus"
        QTest.keyClicks(self.focus, text)

    def tab_to(self, text: str) -> None:
        """Moves by Tab to the control with this text."""
        for _ in range(_STOPS):
            focus = self.focus
            if isinstance(focus, QAbstractButton) and plain(focus.text()) == text:
                return
            QTest.keyClick(focus, Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not lead to {text}")

    def choose(self, checked: str, wanted: str) -> None:
        """Moves by Tab to the choice that is checked, then by an arrow key to another one."""
        self.tab_to(checked)
        before = self.focus
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Down):  # beside it, or below it
            if self.focus is before:
                self.press(key)
        card = self.focus
        assert isinstance(card, QAbstractButton)
        assert plain(card.text()) == wanted
        if not card.isChecked():
            self.press(Qt.Key.Key_Space)
        assert card.isChecked()

    def answers(self, question: str, text: str) -> None:
        self.shows_question(question)
        self.write(text)
        self.enter()

    def ends(self) -> None:
        """Closes the last page."""
        self.arrives_at(WizardPageId.DONE)
        self.enter()
        until(lambda: self.is_closed)


def opened(ui: UiEnvironment, wizard: EnrollmentWizard) -> KeyboardUser:
    return KeyboardUser(ui.open(wizard).wizard)


def test_a1_renewal_now_on_the_pc(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc)
    user = opened(ui, EnrollmentWizard.renew(ui.context(), old, notice=True))
    user.arrives_at(WizardPageId.NOTICE)
    user.enter()
    user.arrives_at(WizardPageId.START)
    user.enter()
    user.ends()
    assert [one for one in ui.usable(ui.pc) if one != old.certificate]


def test_a2_renewal_now_on_the_token(ui: UiEnvironment) -> None:
    token = ui.new_token()
    old = ui.add_certificate(token.store())
    user = opened(ui, EnrollmentWizard.renew(ui.context(), old, notice=True))
    user.arrives_at(WizardPageId.NOTICE)
    user.enter()
    user.arrives_at(WizardPageId.START)
    user.enter()
    user.answers("PIN", PIN)
    user.ends()
    assert [one for one in ui.usable(token.store()) if one != old.certificate]


def test_a3_and_a4_later_and_then_with_another_place(ui: UiEnvironment) -> None:
    """後で更新する closes the notice; 証明書更新 in the main window opens the wizard without it."""
    token = ui.new_token()
    old = ui.add_certificate(ui.pc)
    user = opened(ui, EnrollmentWizard.renew(ui.context(), old, notice=True))
    user.arrives_at(WizardPageId.NOTICE)
    user.tab_to("後で更新する")
    user.press(Qt.Key.Key_Space)
    until(lambda: user.is_closed)
    user = opened(ui, EnrollmentWizard.renew(ui.context(), old))
    user.arrives_at(WizardPageId.START)
    user.choose("パソコンに保存する", "専用USBに保存する")
    user.tab_to("更新する")
    user.enter()
    user.answers("PIN", PIN)
    user.ends()
    assert len(ui.usable(token.store())) == 1


def test_b2_renewal_as_administrator(ui: UiEnvironment) -> None:
    """B1 is the same from the first page on: the bank's link opens it."""
    ask = SecretPolicy.ADMINISTRATORS
    options = ProfileOptions(pkcs11_modules=(MODULE,), ask_pin=ask, ask_one_time_password=ask)
    ui.profile_with(options)
    ui.bank.add_customer(suffix="1394", pin="4321", one_time_password="998877")
    old = ui.add_newer_certificate(ui.pc, 20)
    user = opened(ui, EnrollmentWizard.renew(ui.context(), old))
    user.arrives_at(WizardPageId.START)
    user.enter()
    user.answers("ご契約先暗証番号", "4321")
    user.answers("お客様カードの確認用パスワード", "998877")
    user.ends()


def test_c1_another_certificate_after_expiry(ui: UiEnvironment) -> None:
    """With a wrong code first: the field has the focus, and what was wrong is replaced."""
    old = ui.add_certificate(ui.pc, days=-5)
    code = ui.bank.issue_code().reveal()
    user = opened(ui, EnrollmentWizard.renew(ui.context(), old))
    user.arrives_at(WizardPageId.LETTER)
    user.write("WRONG12345678901")
    user.enter()
    user.arrives_at(WizardPageId.START)
    user.enter()
    user.answers("発行コード", code)
    user.ends()


def test_c2_too_late(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc, days=-91)
    user = opened(ui, EnrollmentWizard.renew(ui.context(), old, notice=True))
    user.arrives_at(WizardPageId.TOO_LATE)
    user.enter()
    until(lambda: user.is_closed)


def test_d1_first_issue(ui: UiEnvironment) -> None:
    ui.bank.add_customer()
    code = ui.bank.issue_code().reveal()
    user = opened(ui, EnrollmentWizard.obtain(ui.context()))
    user.arrives_at(WizardPageId.LETTER)
    user.write(USER_ID)
    user.press(Qt.Key.Key_Tab)
    user.write(code)
    user.enter()
    user.arrives_at(WizardPageId.START)
    user.tab_to("くわしい内容")
    user.press(Qt.Key.Key_Space)
    wait(1)
    assert USER_ID in user.text
    user.tab_to("取得する")
    user.enter()
    user.ends()
    (new,) = ui.usable(ui.pc)
    assert new.common_name == f"{USER_ID} 1403"
