"""The windows together: from the card to a new certificate, links, the tray and quitting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from certclient.enrollment.overview import Condition
from certclient.enrollment.procedure import Pending
from certclient.model.deep_link import Verb, parse
from certclient.model.progress import Step
from certclient.platform.toasts import Toast
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.overview.moving.flow import MovePageId
from certclient.ui.overview.moving.window import MoveWindow
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.single_instance import InstanceRequest, StartRequest
from support.clocks import SettableClock
from support.scripted import ScriptedUser
from support.shell_driver import ShellDriver
from support.wizards import UiEnvironment, plain, until

USER = "TKYM1408054"


Program = Callable[..., ShellDriver]


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def program(ui: UiEnvironment, clock: SettableClock) -> Iterator[Program]:
    """Creates programs and closes them at the end of the test."""
    shells: list[Shell] = []
    ui.clock = clock

    def make(
        *,
        resident: bool = False,
        has_tray: bool = False,
        toast: Callable[[Toast], bool] = lambda _toast: False,
    ) -> ShellDriver:
        context = replace(ui.context(), toast=toast)
        shell = Shell(context, resident=resident, has_tray=has_tray)
        shells.append(shell)
        return ShellDriver(shell)

    yield make
    for shell in shells:
        shell.close()
        shell.deleteLater()


def test_renewal_from_the_card_takes_two_clicks(ui: UiEnvironment, program: Program) -> None:
    old = ui.add_certificate(ui.pc)
    driver = program()
    driver.starts()
    clicks = [plain(driver.shell.window.card.act_button.text())]
    driver.press(driver.shell.window.card.act_button)
    wizard_driver = driver.wizard_driver
    wizard_driver.arrives_at(WizardPageId.START)
    wizard_driver.clicks_on("更新する")
    wizard_driver.arrives_at(WizardPageId.DONE)
    clicks += wizard_driver.clicks
    assert clicks == ["今すぐ更新する", "更新する"]
    until(lambda: len(driver.shell.scanner.overview.rows) == 2)
    conditions = [row.condition for row in driver.shell.scanner.overview.rows]
    assert conditions == [Condition.VALID, Condition.ARCHIVED]
    assert old.certificate not in ui.usable(ui.pc)
    assert not driver.shell.window.asking


def test_a_wizard_of_the_window_for_moving_knows_that_somebody_moves(
    ui: UiEnvironment, program: Program
) -> None:
    ui.add_certificate(ui.pc)
    driver = program()
    driver.starts()
    driver.shell.window.actions_row.entry("move").trigger()
    (moving,) = driver.shell.window.findChildren(MoveWindow)
    moving.show_page(MovePageId.LOST)
    moving.bar.primary.click()
    assert driver.wizard_driver.wizard.session.moving


def test_only_one_wizard_opens_per_user_id(ui: UiEnvironment, program: Program) -> None:
    ui.add_certificate(ui.pc)
    driver = program()
    driver.starts()
    driver.press(driver.shell.window.card.act_button)
    driver.press(driver.shell.window.card.act_button)
    assert len(driver.shell.wizard_manager.wizards) == 1


def test_interrupted_procedure_continues_with_one_click(
    ui: UiEnvironment, program: Program
) -> None:
    current = ui.add_certificate(ui.pc)
    person = ScriptedUser(stop_before=lambda steps: Step.CREATE_KEY in steps)
    ui.enrollment(ui.profile, ui.stores).renew(current, ui.pc, person)
    driver = program()
    driver.starts()
    (card,) = driver.shell.window.unfinished
    button = card.act_button
    assert plain(button.text()) == "続ける"
    driver.press(button)
    driver.wizard_driver.arrives_at(WizardPageId.DONE)
    until(lambda: not driver.shell.window.unfinished)


def _start_waiting_renewal(ui: UiEnvironment, store_number: int = 0) -> Pending:
    """Starts a renewal that waits for the CA."""
    ui.bank.set_policy(wait_polls=1)
    store = ui.stores[store_number]
    current = ui.add_certificate(store)
    ui.max_wait = 0.0
    person = ScriptedUser(pins=["246813"])
    outcome = ui.enrollment(ui.profile, ui.stores).renew(current, store, person)
    assert isinstance(outcome, Pending)
    return outcome


def test_waiting_certificate_is_fetched_in_the_background_and_announced(
    ui: UiEnvironment, program: Program, clock: SettableClock
) -> None:
    _start_waiting_renewal(ui)
    driver = program(resident=True, has_tray=True)
    messages: list[str] = []
    driver.shell.tray.notify = lambda title, text: messages.append(title)  # type: ignore[method-assign]
    driver.starts(StartRequest(request=InstanceRequest.REMIND))
    assert driver.shell.tray.icon.isVisible()
    clock.ahead = timedelta(seconds=30)
    driver.shell.watch.tick()
    until(lambda: messages != [])
    assert messages == ["新しい電子証明書の準備ができました"]
    until(lambda: not driver.shell.scanner.overview.pending)


def test_tray_asks_the_customer_when_a_pin_is_needed(
    ui: UiEnvironment, program: Program, clock: SettableClock
) -> None:
    ui.new_token()
    _start_waiting_renewal(ui, 1)
    driver = program(resident=True, has_tray=True)
    messages: list[str] = []
    driver.shell.tray.notify = lambda title, text: messages.append(text)  # type: ignore[method-assign]
    driver.starts(StartRequest(request=InstanceRequest.REMIND))
    clock.ahead = timedelta(seconds=30)
    driver.shell.watch.tick()
    until(lambda: messages != [])
    assert messages == [f"{USER}：画面を開いて「続ける」を押してください。"]
    driver.shell.watch.tick()
    until(lambda: driver.shell._context.tasks.idle)
    assert len(messages) == 1, "the message appears only once"


# Links


def test_link_selects_its_certificate_and_shows_the_notice(
    ui: UiEnvironment, program: Program
) -> None:
    ui.add_certificate(ui.pc, 20)
    ui.add_certificate(ui.pc, 25, "TKYM1408055")
    driver = program()
    driver.starts(StartRequest(link=parse("certclient:renew?profile=practice&user=TKYM1408055")))
    selected = driver.shell.window.row
    assert selected is not None
    assert selected.entry.owner.user_id == "TKYM1408055"
    driver.wizard_driver.arrives_at(WizardPageId.NOTICE)
    assert "TKYM1408055" in driver.wizard_driver.text
    assert list(driver.shell.scanner.overview.pending) == [], "no procedure was started"


def test_link_raises_the_running_program(ui: UiEnvironment, program: Program) -> None:
    ui.add_certificate(ui.pc, 20)
    driver = program()
    driver.starts()
    driver.shell.window.showMinimized()
    driver.shell.carry_out(StartRequest(link=parse("certclient:open")))
    assert not driver.shell.window.isMinimized()
    assert driver.shell.wizard_manager.wizards == []


@pytest.mark.parametrize(
    ("start_request", "words"),
    [
        (StartRequest(request=InstanceRequest.REFUSED_LINK), "何も行っていません"),
        (StartRequest(link=parse("certclient:renew?profile=other-bank")), "設定されていません"),
        (StartRequest(link=parse("certclient:renew?user=NOBODY")), "このパソコンにありません"),
    ],
)
def test_invalid_link_shows_a_message(
    start_request: StartRequest, words: str, ui: UiEnvironment, program: Program
) -> None:
    ui.add_certificate(ui.pc, 20)
    driver = program()
    driver.starts(start_request)
    until(lambda: driver.boxes != [])
    assert words in driver.boxes[0]
    assert driver.shell.wizard_manager.wizards == []


def test_code_from_a_link_need_not_be_typed(ui: UiEnvironment, program: Program) -> None:
    ui.bank.add_customer()
    code = ui.bank.issue_code().reveal()
    driver = program()
    link = parse(f"certclient:obtain?profile=practice&user={USER}&ticket={code}")
    driver.starts(StartRequest(link=link))
    driver.wizard_driver.arrives_at(WizardPageId.LETTER)
    assert code not in driver.wizard_driver.text
    driver.wizard_driver.clicks_on("次へ")
    driver.wizard_driver.arrives_at(WizardPageId.START)
    assert ui.usable(ui.pc) == [], "nothing is stored before the user consents"
    driver.wizard_driver.clicks_on("取得する")
    driver.wizard_driver.arrives_at(WizardPageId.DONE)
    assert len(ui.usable(ui.pc)) == 1


def test_second_link_adds_the_code_to_the_open_wizard(ui: UiEnvironment, program: Program) -> None:
    """The customer opened the wizard without a code, then clicked the bank's link."""
    ui.bank.add_customer()
    driver = program()
    driver.starts(StartRequest(link=parse(f"certclient:obtain?profile=practice&user={USER}")))
    driver.wizard_driver.arrives_at(WizardPageId.LETTER)
    assert "発行コードが含まれています" not in driver.wizard_driver.text
    code = ui.bank.issue_code().reveal()
    link = parse(f"certclient:obtain?profile=practice&user={USER}&ticket={code}")
    driver.shell.carry_out(StartRequest(link=link))
    driver.wizard_driver.clicks_on("次へ")
    driver.wizard_driver.arrives_at(WizardPageId.START)
    driver.wizard_driver.clicks_on("取得する")
    driver.wizard_driver.arrives_at(WizardPageId.DONE)
    assert len(ui.usable(ui.pc)) == 1
    driver.shell.carry_out(StartRequest(link=link))
    until(lambda: driver.boxes != [])
    assert "すでに始まっています" in driver.boxes[0]
    assert driver.wizard_driver.wizard.isVisible()


