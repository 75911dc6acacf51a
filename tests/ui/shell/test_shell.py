"""The windows together: from the card to a new certificate, links, the tray, and the end."""

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
    """A computer's clock that a test puts forward."""

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
    """Makes the program; what is open at the end is closed as the program does it."""
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


def test_from_the_card_it_is_two_clicks_to_the_new_certificate(
    office: Office, program: Program
) -> None:
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


def test_one_wizard_for_one_user_id(office: Office, program: Program) -> None:
    office.give(office.pc)
    desk = program()
    desk.starts()
    desk.press(desk.shell.window.card.act_button)
    desk.press(desk.shell.window.actions_row.renew)
    assert len(desk.shell.desk.wizards) == 1


def test_an_interrupted_procedure_goes_on_with_one_click(office: Office, program: Program) -> None:
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


def _waiting(office: Office, store_number: int = 0) -> Pending:
    """A renewal for which the CA wants time."""
    office.bank.set_policy(wait_polls=1)
    store = office.stores[store_number]
    current = office.give(store)
    office.patience = 0.0
    person = Person(pins=["246813"])
    outcome = office.enrollment(office.profile, office.stores).renew(current, store, person)
    assert isinstance(outcome, Pending)
    return outcome


def test_what_waits_at_the_ca_is_fetched_by_itself_and_the_tray_says_so(
    office: Office, program: Program, clock: Clock
) -> None:
    _waiting(office)
    desk = program(resident=True, has_tray=True)
    said: list[str] = []
    desk.shell.tray.tell = lambda title, text: said.append(title)  # type: ignore[method-assign]
    desk.starts(Wish(plea=Plea.REMIND))
    assert desk.shell.tray.icon.isVisible()
    clock.ahead = timedelta(seconds=30)
    desk.shell.watch.tick()
    until(lambda: said != [])
    assert said == ["新しい電子証明書の準備ができました"]
    until(lambda: not desk.shell.survey.overview.pending)


def test_where_a_pin_is_needed_the_customer_is_called(
    office: Office, program: Program, clock: Clock
) -> None:
    office.new_token()
    _waiting(office, 1)
    desk = program(resident=True, has_tray=True)
    said: list[str] = []
    desk.shell.tray.tell = lambda title, text: said.append(text)  # type: ignore[method-assign]
    desk.starts(Wish(plea=Plea.REMIND))
    clock.ahead = timedelta(seconds=30)
    desk.shell.watch.tick()
    until(lambda: said != [])
    assert said == [f"{USER}：画面を開いて「続ける」を押してください。"]
    desk.shell.watch.tick()
    until(lambda: desk.shell._context.tasks.idle)
    assert len(said) == 1, "once is enough"


# Links


def test_a_link_leads_to_its_certificate_and_asks(office: Office, program: Program) -> None:
    office.give(office.pc, 20)
    office.give(office.pc, 25, "TKYM1408055")
    desk = program()
    desk.starts(Wish(link=parse("certclient:renew?profile=practice&user=TKYM1408055")))
    chosen = desk.shell.window.table.row
    assert chosen is not None
    assert chosen.entry.owner.user_id == "TKYM1408055"
    desk.visitor.arrives_at(Page.NOTICE)
    assert "TKYM1408055" in desk.visitor.text
    assert list(desk.shell.survey.overview.pending) == [], "nothing was begun"


def test_a_link_to_a_running_program_raises_it(office: Office, program: Program) -> None:
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
def test_a_link_that_leads_nowhere_is_refused_politely(
    wish: Wish, words: str, office: Office, program: Program
) -> None:
    office.give(office.pc, 20)
    desk = program()
    desk.starts(wish)
    until(lambda: desk.boxes != [])
    assert words in desk.boxes[0]
    assert desk.shell.desk.wizards == []


def test_the_code_that_a_link_brings_need_not_be_typed(office: Office, program: Program) -> None:
    office.bank.add_customer()
    code = office.bank.issue_code().reveal()
    desk = program()
    link = parse(f"certclient:obtain?profile=practice&user={USER}&ticket={code}")
    desk.starts(Wish(link=link))
    desk.visitor.arrives_at(Page.LETTER)
    assert code not in desk.visitor.text
    desk.visitor.clicks_on("次へ")
    desk.visitor.arrives_at(Page.START)
    assert office.usable(office.pc) == [], "it asks before it does anything"
    desk.visitor.clicks_on("取得する")
    desk.visitor.arrives_at(Page.DONE)
    assert len(office.usable(office.pc)) == 1


def test_a_second_link_brings_what_the_open_wizard_lacks(office: Office, program: Program) -> None:
    """The customer opened it without, and then pressed the bank's link."""
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


# Reminders, tray, end


def test_the_reminder_is_a_tray_with_the_worst_days_and_nothing_more(
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
    assert len(reminded) == 1, "not twice a day"
    assert desk.over == 0
    texts = [plain(action.text()) for action in desk.shell.tray.menu.actions() if action.text()]
    assert texts == ["今すぐ更新する", "開く", "終了"]


def test_the_trays_first_entry_opens_the_most_urgent_renewal(
    office: Office, program: Program
) -> None:
    office.give(office.pc, 20)
    office.give(office.pc, 5, "TKYM1408055")
    desk = program(resident=True, has_tray=True)
    desk.starts(Wish(plea=Plea.REMIND))
    desk.shell.tray.renew.trigger()
    until(lambda: "TKYM1408055" in desk.visitor.wizard.session.journey.user_id)


def test_after_sleep_the_day_that_has_come_is_noticed(
    office: Office, program: Program, clock: Clock
) -> None:
    office.give(office.pc, 20)
    desk = program(resident=True, has_tray=True)
    reminded: list[object] = []
    desk.shell.tray.remind = reminded.append  # type: ignore[method-assign, assignment]
    desk.starts(Wish(plea=Plea.REMIND))
    clock.ahead = timedelta(days=11)
    desk.shell.watch.tick()
    until(lambda: len(reminded) == 2)
    until(lambda: "あと9日" in desk.shell.tray.icon.toolTip())


def test_where_nothing_is_due_the_reminder_ends_by_itself(office: Office, program: Program) -> None:
    office.give(office.pc, 200)
    desk = program(resident=True, has_tray=True)
    desk.starts(Wish(plea=Plea.REMIND))
    until(lambda: desk.over > 0)
    assert not desk.shell.tray.icon.isVisible()


def test_without_a_tray_a_small_window_reminds(office: Office, program: Program) -> None:
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


def test_closing_the_window_ends_the_program(office: Office, program: Program) -> None:
    office.give(office.pc, 20)
    desk = program(has_tray=True)
    desk.starts()
    assert desk.over == 0
    desk.shell.window.close()
    until(lambda: desk.over == 1)


def test_a_window_opened_from_the_tray_leaves_the_tray_behind(
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
