"""The seeds' story in a real browser: log in, read the notice, follow the link, come back."""

from __future__ import annotations

from datetime import timedelta

from selenium.webdriver import Chrome

from certclient.model.keys import KeyAlgorithm
from certclient.model.profile import SecretPolicy
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.bank.ca import INTERMEDIATE_NAME
from certclient_practice.repositories.records import CertificateState
from support.browser import (
    accessibility_faults,
    browsing,
    click,
    click_link,
    fill,
    open_app,
    reason_of,
    set_up_desktop,
    set_up_desktop_with_windows,
    text_of,
    tls_versions,
)
from support.command_line import CliComputer

USER = "TKYM1408054"
PIN, PASSWORD = "4711", "83920174"


def check_accessibility(driver: Chrome) -> None:
    """Asserts that the current page is accessible."""
    assert accessibility_faults(driver) == []


def log_in_as_administrator(driver: Chrome, bank_url: str) -> None:
    driver.get(bank_url)
    check_accessibility(driver)
    click_link(driver, "管理者ログイン")
    check_accessibility(driver)
    click(driver, "#login-administrator")
    check_accessibility(driver)
    assert text_of(driver, "h1") == "ご契約先暗証番号"
    fill(driver, "#secret", PIN)
    click(driver, "main button")
    assert "確認用パスワード" in text_of(driver, "h1")
    check_accessibility(driver)
    fill(driver, "#secret", PASSWORD)
    click(driver, "main button")


def test_renewal_from_the_notice_of_the_bank(pc: CliComputer) -> None:
    """Ways B1 and B2: the ticket in the link replaces PIN and one-time password. The new key is an
    EC key."""
    bank = pc.bank
    bank.add_customer(USER, "1394", pin=PIN, one_time_password=PASSWORD)
    everybody = SecretPolicy.EVERYBODY
    options = ProfileOptions(
        ask_pin=everybody, ask_one_time_password=everybody, key=KeyAlgorithm.EC_P384
    )
    bank.write_profile(options)
    old = pc.add_certificate(USER, pc.nss.store(), days=20)
    desktop = set_up_desktop(pc, "y")
    with browsing(desktop, INTERMEDIATE_NAME) as driver:
        log_in_as_administrator(driver, bank.addresses.public_url)
        assert text_of(driver, "h1") == "重要なお知らせ"
        assert text_of(driver, "#serial") == old.serial_hex
        check_accessibility(driver)
        click_link(driver, "電子証明書の更新をお願いします")
        assert "あと20日" in text_of(driver, "main")
        check_accessibility(driver)
        open_app(driver, "#renew")
        screen = desktop.program_ended()
        assert screen.endswith("\n0"), screen
        assert "電子証明書のインストールが完了しました" in screen
        click_link(driver, "メインへ")
        assert reason_of(driver) == "superseded", "the old certificate is refused at once"
        check_accessibility(driver)
    with browsing(desktop, INTERMEDIATE_NAME) as driver:
        log_in_as_administrator(driver, bank.addresses.public_url)
        assert text_of(driver, "h1") == "メイン"
        assert tls_versions(driver) == {"TLS 1.3"}
        check_accessibility(driver)
        new_serial = text_of(driver, "#serial")
        click(driver, "#logout")
        assert reason_of(driver) == "logged-out"
        check_accessibility(driver)
    assert new_serial != old.serial_hex
    assert bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED
    assert bank.state_of(new_serial) is CertificateState.CONFIRMED


def test_link_opens_the_wizard(pc: CliComputer) -> None:
    """Way B1 as most customers use it: only two clicks remain in the window."""
    bank = pc.bank
    bank.add_customer(USER)
    old = pc.add_certificate(USER, pc.nss.store(), days=20)
    desktop = set_up_desktop_with_windows(pc)
    with browsing(desktop, INTERMEDIATE_NAME) as driver:
        driver.get(bank.login_url)
        click(driver, "#renewal-notice")
        open_app(driver, "#renew")
        *seen, code = desktop.program_ended().splitlines()
    assert code == "0"
    assert seen == [
        "NOTICE",
        "今すぐ更新する",
        "CHECKS",
        "START",
        "更新する",
        "WORK",
        "DONE",
    ]
    assert bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED


def test_expired_certificate_is_obtained_with_an_issue_code(pc: CliComputer) -> None:
    """Way C1. The new key is an EC key; a browser logs in with it by TLS 1.2 and 1.3."""
    bank = pc.bank
    bank.write_profile(ProfileOptions(key=KeyAlgorithm.EC_P256))
    bank.add_customer(USER, pin=PIN)
    old = pc.add_certificate(USER, pc.nss.store(), days=20)
    bank.clock.advance(timedelta(days=21))
    desktop = set_up_desktop(pc, "y")
    with browsing(desktop, INTERMEDIATE_NAME, width=390) as driver:
        driver.get(bank.login_url)
        assert reason_of(driver) == "expired"
        assert text_of(driver, "#serial") == old.serial_hex
        click(driver, "#obtain")
        check_accessibility(driver)
        fill(driver, "#user-id", USER)
        fill(driver, "#pin", PIN)
        click(driver, "main button")
        assert reason_of(driver) == "granted"
        check_accessibility(driver)
        open_app(driver, "#open-app")
        screen = desktop.program_ended()
        assert screen.endswith("\n0"), screen
    for version in ("tls1.2", "tls1.3"):
        with browsing(desktop, INTERMEDIATE_NAME, newest_tls=version) as driver:
            driver.get(bank.login_url)
            fill(driver, "#secret", PIN)
            click(driver, "main button")
            assert reason_of(driver) == "welcome"
            assert tls_versions(driver) == {version.upper().replace("TLS", "TLS ")}
            assert text_of(driver, "#serial") != old.serial_hex


def test_bank_refers_to_the_branch_after_ninety_days(pc: CliComputer) -> None:
    """Way C2."""
    bank = pc.bank
    bank.add_customer(USER, pin=PIN)
    pc.add_certificate(USER, pc.nss.store(), days=20)
    bank.clock.advance(timedelta(days=20 + 91))
    desktop = set_up_desktop(pc)
    with browsing(desktop, INTERMEDIATE_NAME, width=390) as driver:
        driver.get(bank.login_url)
        assert reason_of(driver) == "too-late"
        assert "お取引店窓口で再発行" in text_of(driver, "main")
        check_accessibility(driver)
        driver.get(f"{bank.addresses.public_url}obtain")
        fill(driver, "#user-id", USER)
        fill(driver, "#pin", PIN)
        click(driver, "main button")
        assert reason_of(driver) == "too-late"
        assert "お取引店窓口で再発行" in text_of(driver, "main")
        check_accessibility(driver)
