"""A1, A3: renewal on the PC, as a customer does it."""

from __future__ import annotations

from certclient.practice.records import CertificateState
from certclient.ui.navigation import Page
from certclient.ui.wizard import EnrollmentWizard
from support.wizards import Office


def test_from_the_notice_to_the_end_in_two_clicks(office: Office) -> None:
    old = office.give(office.pc)
    wizard = EnrollmentWizard.renew(office.context(), old, notice=True)
    customer = office.open(wizard)
    customer.arrives_at(Page.NOTICE)
    customer.clicks_on("今すぐ更新する")
    customer.arrives_at(Page.START)
    customer.clicks_on("更新する")
    customer.arrives_at(Page.DONE)
    assert customer.clicks == ["今すぐ更新する", "更新する"]
    (new,) = office.usable(office.pc)
    assert new != old.certificate
    assert office.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED
    assert "電子証明書のインストールが完了しました" in customer.text
    assert new.serial_hex in customer.text