# Reminders, tray, quitting


def test_reminder_shows_only_the_tray_with_the_fewest_days_left(
    ui: UiEnvironment, program: Program
) -> None:
    ui.add_certificate(ui.pc, 20)
    ui.add_certificate(ui.pc, 5, "TKYM1408055")
    driver = program(resident=True, has_tray=True)
    reminded: list[object] = []
    driver.shell.tray.remind = reminded.append  # type: ignore[method-assign, assignment]
    driver.starts(StartRequest(request=InstanceRequest.REMIND))
    assert not driver.shell.window.isVisible()
    assert driver.shell.tray.icon.isVisible()
    assert "TKYM1408055" in driver.shell.tray.icon.toolTip()
    assert "あと5日" in driver.shell.tray.icon.toolTip()
    assert len(reminded) == 1
    driver.shell.watch.tick()
    assert len(reminded) == 1, "only one reminder a day"
    assert driver.over == 0
    texts = [plain(action.text()) for action in driver.shell.tray.menu.actions() if action.text()]
    head = "TKYM1408055 1403: あと5日  ほかに1件"
    assert texts == ["今すぐ更新する", head, "開く", "終了"]


def kept_in(shown: list[Toast]) -> Callable[[Toast], bool]:
    """Notifications that are shown by being kept."""

    def show(toast: Toast) -> bool:
        shown.append(toast)
        return True

    return show


