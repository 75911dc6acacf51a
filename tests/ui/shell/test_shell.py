"""The windows together: from the card to a new certificate, links, the tray and quitting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from certclient.enrollment.overview import Condition
from certclient.enrollment.procedure import Pending
from certclient.model.deep_link import parse
from certclient.ui.enrollment.navigation import Page
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.single_instance import Plea, Wish
from support.desk import Desk
from support.scripted import Person
from support.wizards import Office, plain, until

USER = "TKYM1408054"


class Clock:
    """A clock that a test can set ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


Program = Callable[..., Desk]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def program(office: Office, clock: Clock) -> Iterator[Program]:
    """Creates programs and closes them at the end of the test."""
    shells: list[Shell] = []
    office.clock = clock

    def make(*, resident: bool = False, has_tray: bool = False) -> Desk:
        shell = Shell(office.context(), resident=resident, has_tray=has_tray)
        shells.append(shell)
        return Desk(shell)

    yield make
    for shell in shells:
        shell.close()
        shell.deleteLater()


def test_renewal_from_the_card_takes_two_clicks(office: Office, program: Program) -> None:
    old = office.give(office.pc)
    desk = program()
    desk.starts()
    clicks = [plain(desk.shell.window.card.act_button.text())]
    desk.press(desk.shell.window.card.act_button)
    visitor = desk.visitor
    visitor.arrives_at(Page.START)
    visitor.clicks_on("更新する")
    visitor.arrives_at(Page.DONE)
    clicks += visitor.clicks
    assert clicks == ["今すぐ更新する", "更新する"]
    until(lambda: len(desk.shell.survey.overview.rows) == 2)
    conditions = [row.condition for row in desk.shell.survey.overview.rows]
    assert conditions == [Condition.VALID, Condition.ARCHIVED]
    assert old.certificate not in office.usable(office.pc)
    assert not desk.shell.window.card.isVisible()


def test_only_one_wizard_opens_per_user_id(office: Office, program: Program) -> None:
    office.give(office.pc)
    desk = program()
    desk.starts()
    desk.press(desk.shell.window.card.act_button)
    desk.press(desk.shell.window.actions_row.renew)
    assert len(desk.shell.desk.wizards) == 1


def test_interrupted_procedure_continues_with_one_click(office: Office, program: Program) -> None:
    current = office.give(office.pc)
    person = Person(stop_before=lambda steps: len(steps) >= 3)
    office.enrollment(office.profile, office.stores).renew(current, office.pc, person)
    desk = program()
    desk.starts()
    panel = desk.shell.window.pending
    assert panel.isVisible()
    (button,) = panel.buttons
    assert plain(button.text()) == "続ける"
    desk.press(button)
    desk.visitor.arrives_at(Page.DONE)
    until(lambda: not panel.isVisible())


def _start_waiting_renewal(office: Office, store_number: int = 0) -> Pending:
    """Starts a renewal that waits for the CA."""
    office.bank.set_policy(wait_polls=1)
    store = office.stores[store_number]
    current = office.give(store)
    office.patience = 0.0
    person = Person(pins=["246813"])
    outcome = office.enrollment(office.profile, office.stores).renew(current, store, person)
    assert isinstance(outcome, Pending)
    return outcome


def test_waiting_certificate_is_fetched_in_the_background_and_announced(
    office: Office, program: Program, clock: Clock
) -> None:
    _start_waiting_renewal(office)
    desk = program(resident=True, has_tray=True)
    messages: list[str] = []
    desk.shell.tray.tell = lambda title, text: messages.append(title)  # type: ignore[method-assign]
    desk.starts(Wish(plea=Plea.REMIND))
    assert desk.shell.tray.icon.isVisible()
    clock.ahead = timedelta(seconds=30)
    desk.shell.watch.tick()
    until(lambda: messages != [])
    assert messages == ["新しい電子証明書の準備ができました"]
    until(lambda: not desk.shell.survey.overview.pending)


