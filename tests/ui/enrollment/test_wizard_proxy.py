"""A proxy that wants a user name and password: the dialog over the wizard, behind a real squid."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from certclient.ca.proxies import FixedProxy
from certclient.model.proxy_login import ProxyLogin
from certclient.model.secret import Secret
from certclient.platform.proxies.logins import ProxyLogins
from certclient.ui.enrollment.batch.dialog import RenewAllDialog
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.proxy_login import ProxyLoginDialog
from certclient.ui.enrollment.wizard import EnrollmentWizard
from support.squid import REALM, Squid, SquidLogin, running_squid
from support.wizards import UiEnvironment, WizardDriver, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="squid runs on Linux")

PASSWORD = 'ひみつ "1"'


@dataclass
class Vault:
    """A `LoginVault` in memory."""

    kept: dict[str, ProxyLogin] = field(default_factory=dict)

    def keep(self, proxy: str, login: ProxyLogin) -> None:
        self.kept[proxy] = login

    def fetch(self, proxy: str) -> ProxyLogin | None:
        return self.kept.get(proxy)

    def wipe(self, proxy: str) -> None:
        self.kept.pop(proxy, None)


@pytest.fixture(params=["basic", "digest"])
def squid(request: pytest.FixtureRequest, ui: UiEnvironment) -> Iterator[Squid]:
    """The office's proxy, which `ui` uses."""
    with running_squid(SquidLogin(request.param, "太郎", PASSWORD)) as squid:
        ui.proxies = FixedProxy(f"http://{squid.netloc}")
        yield squid


def open_wizard(ui: UiEnvironment) -> WizardDriver:
    old = ui.add_certificate(ui.pc)
    return ui.open(EnrollmentWizard.renew(ui.context(), old))


def dialog(customer: WizardDriver, *, wrong: bool = False) -> ProxyLoginDialog:
    """Waits for the dialog; `wrong`: for one that says that the login was wrong."""

    def found() -> list[ProxyLoginDialog]:
        shown = customer.wizard.findChildren(ProxyLoginDialog)
        return [one for one in shown if one.isVisible() and ("違います" in text_of(one)) is wrong]

    until(lambda: bool(found()), lambda: customer.text)
    return found()[0]


def text_of(dialog: ProxyLoginDialog) -> str:
    widgets = [one for one in dialog.findChildren(QWidget) if not isinstance(one, QLineEdit)]
    return "\n".join(str(one.property("text")) for one in widgets if one.property("text"))


def enter(dialog: ProxyLoginDialog, user: str, password: str, *, keep: bool = False) -> None:
    dialog.user.setText(user)
    dialog.password.setText(password)
    if keep:
        dialog.keep.setChecked(True)
    press(dialog.bar.primary)


def press(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_renewal_asks_once_and_goes_on(ui: UiEnvironment, squid: Squid) -> None:
    customer = open_wizard(ui)
    asked = dialog(customer)
    assert squid.netloc in text_of(asked)
    assert REALM in text_of(asked)
    assert not asked.keep.isVisible(), "there is nowhere to store it"
    enter(asked, "太郎", PASSWORD)
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("更新する")
    customer.arrives_at(WizardPageId.DONE)
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, ProxyLoginDialog)]


def test_wrong_password_is_asked_for_again_and_the_right_one_stored(
    ui: UiEnvironment, squid: Squid
) -> None:
    vault = Vault()
    ui.logins = ProxyLogins(vault)
    customer = open_wizard(ui)
    first = dialog(customer)
    assert first.keep.isVisible()
    assert not first.keep.isChecked()
    enter(first, "太郎", "wrong", keep=True)
    second = dialog(customer, wrong=True)
    assert (second.user.text(), second.password.text()) == ("", "")
    assert vault.kept == {}, "a wrong one is never stored"
    enter(second, "太郎", PASSWORD, keep=True)
    customer.arrives_at(WizardPageId.START)
    assert vault.kept[squid.netloc].user == "太郎"


def test_stored_login_is_used_without_a_question(ui: UiEnvironment, squid: Squid) -> None:
    ui.logins = ProxyLogins(Vault({squid.netloc: ProxyLogin("太郎", Secret(PASSWORD))}))
    customer = open_wizard(ui)
    customer.arrives_at(WizardPageId.START)
    assert customer.wizard.findChildren(ProxyLoginDialog) == []


def test_giving_up_is_told_as_the_proxys_wish(ui: UiEnvironment, squid: Squid) -> None:
    customer = open_wizard(ui)
    press(dialog(customer).bar.close_button)
    until(lambda: "CC-NET-PROXY-AUTH" in customer.text, lambda: customer.text)
    customer.sees_button("もう一度確かめる")
    customer.clicks_on("もう一度確かめる")
    enter(dialog(customer), "太郎", PASSWORD)
    customer.arrives_at(WizardPageId.START)


def test_renewing_all_asks_once_for_all(ui: UiEnvironment, squid: Squid) -> None:
    for number in range(2):
        ui.add_certificate(ui.pc, 5, f"TKYM140809{number}")
    batch = RenewAllDialog(ui.context())
    batch.show()
    until(lambda: bool(batch.batch.rows))
    ended: list[bool] = []
    batch.all_done.connect(lambda: ended.append(True))
    batch.batch.start()

    def asked() -> list[ProxyLoginDialog]:
        return [one for one in batch.findChildren(ProxyLoginDialog) if one.isVisible()]

    until(lambda: bool(asked()))
    enter(asked()[0], "太郎", PASSWORD)
    until(lambda: bool(ended) or bool(asked()))
    assert ended, "asked a second time"
    assert [end.error for end in batch.batch.ends] == [None, None]
    batch.done(0)