def test_notification_has_a_button_that_opens_the_renewal(
    ui: UiEnvironment, program: Program
) -> None:
    ui.add_certificate(ui.pc, 20)
    urgent = ui.add_certificate(ui.pc, 5, "TKYM1408055")
    shown: list[Toast] = []
    driver = program(resident=True, has_tray=True, toast=kept_in(shown))
    driver.starts(StartRequest(request=InstanceRequest.REMIND))
    until(lambda: bool(shown))
    act, later = shown[0].buttons
    assert (act.text, later.text, later.link) == ("今すぐ更新する", "後で", "")
    link = parse(act.link)
    assert (link.verb, link.user_id) == (Verb.RENEW, "TKYM1408055")
    assert link.serial == urgent.certificate.serial_hex

    driver.shell.carry_out(StartRequest(link))
    driver.wizard_driver.arrives_at(WizardPageId.NOTICE)


def test_first_tray_entry_opens_the_most_urgent_renewal(
    ui: UiEnvironment, program: Program
) -> None:
    ui.add_certificate(ui.pc, 20)
    ui.add_certificate(ui.pc, 5, "TKYM1408055")
    driver = program(resident=True, has_tray=True)
    driver.starts(StartRequest(request=InstanceRequest.REMIND))
    driver.shell.tray.renew.trigger()
    until(lambda: "TKYM1408055" in driver.wizard_driver.wizard.session.wizard_state.user_id)