def test_tray_asks_the_customer_when_a_pin_is_needed(
    office: Office, program: Program, clock: Clock
) -> None:
    office.new_token()
    _start_waiting_renewal(office, 1)
    desk = program(resident=True, has_tray=True)
    messages: list[str] = []
    desk.shell.tray.tell = lambda title, text: messages.append(text)  # type: ignore[method-assign]
    desk.starts(Wish(plea=Plea.REMIND))
    clock.ahead = timedelta(seconds=30)
    desk.shell.watch.tick()
    until(lambda: messages != [])
    assert messages == [f"{USER}：画面を開いて「続ける」を押してください。"]
    desk.shell.watch.tick()
    until(lambda: desk.shell._context.tasks.idle)
    assert len(messages) == 1, "the message appears only once"


# Links


def test_link_selects_its_certificate_and_shows_the_notice(
    office: Office, program: Program
) -> None:
    office.give(office.pc, 20)
    office.give(office.pc, 25, "TKYM1408055")
    desk = program()
    desk.starts(Wish(link=parse("certclient:renew?profile=practice&user=TKYM1408055")))
    selected = desk.shell.window.table.row
    assert selected is not None
    assert selected.entry.owner.user_id == "TKYM1408055"
    desk.visitor.arrives_at(Page.NOTICE)
    assert "TKYM1408055" in desk.visitor.text
    assert list(desk.shell.survey.overview.pending) == [], "no procedure was started"


def test_link_raises_the_running_program(office: Office, program: Program) -> None:
    office.give(office.pc, 20)
    desk = program()
    desk.starts()
    desk.shell.window.showMinimized()
    desk.shell.carry_out(Wish(link=parse("certclient:open")))
    assert not desk.shell.window.isMinimized()
    assert desk.shell.desk.wizards == []


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(plea=Plea.REFUSED_LINK), "何も行っていません"),
        (Wish(link=parse("certclient:renew?profile=other-bank")), "設定されていません"),
        (Wish(link=parse("certclient:renew?user=NOBODY")), "このパソコンにありません"),
    ],
)
def test_invalid_link_shows_a_message(
    wish: Wish, words: str, office: Office, program: Program
) -> None:
    office.give(office.pc, 20)
    desk = program()
    desk.starts(wish)
    until(lambda: desk.boxes != [])
    assert words in desk.boxes[0]
    assert desk.shell.desk.wizards == []


def test_code_from_a_link_need_not_be_typed(office: Office, program: Program) -> None:
    office.bank.add_customer()
    code = office.bank.issue_code().reveal()
    desk = program()
    link = parse(f"certclient:obtain?profile=practice&user={USER}&ticket={code}")
    desk.starts(Wish(link=link))
    desk.visitor.arrives_at(Page.LETTER)
    assert code not in desk.visitor.text
    desk.visitor.clicks_on("次へ")
    desk.visitor.arrives_at(Page.START)
    assert office.usable(office.pc) == [], "nothing is stored before the user consents"
    desk.visitor.clicks_on("取得する")
    desk.visitor.arrives_at(Page.DONE)
    assert len(office.usable(office.pc)) == 1


def test_second_link_adds_the_code_to_the_open_wizard(office: Office, program: Program) -> None:
    """The customer opened the wizard without a code, then clicked the bank's link."""
    office.bank.add_customer()
    desk = program()
    desk.starts(Wish(link=parse(f"certclient:obtain?profile=practice&user={USER}")))
    desk.visitor.arrives_at(Page.LETTER)
    assert "発行コードを受け取りました" not in desk.visitor.text
    code = office.bank.issue_code().reveal()
    link = parse(f"certclient:obtain?profile=practice&user={USER}&ticket={code}")
    desk.shell.carry_out(Wish(link=link))
    desk.visitor.clicks_on("次へ")
    desk.visitor.arrives_at(Page.START)
    desk.visitor.clicks_on("取得する")
    desk.visitor.arrives_at(Page.DONE)
    assert len(office.usable(office.pc)) == 1
    desk.shell.carry_out(Wish(link=link))
    until(lambda: desk.boxes != [])
    assert "すでに始まっています" in desk.boxes[0]
    assert desk.visitor.wizard.isVisible()


