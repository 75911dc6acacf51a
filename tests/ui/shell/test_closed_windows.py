"""Windows that are closed while a procedure goes on, and opened again: they show the truth."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from certclient.enrollment.overview import Condition
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Step
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.overview.card_menu import Entry
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.single_instance import InstanceRequest, StartRequest
from certclient_practice.repositories.records import CertificateState
from support.held_network import HeldNetwork
from support.scripted import ScriptedUser
from support.shell_driver import ShellDriver
from support.wizards import LONG, UiEnvironment, plain, until

USER = "TKYM1408054"
FIRST, SECOND = USER, "TKYM1408055"


@dataclass
class Gate:
    """The time between two polls of the bank, which passes when the test says so."""

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def sleep(self, _seconds: float) -> None:
        self.reached.set()
        assert self.opened.wait(LONG / 1000), "the test never opened the gate"


@pytest.fixture
def gate(ui: UiEnvironment) -> Iterator[Gate]:
    """Stops each procedure where it waits for the bank."""
    held = Gate()
    ui.sleep = held.sleep
    ui.bank.set_policy(wait_polls=1)
    yield held
    held.opened.set()


@dataclass
class Programs:
    """The programs that a customer starts one after the other. `told`: their notifications."""

    ui: UiEnvironment
    told: list[str] = field(default_factory=list)
    shells: list[Shell] = field(default_factory=list)

    def start(self, *, has_tray: bool = True, remind: bool = False) -> ShellDriver:
        shell = Shell(self.ui.context(), resident=remind, has_tray=has_tray)
        shell.tray.notify = lambda title, text: self.told.append(f"{title}\n{text}")  # type: ignore[method-assign]
        self.shells.append(shell)
        driver = ShellDriver(shell)
        driver.starts(StartRequest(request=InstanceRequest.REMIND) if remind else None)
        return driver

    def end(self) -> None:
        for shell in self.shells:
            shell.close()
            shell.deleteLater()
        self.shells.clear()


@pytest.fixture
def programs(ui: UiEnvironment) -> Iterator[Programs]:
    running = Programs(ui)
    yield running
    running.end()


def start_renewal(driver: ShellDriver, gate: Gate) -> None:
    """From the card to where the procedure waits for the bank."""
    driver.press(driver.shell.window.card.act_button)
    driver.wizard_driver.arrives_at(WizardPageId.START)
    driver.wizard_driver.clicks_on("更新する")
    until(gate.reached.is_set)
    until(
        lambda: any(
            "認証局の発行を待っています" in one.text for one in driver.shell.window.unfinished
        )
    )


def close_everything(driver: ShellDriver) -> None:
    for wizard in driver.shell.wizard_manager.wizards:
        wizard.close()
    driver.shell.window.close()
    until(lambda: not driver.shell.window.isVisible())


def states(driver: ShellDriver) -> list[str]:
    words = driver.shell.window.cards.texts.rows
    return [words.state(row) for row in driver.shell.scanner.overview.rows]


def test_windows_opened_again_show_what_runs_and_its_end(
    ui: UiEnvironment, gate: Gate, programs: Programs
) -> None:
    ui.add_certificate(ui.pc)
    driver = programs.start()
    start_renewal(driver, gate)
    close_everything(driver)
    assert driver.over == 0
    assert driver.shell.tray.icon.isVisible()
    assert driver.shell.tray.icon.toolTip() == "1件の手続きをしています"
    driver.shell.tray.open.trigger()
    window = driver.shell.window
    (card,) = window.unfinished
    assert card.accessibleName() == f"{ui.profile.bank.ja} {USER} 1403: 手続き中です（4/9）"
    assert "認証局の発行を待っています。" in card.accessibleDescription().splitlines()
    assert states(driver) == ["手続き中です（4/9）"]
    assert not window.asking, "it is not offered again"
    button = card.act_button
    assert plain(button.text()) == "画面を開く"
    assert card.entry(Entry.GIVE_UP) is None
    (wizard,) = driver.shell.wizard_manager.wizards
    driver.press(button)
    driver.press(button)
    assert driver.shell.wizard_manager.wizards == [wizard], "it cannot be started a second time"
    assert wizard.isVisible()
    assert "電子証明書発行処理中" in driver.wizard_driver.heading
    gate.opened.set()
    driver.wizard_driver.arrives_at(WizardPageId.DONE)
    until(lambda: not window.unfinished)
    until(lambda: len(driver.shell.scanner.overview.rows) == 2)
    selected = window.row
    assert selected is not None
    assert selected.condition is Condition.VALID, "the new one is selected, not the put-away one"
    assert "から更新できます" in states(driver)[0]
    assert not window.results.isVisible(), "the wizard's last page has shown it"
    assert programs.told == []


def test_end_without_a_window_is_told_and_stays_until_it_is_confirmed(
    ui: UiEnvironment, gate: Gate, programs: Programs
) -> None:
    ui.add_certificate(ui.pc)
    driver = programs.start()
    start_renewal(driver, gate)
    close_everything(driver)
    gate.opened.set()
    until(lambda: programs.told != [])
    (told,) = programs.told
    assert told.startswith("新しい電子証明書の準備ができました\n")
    assert USER in told
    assert driver.over == 0, "the program stays, so that the notification can be opened"
    assert driver.shell.tray.icon.isVisible()
    driver.shell.tray.icon.messageClicked.emit()
    window = driver.shell.window
    assert window.isVisible()
    (text,) = window.results.texts
    (new,) = ui.usable(ui.pc)
    assert ui.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED
    assert driver.shell._context.catalogue.minute(new.not_after) in text
    programs.end()
    at_logon = programs.start(remind=True)
    until(lambda: programs.told == [told, told])
    assert not at_logon.shell.window.isVisible()
    assert at_logon.over == 0
    programs.end()
    again = programs.start()
    assert again.shell.window.results.texts == [text], "also after a restart"
    (button,) = again.shell.window.results.buttons
    assert plain(button.text()) == "確認しました"
    again.press(button)
    assert not again.shell.window.results.isVisible()
    programs.end()
    assert not programs.start().shell.window.results.isVisible()


def test_failure_without_a_window_is_told_with_its_reason(
    ui: UiEnvironment, gate: Gate, programs: Programs
) -> None:
    ui.add_certificate(ui.pc)
    driver = programs.start()
    start_renewal(driver, gate)
    close_everything(driver)
    ui.bank.stop()
    gate.opened.set()
    until(lambda: programs.told != [])
    (told,) = programs.told
    assert "電子証明書を発行できませんでした" in told
    assert "CC-NET-" in told
    driver.shell.tray.icon.messageClicked.emit()
    window = driver.shell.window
    until(lambda: states(driver) != ["更新できます"])
    (line,) = (card.text for card in window.unfinished)
    assert "途中で止まりました" in line or "金融機関の発行を待っています" in line
    assert not window.results.isVisible(), "the procedure says itself why it has stopped"


def test_without_a_tray_the_window_comes_back_with_the_end(
    ui: UiEnvironment, gate: Gate, programs: Programs
) -> None:
    ui.add_certificate(ui.pc)
    driver = programs.start(has_tray=False)
    start_renewal(driver, gate)
    close_everything(driver)
    gate.opened.set()
    until(driver.shell.window.isVisible)
    assert len(driver.shell.window.results.texts) == 1
    assert driver.over == 0


def test_closed_batch_is_shown_and_tells_its_result(
    ui: UiEnvironment, gate: Gate, programs: Programs
) -> None:
    ui.add_certificate(ui.pc, 5, FIRST)
    ui.add_certificate(ui.pc, 20, SECOND)
    driver = programs.start()
    window = driver.shell.window
    driver.press(window.actions_row.renew_all)
    batch = driver.shell.wizard_manager.batch
    assert batch is not None
    until(lambda: batch.batch.ready)
    driver.press(batch.bar.primary)
    until(gate.reached.is_set)
    batch.close()
    # The second one's key is made meanwhile.
    until(lambda: [one.act_button.isVisible() for one in window.unfinished] == [True, True])
    until(lambda: all(one.startswith("手続き中です") for one in states(driver)))
    driver.press(window.unfinished[0].act_button)
    assert batch.isVisible(), "its window is すべて更新"
    assert driver.shell.wizard_manager.wizards == []
    batch.close()
    driver.press(window.actions_row.renew_all)
    assert driver.shell.wizard_manager.batch is batch
    assert batch.isVisible(), "すべて更新 shows what goes on"
    batch.close()
    window.close()
    gate.opened.set()
    until(lambda: programs.told != [])
    (told,) = programs.told
    assert "「すべて更新」が終わりました：2件成功・0件失敗" in told
    driver.shell.tray.icon.messageClicked.emit()
    (text,) = window.results.texts
    assert FIRST in text
    assert SECOND in text


def test_closed_batch_tells_each_failure_with_its_next_step_also_after_a_restart(
    ui: UiEnvironment, gate: Gate, programs: Programs
) -> None:
    ui.add_certificate(ui.pc, 5, FIRST)
    refused = ui.add_certificate(ui.pc, 20, SECOND)
    ui.bank.revoke(refused.certificate.serial_hex)
    driver = programs.start()
    driver.press(driver.shell.window.actions_row.renew_all)
    batch = driver.shell.wizard_manager.batch
    assert batch is not None
    until(lambda: batch.batch.ready)
    driver.press(batch.bar.primary)
    until(gate.reached.is_set)
    close_everything(driver)
    batch.close()
    gate.opened.set()
    until(lambda: programs.told != [])
    (told,) = programs.told
    assert "1件成功・1件失敗" in told
    programs.end()
    driver = programs.start(remind=True)
    until(lambda: programs.told == [told, told])
    driver.shell.tray.icon.messageClicked.emit()
    window = driver.shell.window
    (text,) = window.results.texts
    first, second = (next(x for x in text.split("\n") if one in x) for one in (FIRST, SECOND))
    catalogue = driver.shell._context.catalogue
    error = catalogue.error(CertclientError(ErrorCode.CERTIFICATE_NOT_ACCEPTED))
    assert "新しい電子証明書をお使いいただけます" in first
    assert error.title in second
    assert error.next_step in second
    driver.press(window.results.buttons[0])
    assert not window.results.isVisible()


def test_closed_batch_tells_what_waits_for_the_bank(ui: UiEnvironment, programs: Programs) -> None:
    ui.bank.set_policy(wait_polls=9)
    ui.max_wait = 0
    ui.add_certificate(ui.pc, 5, FIRST)
    ui.add_certificate(ui.pc, 20, SECOND)
    driver = programs.start()
    driver.press(driver.shell.window.actions_row.renew_all)
    batch = driver.shell.wizard_manager.batch
    assert batch is not None
    until(lambda: batch.batch.ready)
    driver.shell.window.close()
    batch.batch.run_began.connect(lambda _run: batch.close())
    driver.press(batch.bar.primary)
    until(lambda: programs.told != [])
    (told,) = programs.told
    assert "0件成功・0件失敗（2件は金融機関の発行待ち）" in told
    driver.shell.tray.icon.messageClicked.emit()
    (text,) = driver.shell.window.results.texts
    assert text.count("発行されると自動で続きを行います") == 2


def test_procedure_that_runs_in_the_background_can_be_watched(
    ui: UiEnvironment, programs: Programs
) -> None:
    """The confirmation is missing, so the program sends it by itself when it starts."""
    current = ui.add_certificate(ui.pc)
    ui.bank.set_policy(wait_polls=0)
    person = ScriptedUser(stop_before=lambda steps: Step.VERIFY in steps)
    ui.enrollment(ui.profile, ui.stores).renew(current, ui.pc, person)
    network = HeldNetwork()
    ui.proxies = network
    driver = programs.start()
    (old,) = (row for row in driver.shell.scanner.overview.rows if row.entry.stored == current)
    assert old.procedure is not None
    driver.shell.wizard_manager.resume(old.procedure)
    network.release()
    driver.wizard_driver.arrives_at(WizardPageId.DONE)
    until(lambda: not driver.shell.scanner.overview.procedures)


def test_f5_reads_the_stores_at_once(ui: UiEnvironment, programs: Programs) -> None:
    """A token does not say that another program has written to it."""
    token = ui.new_token()
    driver = programs.start()
    ui.add_certificate(token.store())
    assert driver.shell.scanner.overview.rows == ()
    driver.shell.window.stores_changed.emit()
    until(lambda: len(driver.shell.scanner.overview.rows) == 1)
