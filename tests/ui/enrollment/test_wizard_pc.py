"""A1, A3: renewal on the PC, the last page, languages, keyboard and large text."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QProgressBar,
    QScrollArea,
)

from certclient.enrollment.journal import Journal
from certclient.enrollment.procedure import Finished, LoginTest, LoginTestResult
from certclient.enrollment.procedure_status import ProcedurePhase, ProcedureStatus, status_of
from certclient.i18n.catalogue import Language
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import lifecycle
from certclient.platform.gnutls import declarations as gnutls
from certclient.store.base import CertificateStore
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.pages.done import DonePage
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient_practice.repositories.records import CertificateState
from support.nss import NssDatabase
from support.themes import appearance
from support.windows_pc import CNG
from support.wizards import UiEnvironment, WizardDriver, until, wait

TESTS = Path(__file__).parents[2]


def renew_on_pc(ui: UiEnvironment) -> WizardDriver:
    """A3: 証明書更新 in the main window, 更新する, done."""
    old = ui.add_certificate(ui.pc)
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old))
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("更新する")
    customer.arrives_at(WizardPageId.DONE)
    assert customer.clicks == ["更新する"]
    return customer


def test_renewal_from_the_notice_takes_two_clicks(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc)
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old, notice=True))
    customer.arrives_at(WizardPageId.NOTICE)
    assert "電子証明書の更新をお願いします" in customer.text
    assert "あと20日です" in customer.text
    customer.clicks_on("今すぐ更新する")
    customer.arrives_at(WizardPageId.START)
    assert "鍵が保存先から出ることはありません" in customer.text
    customer.clicks_on("更新する")
    customer.arrives_at(WizardPageId.DONE)
    assert customer.clicks == ["今すぐ更新する", "更新する"]
    (new,) = ui.usable(ui.pc)
    assert new != old.certificate
    assert ui.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED
    assert ui.bank.state_of(old.certificate.serial_hex) is CertificateState.SUPERSEDED


class _ProtectedKeyStore:
    """The PC's store with a current key of セキュリティレベル「中」.

    tests/windows covers the prompts of Windows itself.
    """

    def __init__(self, store: CertificateStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def try_alone(self, _certificate: Certificate) -> None:
        raise CertclientError(ErrorCode.KEY_PROTECTED)


@pytest.mark.parametrize("asks", [True, False])
def test_key_prompt_of_windows_is_announced(ui: UiEnvironment, asks: bool) -> None:
    old = ui.add_certificate(ui.pc)
    if asks:
        ui.stores[:] = [cast(CertificateStore, _ProtectedKeyStore(ui.pc))]
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old))
    customer.arrives_at(WizardPageId.START)
    warned = "鍵を使ってよいかをWindowsが確認する画面が出ます" in customer.text
    assert warned is asks
    customer.clicks_on("更新する")
    customer.arrives_at(WizardPageId.DONE)


def test_later_closes_the_wizard_and_changes_nothing(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc)
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old, notice=True))
    customer.arrives_at(WizardPageId.NOTICE)
    customer.clicks_on("後で更新する")
    until(lambda: customer.is_closed)
    assert ui.usable(ui.pc) == [old.certificate]


def test_last_page_shows_the_issued_certificate(ui: UiEnvironment) -> None:
    customer = renew_on_pc(ui)
    (new,) = ui.usable(ui.pc)
    text = customer.text
    assert "電子証明書のインストールが完了しました" in text
    assert "この電子証明書がインストールされたパソコン以外ではログインできません" in text
    assert "専用USB" not in text
    for label, value in new.dn_lines:
        assert label in text
        assert value in text
    assert new.serial_hex in text
    assert new.issuer_common_name in text
    assert "$" not in text
    assert "{" not in text


@pytest.mark.skipif(CNG, reason="Wine's crypt32 finds no CNG key for TLS: runs on Linux")
def test_last_page_says_that_the_login_works(ui: UiEnvironment) -> None:
    assert "新しい電子証明書でのログインを確認しました" in renew_on_pc(ui).text


@pytest.mark.skipif(sys.platform == "win32", reason="has no GnuTLS to be without: runs on Linux")
def test_trial_login_opens_the_browser(ui: UiEnvironment, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a computer without GnuTLS."""
    monkeypatch.setattr(gnutls, "library", lambda: None)
    customer = renew_on_pc(ui)
    assert "ログインできるかどうかは、まだ確かめていません" in customer.text
    customer.clicks_on("ログインを試す")
    assert ui.desktop.opened == [ui.profile.login_test_url]


