"""The bank does not know that the certificate has arrived: what the windows say and do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from certclient.enrollment.overview import Condition
from certclient.model.certificate import Certificate
from certclient.model.deep_link import parse
from certclient.model.errors import CertclientError
from certclient.model.progress import Step
from certclient.ui.dialogs.details import DetailsDialog
from certclient.ui.enrollment.navigation import Page
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.single_instance import Plea, Wish
from certclient_practice.repositories.records import CertificateState
from support.desk import Desk
from support.lossy_line import LossyLine, lossy_line
from support.scripted import Person
from support.wizards import Office, plain, until, wait

USER = "TKYM1408054"


@dataclass
class Broken:
    """An office whose line to the bank breaks before the confirmation."""

    office: Office
    line: LossyLine

    def bank_revokes(self) -> None:
        bank = self.office.bank
        bank.clock.advance(bank.policy.confirm_within + timedelta(seconds=1))
        bank.bank.sweep()


@pytest.fixture
def broken(office: Office) -> Iterator[Broken]:
    bank = office.bank

    def issued() -> bool:
        with bank.bank.books() as books:
            records = books.register.all()
            return any(one.state is CertificateState.UNCONFIRMED for one in records)

    port = int(re.findall(r":(\d+)/", bank.cmp_url)[0])
    with lossy_line(port, issued) as line:
        text = bank.profile_path.read_text(encoding="utf-8")
        bank.profile_path.write_text(text.replace(f":{port}/", f":{line.port}/"), encoding="utf-8")
        office.patience = 0.0
        yield Broken(office, line)


@pytest.fixture
def program(office: Office) -> Iterator[list[Desk]]:
    """Programs that are started; they end with the test as the customer would end them."""
    started: list[Desk] = []
    yield started
    for desk in started:
        desk.shell.close()
        desk.shell.deleteLater()


def start(
    office: Office, program: list[Desk], *, tray: bool = False, wish: Wish | None = None
) -> Desk:
    shell = Shell(office.context(), resident=tray, has_tray=tray)
    desk = Desk(shell)
    program.append(desk)
    desk.starts(wish)
    return desk


def renew_in_the_window(desk: Desk) -> None:
    desk.press(desk.shell.window.card.act_button)
    desk.visitor.arrives_at(Page.START)
    desk.visitor.clicks_on("更新する")


def condition(desk: Desk, certificate: Certificate) -> Condition | None:
    rows = desk.shell.survey.overview.rows
    return next((r.condition for r in rows if r.entry.certificate == certificate), None)


def lost(broken: Broken) -> Certificate:
    """A renewal from the command line whose confirmation got lost; the new certificate."""
    office = broken.office
    current = office.give(office.pc)
    enrollment = office.enrollment(office.profile, office.stores)
    with pytest.raises(CertclientError):
        enrollment.renew(current, office.pc, Person())
    (view,) = enrollment.pending()
    assert view.new_certificate is not None
    return view.new_certificate


def test_the_wizard_that_is_closed_says_that_the_pc_should_stay_online(
    broken: Broken, program: list[Desk]
) -> None:
    broken.office.give(broken.office.pc)
    desk = start(broken.office, program)
    renew_in_the_window(desk)
    visitor = desk.visitor
    visitor.arrives_at(Page.PROBLEM)
    assert "インターネットにつないだままにしてください" in visitor.text
    visitor.presses_escape()
    until(lambda: desk.boxes != [])
    assert "パソコンの電源を切らず、インターネットにつないだまま" in desk.boxes[0]


def test_it_is_listed_as_unfinished_and_leads_to_continue(
    broken: Broken, program: list[Desk]
) -> None:
    new = lost(broken)
    desk = start(broken.office, program)
    until(lambda: condition(desk, new) is Condition.UNFINISHED)
    window = desk.shell.window
    assert window.card.isVisible(), "the old one is still to be renewed"
    assert window.card.row is not None
    assert window.card.row.entry.certificate != new
    texts = [
        window.table.certificates.state(row)
        for row in desk.shell.survey.overview.rows
        if row.entry.certificate == new
    ]
    assert texts == ["手続きの途中です（続ける）"]
    (row,) = (r for r in desk.shell.survey.overview.rows if r.entry.certificate == new)
    window.table.select(row)
    broken.line.mend()
    desk.press(window.actions_row.renew)
    desk.visitor.arrives_at(Page.DONE)
    until(lambda: condition(desk, new) is Condition.VALID)
    assert broken.office.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED


def test_after_the_bank_has_revoked_it_continue_ends_with_another_one(
    broken: Broken, program: list[Desk]
) -> None:
    dead = lost(broken)
    broken.bank_revokes()
    broken.line.mend()
    desk = start(broken.office, program)
    until(desk.shell.window.pending.isVisible)
    (button,) = desk.shell.window.pending.buttons
    assert plain(button.text()) == "続ける"
    desk.press(button)
    desk.visitor.arrives_at(Page.DONE)
    assert "この電子証明書は金融機関で使えません" in desk.visitor.text, "told on the last page"
    assert dead.serial_hex not in desk.visitor.text.split("この電子証明書は")[0]
    (new,) = broken.office.usable(broken.office.pc)
    assert new != dead
    assert broken.office.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED
    until(lambda: condition(desk, new) is Condition.VALID)
    assert condition(desk, dead) is None


def test_the_tray_tells_the_bank_by_itself(broken: Broken, program: list[Desk]) -> None:
    new = lost(broken)
    desk = start(broken.office, program, tray=True, wish=Wish(plea=Plea.REMIND))
    said: list[str] = []
    desk.shell.tray.tell = lambda title, text: said.append(title)  # type: ignore[method-assign]
    desk.shell.watch.tick()
    until(lambda: desk.shell._context.tasks.idle)
    assert said == [], "the line is still broken, and nobody can help"
    assert desk.over == 0
    assert desk.shell.tray.icon.isVisible(), "it stays as long as the bank does not know"
    broken.line.mend()
    desk.shell.quiet._confirmations = type(desk.shell.quiet._confirmations)()
    desk.shell.watch.tick()
    until(lambda: said != [])
    assert said == ["新しい電子証明書の準備ができました"]
    assert broken.office.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED


def test_what_the_customer_has_stopped_waits_for_the_customer(
    office: Office, program: list[Desk]
) -> None:
    current = office.give(office.pc)
    desk = start(office, program)
    enrollment = office.enrollment(office.profile, office.stores)
    stop = Person(stop_before=lambda steps: Step.VERIFY in steps)
    outcome = enrollment.renew(current, office.pc, stop)
    desk.shell._run_ended(outcome)
    until(lambda: bool(desk.shell.survey.overview.pending))
    desk.shell.watch.tick()
    wait(50)
    until(lambda: desk.shell._context.tasks.idle)
    (view,) = enrollment.pending()
    assert view.state.unconfirmed


def test_what_the_bank_has_refused_says_why_and_is_offered_for_removal(
    office: Office, program: list[Desk]
) -> None:
    stored = office.give(office.pc)
    office.bank.revoke(stored.certificate.serial_hex)
    desk = start(office, program)
    renew_in_the_window(desk)
    visitor = desk.visitor
    visitor.arrives_at(Page.PROBLEM)
    assert "この電子証明書は金融機関で使えません" in visitor.text
    visitor.presses_escape()
    until(lambda: condition(desk, stored.certificate) is Condition.NOT_ACCEPTED)
    window = desk.shell.window
    assert not window.card.isVisible(), "nothing is due for it"
    (row,) = desk.shell.survey.overview.rows
    assert window.table.certificates.state(row) == "金融機関で使えません"
    window.table.select(row)
    assert not window.actions_row.renew.isEnabled()
    assert window.selection_row.delete.isEnabled()
    desk.press(window.selection_row.details)
    (details,) = window.findChildren(DetailsDialog)
    lines = dict(details._lines())
    assert "署名に使われた電子証明書は失効しています。" in lines["状態"]
    details.reject()


def test_a_page_that_names_another_certificate_is_checked_with_the_bank(
    office: Office, program: list[Desk]
) -> None:
    """The newest here is not the one that logged in: the bank says why, and it is shown so."""
    known = office.give(office.pc)
    newer = office.give_again(office.pc, 25)
    office.bank.revoke(newer.certificate.serial_hex)
    serial = known.certificate.serial_hex
    link = parse(f"certclient:renew?profile=practice&user={USER}&serial={serial}")
    desk = start(office, program)
    until(lambda: condition(desk, newer.certificate) is Condition.RENEWABLE)
    desk.shell.carry_out(Wish(link=link))
    desk.visitor.arrives_at(Page.NOTICE)
    chosen = desk.shell.window.table.row
    assert chosen is not None
    assert chosen.entry.certificate == known.certificate
    until(lambda: condition(desk, newer.certificate) is Condition.NOT_ACCEPTED)
    until(lambda: condition(desk, known.certificate) is Condition.RENEWABLE)