def test_tray_and_reminder_say_obtain_where_nothing_can_be_renewed(
    ui: UiEnvironment, program: Program
) -> None:
    ui.add_certificate(ui.pc, -10)
    shown: list[Toast] = []
    driver = program(resident=True, has_tray=True, toast=kept_in(shown))
    driver.starts(StartRequest(request=InstanceRequest.REMIND))
    until(lambda: bool(shown))
    tray = driver.shell.tray
    assert plain(tray.renew.text()) == shown[0].buttons[0].text == "電子証明書取得"
    assert shown[0].title == "新しい電子証明書を取得してください"
    tray.renew.trigger()
    until(lambda: driver.wizard_driver.wizard.session.wizard_state.obtains)


def test_reminder_is_repeated_after_sleep(
    ui: UiEnvironment, program: Program, clock: SettableClock
) -> None:
    ui.add_certificate(ui.pc, 20)
    driver = program(resident=True, has_tray=True)
    reminded: list[object] = []
    driver.shell.tray.remind = reminded.append  # type: ignore[method-assign, assignment]
    driver.starts(StartRequest(request=InstanceRequest.REMIND))
    clock.ahead = timedelta(days=11)
    driver.shell.watch.tick()
    until(lambda: len(reminded) == 2)
    until(lambda: "あと9日" in driver.shell.tray.icon.toolTip())


def test_reminder_quits_when_nothing_is_due(ui: UiEnvironment, program: Program) -> None:
    ui.add_certificate(ui.pc, 200)
    driver = program(resident=True, has_tray=True)
    driver.starts(StartRequest(request=InstanceRequest.REMIND))
    until(lambda: driver.over > 0)
    assert not driver.shell.tray.icon.isVisible()


def test_small_window_reminds_without_a_tray(ui: UiEnvironment, program: Program) -> None:
    ui.add_certificate(ui.pc, 20)
    driver = program(resident=True, has_tray=False)
    driver.starts(StartRequest(request=InstanceRequest.REMIND))
    notice = driver.shell.notice
    assert notice is not None
    assert notice.isVisible()
    assert not driver.shell.window.isVisible()
    driver.press(notice.card.later_button)
    assert not notice.isVisible()
    until(lambda: driver.over > 0)


def test_closing_the_window_quits_the_program(ui: UiEnvironment, program: Program) -> None:
    ui.add_certificate(ui.pc, 20)
    driver = program(has_tray=True)
    driver.starts()
    assert driver.over == 0
    driver.shell.window.close()
    until(lambda: driver.over == 1)


def test_closing_a_window_opened_from_the_tray_keeps_the_tray(
    ui: UiEnvironment, program: Program
) -> None:
    ui.add_certificate(ui.pc, 20)
    driver = program(resident=True, has_tray=True)
    driver.starts(StartRequest(request=InstanceRequest.REMIND))
    driver.shell.tray.open.trigger()
    assert driver.shell.window.isVisible()
    driver.shell.window.close()
    driver.shell.scanner.refresh()
    until(lambda: driver.shell._context.tasks.idle)
    assert driver.over == 0
    assert driver.shell.tray.icon.isVisible()
    driver.shell.tray.quit.trigger()
    assert driver.over == 1