# Reminders, tray, quitting


def test_reminder_shows_only_the_tray_with_the_fewest_days_left(
    office: Office, program: Program
) -> None:
    office.give(office.pc, 20)
    office.give(office.pc, 5, "TKYM1408055")
    desk = program(resident=True, has_tray=True)
    reminded: list[object] = []
    desk.shell.tray.remind = reminded.append  # type: ignore[method-assign, assignment]
    desk.starts(Wish(plea=Plea.REMIND))
    assert not desk.shell.window.isVisible()
    assert desk.shell.tray.icon.isVisible()
    assert "TKYM1408055" in desk.shell.tray.icon.toolTip()
    assert "あと5日" in desk.shell.tray.icon.toolTip()
    assert len(reminded) == 1
    desk.shell.watch.tick()
    assert len(reminded) == 1, "only one reminder a day"
    assert desk.over == 0
    texts = [plain(action.text()) for action in desk.shell.tray.menu.actions() if action.text()]
    assert texts == ["今すぐ更新する", "開く", "終了"]


def test_first_tray_entry_opens_the_most_urgent_renewal(office: Office, program: Program) -> None:
    office.give(office.pc, 20)
    office.give(office.pc, 5, "TKYM1408055")
    desk = program(resident=True, has_tray=True)
    desk.starts(Wish(plea=Plea.REMIND))
    desk.shell.tray.renew.trigger()
    until(lambda: "TKYM1408055" in desk.visitor.wizard.session.journey.user_id)


def test_reminder_is_repeated_after_sleep(office: Office, program: Program, clock: Clock) -> None:
    office.give(office.pc, 20)
    desk = program(resident=True, has_tray=True)
    reminded: list[object] = []
    desk.shell.tray.remind = reminded.append  # type: ignore[method-assign, assignment]
    desk.starts(Wish(plea=Plea.REMIND))
    clock.ahead = timedelta(days=11)
    desk.shell.watch.tick()
    until(lambda: len(reminded) == 2)
    until(lambda: "あと9日" in desk.shell.tray.icon.toolTip())


def test_reminder_quits_when_nothing_is_due(office: Office, program: Program) -> None:
    office.give(office.pc, 200)
    desk = program(resident=True, has_tray=True)
    desk.starts(Wish(plea=Plea.REMIND))
    until(lambda: desk.over > 0)
    assert not desk.shell.tray.icon.isVisible()


def test_small_window_reminds_without_a_tray(office: Office, program: Program) -> None:
    office.give(office.pc, 20)
    desk = program(resident=True, has_tray=False)
    desk.starts(Wish(plea=Plea.REMIND))
    notice = desk.shell.notice
    assert notice is not None
    assert notice.isVisible()
    assert not desk.shell.window.isVisible()
    desk.press(notice.card.later_button)
    assert not notice.isVisible()
    until(lambda: desk.over > 0)


def test_closing_the_window_quits_the_program(office: Office, program: Program) -> None:
    office.give(office.pc, 20)
    desk = program(has_tray=True)
    desk.starts()
    assert desk.over == 0
    desk.shell.window.close()
    until(lambda: desk.over == 1)


def test_closing_a_window_opened_from_the_tray_keeps_the_tray(
    office: Office, program: Program
) -> None:
    office.give(office.pc, 20)
    desk = program(resident=True, has_tray=True)
    desk.starts(Wish(plea=Plea.REMIND))
    desk.shell.tray.open.trigger()
    assert desk.shell.window.isVisible()
    desk.shell.window.close()
    desk.shell.survey.refresh()
    until(lambda: desk.shell._context.tasks.idle)
    assert desk.over == 0
    assert desk.shell.tray.icon.isVisible()
    desk.shell.tray.quit.trigger()
    assert desk.over == 1