@pytest.mark.parametrize(
    ("test", "message", "button"),
    [
        (
            LoginTest(LoginTestResult.WORKED),
            "新しい電子証明書でのログインを確認しました",
            "今すぐログイン",
        ),
        (
            LoginTest(LoginTestResult.FAILED, CertclientError(ErrorCode.LOGIN_REFUSED)),
            "エラーコード：CC-LOGIN-REFUSED",
            "ログインを試す",
        ),
        (
            LoginTest(LoginTestResult.PREVENTED, CertclientError(ErrorCode.NETWORK_TIMEOUT)),
            "「ログインを試す」で、確かめられます。 [CC-NET-TIMEOUT]",
            "ログインを試す",
        ),
    ],
    ids=["worked", "failed", "hindered"],
)
def test_last_page_shows_the_login_result(
    ui: UiEnvironment, test: LoginTest, message: str, button: str
) -> None:
    """Results that only Windows produces; tests/windows gets them from a real login."""
    customer = renew_on_pc(ui)
    session = customer.wizard.session
    done = session.wizard_state.outcome
    assert isinstance(done, Finished)
    kept = replace(done, login=test, old_archived=not test.inconclusive, old_kept=test.inconclusive)
    session.wizard_state = replace(session.wizard_state, outcome=kept)
    customer.wizard.show_page(WizardPageId.DONE)
    assert message in customer.text
    assert ("古い電子証明書もしまわずに" in customer.text) is test.inconclusive
    customer.sees_button(button)


def test_bank_without_a_test_page_offers_the_normal_login(ui: UiEnvironment) -> None:
    text = ui.bank.profile_path.read_text(encoding="utf-8")
    lines = [one for one in text.splitlines() if not one.startswith("login_test_url")]
    ui.bank.profile_path.write_text("\n".join(lines), encoding="utf-8")
    customer = renew_on_pc(ui)
    assert "ブラウザーでログインして、お確かめください" in customer.text
    customer.clicks_on("今すぐログイン")
    assert ui.desktop.opened == [ui.profile.login_url]
    customer.clicks_on("このウィンドウを閉じる")
    until(lambda: customer.is_closed)


def test_copy_pdf_and_calendar(ui: UiEnvironment, tmp_path: Path) -> None:
    customer = renew_on_pc(ui)
    (new,) = ui.usable(ui.pc)
    customer.clicks_on("コピー")
    assert f"シリアル番号 = {new.serial_hex}" in customer.clipboard
    page = customer.wizard.page_now
    assert isinstance(page, DonePage)
    page.keepsakes.save_pdf(tmp_path / "receipt.pdf")
    issuance = (tmp_path / "receipt.pdf").read_bytes()
    assert issuance.startswith(b"%PDF-1.")
    assert issuance.rstrip().endswith(b"%%EOF")
    assert len(issuance) > 5000, "the PDF contains text and fonts"
    page.keepsakes.save_calendar(tmp_path / "next.ics")
    calendar = (tmp_path / "next.ics").read_bytes().decode()
    life = lifecycle(new.not_after, ui.clock(), ui.profile.renewal)
    assert f"DTSTART;TZID=Asia/Tokyo:{life.renew_from:%Y%m%d}T090000" in calendar
    assert "SUMMARY:電子証明書の更新（TKYM1408054）" in calendar


def test_unwritable_file_is_reported(ui: UiEnvironment, tmp_path: Path) -> None:
    customer = renew_on_pc(ui)
    page = customer.wizard.page_now
    assert isinstance(page, DonePage)
    in_the_way = tmp_path / "receipt.pdf"
    in_the_way.mkdir()
    page.keepsakes.save_pdf(in_the_way)
    wait(1)
    assert f"保存できませんでした：{in_the_way}" in customer.text
    page.keepsakes.forget()
    page.keepsakes.save_calendar(tmp_path / "no such folder" / "next.ics")
    wait(1)
    assert "保存できませんでした" in customer.text


def test_language_switches_in_the_open_wizard(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc)
    context = ui.context()
    customer = ui.open(EnrollmentWizard.renew(context, old))
    customer.arrives_at(WizardPageId.START)
    context.languages.switch(Language.ENGLISH)
    customer.sees_button("Renew")
    assert customer.heading == "Start the certificate renewal"
    assert not any(ord(c) > 0x3000 for c in customer.text.replace("練習", "")), customer.text
    customer.clicks_on("Renew")
    customer.arrives_at(WizardPageId.DONE)
    assert "The certificate has been installed" in customer.text
    context.languages.switch(Language.JAPANESE)
    customer.sees_button("このウィンドウを閉じる")


def test_wizard_works_by_keyboard_alone(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc)
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old, notice=True))
    customer.arrives_at(WizardPageId.NOTICE)
    customer.presses_enter()
    customer.arrives_at(WizardPageId.START)
    customer.presses_enter()
    customer.arrives_at(WizardPageId.DONE)
    assert customer.clicks == []
    customer.presses_enter()
    until(lambda: customer.is_closed)


