"""Links from any page: they open one window, take nothing away, and get no consent by accident."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from certclient.model.deep_link import parse
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from certclient.ui.dialogs.error_dialog import ErrorDialog
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.single_instance import InstanceRequest, StartRequest
from certclient.ui.widgets.input_guard import HOLD_SECONDS, LINK_HOLD_SECONDS
from support.shell_driver import ShellDriver
from support.wizards import UiEnvironment, until

USER = "TKYM1408054"

Program = Callable[[], ShellDriver]


@pytest.fixture
def program(ui: UiEnvironment) -> Iterator[Program]:
    with ExitStack() as stack:

        @contextmanager
        def running() -> Iterator[ShellDriver]:
            shell = Shell(ui.context(), has_tray=False)
            yield ShellDriver(shell)
            shell.close()

        def started() -> ShellDriver:
            driver = stack.enter_context(running())
            driver.starts()
            return driver

        yield started


def follow(driver: ShellDriver, link: str) -> None:
    driver.shell.carry_out(StartRequest(link=parse(link)))


def taken(wizard: EnrollmentWizard) -> str:
    """The ticket that the next run would use."""
    ticket = wizard.session._take_ticket()
    return ticket.reveal() if ticket else ""


def test_the_first_ticket_stays_while_its_window_shows(ui: UiEnvironment, program: Program) -> None:
    ui.add_certificate(ui.pc, 20)
    driver = program()
    follow(driver, f"certclient:renew?profile=practice&user={USER}&ticket=real")
    follow(driver, f"certclient:renew?profile=practice&user={USER}&ticket=forged")
    (wizard,) = driver.shell.wizard_manager.wizards
    assert driver.boxes == []
    assert taken(wizard) == "real"


def test_a_code_that_the_customer_has_typed_stays(ui: UiEnvironment, program: Program) -> None:
    ui.bank.add_customer()
    driver = program()
    follow(driver, f"certclient:obtain?profile=practice&user={USER}")
    driver.wizard_driver.arrives_at(WizardPageId.LETTER)
    driver.wizard_driver.pastes("7K3M-9TQX-2WHD-6RPA", field_number=1)
    follow(driver, f"certclient:obtain?profile=practice&user={USER}&ticket=forged")
    assert not driver.wizard_driver.wizard.session.has_ticket


def test_a_hundred_links_open_one_window_and_one_message(
    ui: UiEnvironment, program: Program
) -> None:
    driver = program()
    for number in range(100):
        follow(driver, f"certclient:obtain?profile=practice&user=U{number}&ticket=t{number}")
        follow(driver, "certclient:renew?profile=nobody")
        driver.shell.carry_out(StartRequest(request=InstanceRequest.REFUSED_LINK))
    (wizard,) = driver.shell.wizard_manager.wizards
    assert taken(wizard) == "t0"
    until(lambda: len(driver.boxes) == 3)  # one of each kind
    wizard.close()
    follow(driver, "certclient:obtain?profile=practice&user=U2")
    visible = [one for one in driver.shell.wizard_manager.wizards if one.isVisible()]
    assert [one.session.wizard_state.user_id for one in visible] == ["U2"]


def test_the_same_error_is_shown_once(ui: UiEnvironment, program: Program) -> None:
    driver = program()
    for serial in ("1", "1", "2"):
        driver.shell.window.show_error(
            CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=serial)
        )
    shown = driver.shell.window.findChildren(ErrorDialog)
    assert len([one for one in shown if one.isVisible()]) == 2
    for one in shown:
        one.close()


@pytest.mark.parametrize(("link", "kept"), [("", ""), ("profile=practice&", "real")])
def test_a_ticket_without_a_bank_is_dropped_where_there_are_several(
    ui: UiEnvironment, program: Program, link: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ui.add_certificate(ui.pc, 20)
    driver = program()
    follower = driver.shell.links
    (practice,) = follower._context.profiles
    both = (practice, replace(practice, id="second"))
    monkeypatch.setattr(follower, "_context", replace(follower._context, profiles=both))
    follow(driver, f"certclient:renew?{link}user={USER}&ticket=real")
    (wizard,) = driver.shell.wizard_manager.wizards
    assert taken(wizard) == kept


def test_keys_that_a_page_makes_people_press_are_no_consent(
    ui: UiEnvironment, program: Program
) -> None:
    ui.add_certificate(ui.pc, 20)
    driver = program()
    follow(driver, f"certclient:renew?profile=practice&user={USER}")
    wizard = driver.wizard_driver.wizard
    driver.wizard_driver.arrives_at(WizardPageId.NOTICE)
    now = [1000.0]
    wizard.guard._clock = lambda: now[0]
    wizard.session.forward(WizardPageId.NOTICE)
    driver.wizard_driver.arrives_at(WizardPageId.START)
    handle = wizard.windowHandle()
    assert handle is not None
    for _ in range(20):
        now[0] += HOLD_SECONDS + 0.1
        QTest.keyClick(handle, Qt.Key.Key_Return)
    assert wizard.page_id is WizardPageId.START
    assert ui.usable(ui.pc) != []
    now[0] += LINK_HOLD_SECONDS + 0.1
    QTest.keyClick(handle, Qt.Key.Key_Return)
    driver.wizard_driver.arrives_at(WizardPageId.DONE)


def test_a_link_of_an_unknown_writer_is_not_called_the_banks(ui: UiEnvironment) -> None:
    wizard = EnrollmentWizard.obtain(
        ui.context(), USER, profile_id=ui.profile.id, ticket=Secret("x")
    )
    driver = ui.open(wizard)
    driver.arrives_at(WizardPageId.LETTER)
    assert "誰でも" in driver.text
    assert "金融機関からのリンク" not in driver.text
