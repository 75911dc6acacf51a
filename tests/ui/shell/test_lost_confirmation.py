"""The windows after a confirmation that never reached the bank."""

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
class BrokenLine:
    """An office whose connection to the bank breaks before the confirmation."""

    office: Office
    line: LossyLine

    def bank_revokes(self) -> None:
        bank = self.office.bank
        bank.clock.advance(bank.policy.confirm_within + timedelta(seconds=1))
        bank.bank.sweep()


@pytest.fixture
def broken(office: Office) -> Iterator[BrokenLine]:
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
        yield BrokenLine(office, line)


@pytest.fixture
def programs(office: Office) -> Iterator[list[Desk]]:
    """Collects the started programs and closes them at the end of the test."""
    started: list[Desk] = []
    yield started
    for desk in started:
        desk.shell.close()
        desk.shell.deleteLater()


def start(
    office: Office, programs: list[Desk], *, tray: bool = False, wish: Wish | None = None
) -> Desk:
    shell = Shell(office.context(), resident=tray, has_tray=tray)
    desk = Desk(shell)
    programs.append(desk)
    desk.starts(wish)
    return desk


def start_renewal(desk: Desk) -> None:
    desk.press(desk.shell.window.card.act_button)
    desk.visitor.arrives_at(Page.START)
    desk.visitor.clicks_on("更新する")


def condition(desk: Desk, certificate: Certificate) -> Condition | None:
    rows = desk.shell.survey.overview.rows
    return next((r.condition for r in rows if r.entry.certificate == certificate), None)


def lost_confirmation(broken: BrokenLine) -> Certificate:
    """Runs a renewal whose confirmation is lost; returns the new certificate."""
    office = broken.office
    current = office.give(office.pc)
    enrollment = office.enrollment(office.profile, office.stores)
    with pytest.raises(CertclientError):
        enrollment.renew(current, office.pc, Person())
    (view,) = enrollment.pending()
    assert view.new_certificate is not None
    return view.new_certificate


def test_closing_the_wizard_asks_to_keep_the_pc_online(
    broken: BrokenLine, programs: list[Desk]
) -> None:
    broken.office.give(broken.office.pc)
    desk = start(broken.office, programs)
    start_renewal(desk)
    visitor = desk.visitor
    visitor.arrives_at(Page.PROBLEM)
    assert "インターネットにつないだままにしてください" in visitor.text
    visitor.presses_escape()
    until(lambda: desk.boxes != [])
    assert "パソコンの電源を切らず、インターネットにつないだまま" in desk.boxes[0]


def test_unconfirmed_certificate_is_unfinished_and_can_be_continued(
    broken: BrokenLine, programs: list[Desk]
) -> None:
    new = lost_confirmation(broken)
    desk = start(broken.office, programs)
    until(lambda: condition(desk, new) is Condition.UNFINISHED)
    window = desk.shell.window
    assert window.card.isVisible(), "the old certificate is still due for renewal"
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


def test_continuing_after_a_revocation_obtains_another_certificate(
    broken: BrokenLine, programs: list[Desk]
) -> None:
    rejected = lost_confirmation(broken)
    broken.bank_revokes()
    broken.line.mend()
    desk = start(broken.office, programs)
    until(desk.shell.window.pending.isVisible)
    (button,) = desk.shell.window.pending.buttons
    assert plain(button.text()) == "続ける"
    desk.press(button)
    desk.visitor.arrives_at(Page.DONE)
    assert "この電子証明書は金融機関で使えません" in desk.visitor.text, "shown on the last page"
    assert rejected.serial_hex not in desk.visitor.text.split("この電子証明書は")[0]
    (new,) = broken.office.usable(broken.office.pc)
    assert new != rejected
    assert broken.office.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED
    until(lambda: condition(desk, new) is Condition.VALID)
    assert condition(desk, rejected) is None


def test_tray_sends_the_confirmation_in_the_background(
    broken: BrokenLine, programs: list[Desk]
) -> None:
    new = lost_confirmation(broken)
    desk = start(broken.office, programs, tray=True, wish=Wish(plea=Plea.REMIND))
    messages: list[str] = []
    desk.shell.tray.tell = lambda title, text: messages.append(title)  # type: ignore[method-assign]
    desk.shell.watch.tick()
    until(lambda: desk.shell._context.tasks.idle)
    assert messages == [], "the connection is still broken, and the user cannot help"
    assert desk.over == 0
    assert desk.shell.tray.icon.isVisible(), (
        "the tray icon stays until the bank has the confirmation"
    )
    broken.line.mend()
    desk.shell.quiet._confirmations = type(desk.shell.quiet._confirmations)()
    desk.shell.watch.tick()
    until(lambda: messages != [])
    assert messages == ["新しい電子証明書の準備ができました"]
    assert broken.office.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED


def test_procedure_stopped_by_the_customer_is_not_resumed_in_the_background(
    office: Office, programs: list[Desk]
) -> None:
    current = office.give(office.pc)
    desk = start(office, programs)
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


def test_refused_certificate_shows_the_reason_and_can_be_deleted(
    office: Office, programs: list[Desk]
) -> None:
    stored = office.give(office.pc)
    office.bank.revoke(stored.certificate.serial_hex)
    desk = start(office, programs)
    start_renewal(desk)
    visitor = desk.visitor
    visitor.arrives_at(Page.PROBLEM)
    assert "この電子証明書は金融機関で使えません" in visitor.text
    visitor.presses_escape()
    until(lambda: condition(desk, stored.certificate) is Condition.NOT_ACCEPTED)
    window = desk.shell.window
    assert not window.card.isVisible(), "no renewal is due"
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


def test_link_naming_another_certificate_triggers_a_bank_check(
    office: Office, programs: list[Desk]
) -> None:
    """The newest certificate here is not the one that logged in, as the bank has revoked it."""
    known = office.give(office.pc)
    newer = office.give_again(office.pc, 25)
    office.bank.revoke(newer.certificate.serial_hex)
    serial = known.certificate.serial_hex
    link = parse(f"certclient:renew?profile=practice&user={USER}&serial={serial}")
    desk = start(office, programs)
    until(lambda: condition(desk, newer.certificate) is Condition.RENEWABLE)
    desk.shell.carry_out(Wish(link=link))
    desk.visitor.arrives_at(Page.NOTICE)
    selected = desk.shell.window.table.row
    assert selected is not None
    assert selected.entry.certificate == known.certificate
    until(lambda: condition(desk, newer.certificate) is Condition.NOT_ACCEPTED)
    until(lambda: condition(desk, known.certificate) is Condition.RENEWABLE)
