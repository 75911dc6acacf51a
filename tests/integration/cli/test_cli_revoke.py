"""A customer's own revocation with the real command line, stores and bank."""

from __future__ import annotations

from certclient_practice.repositories.records import CertificateState, Reason
from support.command_line import PC_USER, PIN, USB_USER, CliComputer

USER_ACTION = 2


def test_a_revoked_certificate_is_offered_for_nothing(pc: CliComputer) -> None:
    token = pc.plug_in_token()
    serial = pc.add_certificate(USB_USER, token.store()).serial_hex
    options = ("--reason", "suspected", "--yes", "--last-one", "--pin-stdin", "--json")
    done = pc.run("revoke", serial, *options, stdin=f"{PIN}\n")
    assert done.code == 0, done.err
    assert (done.json["action"], done.json["reason"]) == ("archived", "suspected")
    assert pc.bank.state_of(serial) is CertificateState.REVOKED
    (record,) = pc.bank.bank.certificates()
    assert record.reason is Reason.BY_CUSTOMER
    (row,) = pc.list()
    assert row["archived"]
    assert (row["bank_status"], row["rejection"]["source"]) == ("not-accepted", "own-request")
    assert pc.run("remind").out == ""
    assert PIN not in pc.everything_written()


def test_a_certificate_that_is_not_here_is_named_for_the_bank(pc: CliComputer) -> None:
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    obtained = pc.run("obtain", PC_USER, "--yes", "--code-stdin", stdin=f"{code}\n")
    assert obtained.code == 0, obtained.err
    (record,) = pc.bank.bank.certificates()
    pc.nss.directory.rename(pc.home / "lost")
    lost = pc.run("revoke", PC_USER, "--reason", "lost", "--yes", "--last-one")
    assert lost.code == USER_ACTION, lost.err
    assert "[CC-REVOKE-AT-BANK]" in lost.err
    assert f"シリアル番号：{record.certificate.serial_hex}" in lost.err
    assert f"ユーザID：{PC_USER}" in lost.err
    assert "お問い合わせ先：" in lost.err
