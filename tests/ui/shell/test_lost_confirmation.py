"""The windows after a confirmation that never reached the bank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from certclient.enrollment.overview import Condition, Row
from certclient.model.certificate import Certificate
from certclient.model.deep_link import parse
from certclient.model.errors import CertclientError
from certclient.model.progress import Step
from certclient.ui.dialogs.details import DetailsDialog
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.overview.card_menu import Entry
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.single_instance import InstanceRequest, StartRequest
from certclient_practice.repositories.records import CertificateState
from support.bank import USER_ID
from support.lossy_line import BrokenLine, line_broken_at_confirmation
from support.scripted import ScriptedUser
from support.shell_driver import ShellDriver
from support.wizards import UiEnvironment, plain, until, wait

USER = "TKYM1408054"


@pytest.fixture
def broken(ui: UiEnvironment) -> Iterator[BrokenLine]:
    """Windows whose connection to the bank breaks before the confirmation."""
    with line_broken_at_confirmation(ui.bank) as connection:
        ui.max_wait = 0.0
        yield connection


@pytest.fixture
def programs(ui: UiEnvironment) -> Iterator[list[ShellDriver]]:
    """Collects the started programs and closes them at the end of the test."""
    started: list[ShellDriver] = []
    yield started
    for driver in started:
        driver.shell.close()
        driver.shell.deleteLater()


def start(
    ui: UiEnvironment,
    programs: list[ShellDriver],
    *,
    tray: bool = False,
    start_request: StartRequest | None = None,
    stopped: str = "",
) -> ShellDriver:
    """`stopped`: a procedure that the user has stopped, so that it waits for them."""
    shell = Shell(ui.context(), resident=tray, has_tray=tray)
    shell.background.exclude(stopped)
    driver = ShellDriver(shell)
    programs.append(driver)
    driver.starts(start_request)
    return driver


def start_renewal(driver: ShellDriver) -> None:
    driver.press(driver.shell.window.card.act_button)
    driver.wizard_driver.arrives_at(WizardPageId.START)
    driver.wizard_driver.clicks_on("更新する")


def condition(driver: ShellDriver, certificate: Certificate) -> Condition | None:
    rows = driver.shell.scanner.overview.rows
    return next((r.condition for r in rows if r.entry.certificate == certificate), None)


def lost_confirmation(ui: UiEnvironment) -> Certificate:
    """Runs a renewal whose confirmation is lost; returns the new certificate."""
    current = ui.add_certificate(ui.pc)
    enrollment = ui.enrollment(ui.profile, ui.stores)
    with pytest.raises(CertclientError):
        enrollment.renew(current, ui.pc, ScriptedUser())
    (view,) = enrollment.pending()
    assert view.new_certificate is not None
    return view.new_certificate


def test_closing_the_wizard_asks_to_keep_the_pc_online(
    ui: UiEnvironment, broken: BrokenLine, programs: list[ShellDriver]
) -> None:
    ui.add_certificate(ui.pc)
    driver = start(ui, programs)
    start_renewal(driver)
    wizard_driver = driver.wizard_driver
    wizard_driver.arrives_at(WizardPageId.PROBLEM)
    assert "インターネットにつないだままにしてください" in wizard_driver.text
    wizard_driver.presses_escape()
    until(lambda: driver.boxes != [])
    assert "パソコンの電源を切らず、インターネットにつないだまま" in driver.boxes[0]


def rows(driver: ShellDriver) -> Sequence[Row]:
    return driver.shell.scanner.overview.rows


def test_unconfirmed_certificate_is_unfinished_and_can_be_continued(
    ui: UiEnvironment, broken: BrokenLine, programs: list[ShellDriver]
) -> None:
    new = lost_confirmation(ui)
    driver = start(ui, programs)
    until(lambda: condition(driver, new) is Condition.UNFINISHED)
    window = driver.shell.window
    until(lambda: [row.procedure and row.procedure.running for row in rows(driver)] == [False] * 2)
    assert not window.asking, "its procedure is what the card is about"
    states = {window.cards.texts.rows.state(row) for row in rows(driver)}
    assert states == {"途中で止まりました"}, "the old one is not offered again"
    (card,) = window.unfinished
    name = card.accessibleName()
    assert name.startswith(f"{ui.profile.bank.ja} {USER_ID}")
    assert name.endswith(": 途中で止まりました")
    assert "[CC-" not in card.text
    broken.line.restore()
    driver.press(card.act_button)
    driver.wizard_driver.arrives_at(WizardPageId.DONE)
    until(lambda: condition(driver, new) is Condition.VALID)
    assert ui.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED


def test_continuing_after_a_revocation_obtains_another_certificate(
    ui: UiEnvironment, broken: BrokenLine, programs: list[ShellDriver]
) -> None:
    rejected = lost_confirmation(ui)
    broken.bank_revokes()
    broken.line.restore()
    (view,) = ui.enrollment(ui.profile, ui.stores).pending()
    driver = start(ui, programs, stopped=view.id)
    until(lambda: bool(driver.shell.window.unfinished))
    button = driver.shell.window.unfinished[0].act_button
    assert plain(button.text()) == "続ける"
    driver.press(button)
    driver.wizard_driver.arrives_at(WizardPageId.DONE)
    assert "この電子証明書は金融機関で使えません" in driver.wizard_driver.text, (
        "shown on the last page"
    )
    assert rejected.serial_hex not in driver.wizard_driver.text.split("この電子証明書は")[0]
    (new,) = ui.usable(ui.pc)
    assert new != rejected
    assert ui.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED
    until(lambda: condition(driver, new) is Condition.VALID)
    assert condition(driver, rejected) is None


def test_tray_sends_the_confirmation_in_the_background(
    ui: UiEnvironment, broken: BrokenLine, programs: list[ShellDriver]
) -> None:
    new = lost_confirmation(ui)
    driver = start(
        ui, programs, tray=True, start_request=StartRequest(request=InstanceRequest.REMIND)
    )
    messages: list[str] = []
    driver.shell.tray.notify = lambda title, text: messages.append(title)  # type: ignore[method-assign]
    driver.shell.watch.tick()
    until(lambda: driver.shell._context.tasks.idle)
    assert messages == [], "the connection is still broken, and the user cannot help"
    assert driver.over == 0
    assert driver.shell.tray.icon.isVisible(), (
        "the tray icon stays until the bank has the confirmation"
    )
    broken.line.restore()
    driver.shell.background._confirmations = type(driver.shell.background._confirmations)()
    driver.shell.watch.tick()
    until(lambda: messages != [])
    assert messages == ["新しい電子証明書の準備ができました"]
    assert ui.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED


def test_procedure_stopped_by_the_customer_is_not_resumed_in_the_background(
    ui: UiEnvironment, programs: list[ShellDriver]
) -> None:
    current = ui.add_certificate(ui.pc)
    driver = start(ui, programs)
    enrollment = ui.enrollment(ui.profile, ui.stores)
    stop = ScriptedUser(stop_before=lambda steps: Step.VERIFY in steps)
    outcome = enrollment.renew(current, ui.pc, stop)
    driver.shell._run_ended(outcome)
    until(lambda: bool(driver.shell.scanner.overview.pending))
    driver.shell.watch.tick()
    wait(50)
    until(lambda: driver.shell._context.tasks.idle)
    (view,) = enrollment.pending()
    assert view.state.unconfirmed


def test_refused_certificate_shows_the_reason_and_can_be_deleted(
    ui: UiEnvironment, programs: list[ShellDriver]
) -> None:
    stored = ui.add_certificate(ui.pc)
    ui.bank.revoke(stored.certificate.serial_hex)
    driver = start(ui, programs)
    start_renewal(driver)
    wizard_driver = driver.wizard_driver
    wizard_driver.arrives_at(WizardPageId.PROBLEM)
    assert "この電子証明書は金融機関で使えません" in wizard_driver.text
    wizard_driver.presses_escape()
    until(lambda: condition(driver, stored.certificate) is Condition.NOT_ACCEPTED)
    window = driver.shell.window
    until(lambda: bool(window.asking))
    card = window.card
    assert plain(card.act_button.text()) == "電子証明書取得", "the owner has no other certificate"
    (row,) = driver.shell.scanner.overview.rows
    assert window.cards.texts.rows.state(row) == "金融機関で使えません"
    assert card.entry(Entry.RENEW) is not None, "the bank is asked once more"
    assert card.entry(Entry.DELETE) is not None
    shows = card.entry(Entry.DETAILS)
    assert shows is not None
    shows.trigger()
    (details,) = window.findChildren(DetailsDialog)
    lines = dict(details._lines())
    assert "署名に使われた電子証明書は失効しています。" in lines["状態"]
    details.reject()


def test_link_naming_another_certificate_triggers_a_bank_check(
    ui: UiEnvironment, programs: list[ShellDriver]
) -> None:
    """The newest certificate here is not the one that logged in, as the bank has revoked it."""
    known = ui.add_certificate(ui.pc)
    newer = ui.add_newer_certificate(ui.pc, 25)
    ui.bank.revoke(newer.certificate.serial_hex)
    serial = known.certificate.serial_hex
    link = parse(f"certclient:renew?profile=practice&user={USER}&serial={serial}")
    driver = start(ui, programs)
    until(lambda: condition(driver, newer.certificate) is Condition.RENEWABLE)
    driver.shell.carry_out(StartRequest(link=link))
    driver.wizard_driver.arrives_at(WizardPageId.NOTICE)
    selected = driver.shell.window.others.row
    assert selected is not None
    assert selected.entry.certificate == known.certificate
    until(lambda: condition(driver, newer.certificate) is Condition.NOT_ACCEPTED)
    until(lambda: condition(driver, known.certificate) is Condition.RENEWABLE)