def test_every_control_has_a_name_and_is_reachable_by_tab(ui: UiEnvironment) -> None:
    customer = renew_on_pc(ui)
    reached = set()
    for _ in range(30):
        QTest.keyClick(customer.wizard.focusWidget() or customer.wizard, Qt.Key.Key_Tab)
        reached.add(customer.wizard.focusWidget())
    for button in customer.buttons.values():
        assert button in reached, f"{button.text()} cannot be reached by Tab"
    for button in customer.wizard.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            assert "&" in button.text(), f"{button.text()} has no mnemonic"
    for field in customer.wizard.findChildren(QLineEdit):
        assert field.accessibleName() or not field.isVisible()
    for bar in customer.wizard.findChildren(QProgressBar):
        assert bar.accessibleName() or not bar.isVisible()


def mnemonics(customer: WizardDriver) -> list[str]:
    found = []
    for button in customer.wizard.findChildren(QAbstractButton):
        text = button.text().replace("&&", "")
        if button.isVisible() and "&" in text:
            found.append(text[text.index("&") + 1].upper())
    return found


@pytest.mark.parametrize("language", list(Language))
def test_mnemonics_are_unique_on_each_page(ui: UiEnvironment, language: Language) -> None:
    old = ui.add_certificate(ui.pc)
    context = ui.context()
    context.languages.switch(language)
    customer = ui.open(EnrollmentWizard.renew(context, old))
    for page in WizardPageId:
        if page in (WizardPageId.CHECKS, WizardPageId.WORK):
            continue
        customer.wizard.show_page(page)
        wait(1)
        found = mnemonics(customer)
        assert len(found) == len(customer.buttons_shown), (page, customer.buttons_shown)
        assert len(found) == len(set(found)), (page, found)


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_large_text_is_not_cut_off(ui: UiEnvironment, scale: float) -> None:
    """Sentences wrap, buttons fit their texts, and the window fits 1024×768."""
    with appearance("light", round(scale * 100)):
        customer = renew_on_pc(ui)
        for page in WizardPageId:
            if page in (WizardPageId.CHECKS, WizardPageId.WORK):
                continue
            customer.wizard.show_page(page)
            wait(1)
            assert_nothing_cut_off(customer)


def assert_nothing_cut_off(customer: WizardDriver) -> None:
    window = customer.wizard
    page = repr(window.page_id)
    assert window.minimumSizeHint().width() <= 1024, page
    assert window.minimumSizeHint().height() <= 768, page
    assert window.width() <= 1024, page
    assert window.height() <= 768, page
    for label in window.findChildren(QLabel):
        if label.isVisible() and label.text():
            needed = (
                label.heightForWidth(label.width())
                if label.wordWrap()
                else label.sizeHint().height()
            )
            assert label.height() >= needed, (page, label.text())
    for area in window.findChildren(QScrollArea):
        content = area.widget()
        if area.isVisible() and content is not None:
            assert content.minimumSizeHint().width() <= area.viewport().width(), page
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            assert button.width() >= button.minimumSizeHint().width(), (page, button.text())


def test_killed_renewal_is_resumed_in_the_wizard(ui: UiEnvironment) -> None:
    """`kill -9` in another process right after the certificate arrives; then the wizard."""
    hsm = ui.tokens
    home = ui.folder / "home"
    nss = NssDatabase(home / ".pki" / "nssdb")
    nss.directory.parent.mkdir(parents=True)
    ui.stores[:] = [nss.store()]
    old = ui.add_certificate(nss.store())
    environment = hsm.environment | {
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "PYTHONPATH": str(TESTS),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    command = [sys.executable, "-m", "support.crash_process", str(ui.bank.profile_path)]
    subprocess.run(
        [*command, "journal:issued", "renew", "pc"], env=environment, check=False, timeout=600
    )
    ui.journal = Journal(home / ".local" / "share" / "certclient" / "journal.sqlite")
    (view,) = ui.enrollment(ui.profile, ui.stores).pending()
    customer = ui.open(EnrollmentWizard.resume(ui.context(), status_of(view, running=False)))
    customer.arrives_at(WizardPageId.DONE)
    (new,) = ui.usable(nss.store())
    assert new != old.certificate
    assert ui.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED


def test_finished_procedure_cannot_be_resumed(ui: UiEnvironment) -> None:
    gone = ProcedureStatus(
        ui.profile.id, "TKYM1408054", ProcedurePhase.INTERRUPTED, procedure_id="0123456789abcdef"
    )
    customer = ui.open(EnrollmentWizard.resume(ui.context(), gone))
    customer.arrives_at(WizardPageId.PROBLEM)
    assert "CC-PROCEDURE-NOT-FOUND" in customer.text
