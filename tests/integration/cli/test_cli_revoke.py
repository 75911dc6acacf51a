"""A customer's own revocation with the real command line, stores and bank."""

from __future__ import annotations

from certclient.model.errors import ErrorCode
from certclient_practice.repositories.records import CertificateState, Reason
from support.command_line import PC_USER, PIN, USB_USER, CliComputer

USER_ACTION, NOTHING_TO_DO, REFUSED = 2, 3, 6


def reason_of(pc: CliComputer, serial: str) -> Reason | None:
    (record,) = (one for one in pc.bank.bank.certificates() if one.certificate.serial_hex == serial)
    return record.reason


def test_a_revoked_certificate_logs_in_nowhere_and_is_offered_for_nothing(pc: CliComputer) -> None:
    token = pc.plug_in_token()
    certificate = pc.add_certificate(USB_USER, token.store())
    serial = certificate.serial_hex
    kept = pc.run("revoke", serial, "--yes", "--pin-stdin", stdin=f"{PIN}\n")
    assert kept.code == REFUSED, "the last one of its user ID needs more than a yes"
    assert ErrorCode.LAST_VALID_CERTIFICATE.code in kept.err
    assert pc.bank.state_of(serial) is CertificateState.CONFIRMED

    options = ("--reason", "suspected", "--yes", "--last-one", "--pin-stdin", "--json")
    done = pc.run("revoke", serial, *options, stdin=f"{PIN}\n")
    assert done.code == 0, done.err
    assert (done.json["action"], done.json["reason"]) == ("archived", "suspected")
    assert pc.bank.state_of(serial) is CertificateState.REVOKED
    assert reason_of(pc, serial) is Reason.BY_CUSTOMER
    (row,) = pc.list()
    assert row["archived"]
    assert (row["bank_status"], row["rejection"]["source"]) == ("not-accepted", "own-request")
    assert pc.run("renew", "--all", "--yes").code == NOTHING_TO_DO
    assert pc.run("remind").out == ""
    again = pc.run("revoke", serial, *options, stdin=f"{PIN}\n")
    assert again.code == NOTHING_TO_DO, again.err
    assert again.json["error"]["code"] == "CC-REVOKE-NEEDLESS"
    assert PIN not in pc.everything_written()


def test_a_certificate_that_is_not_here_is_named_for_the_bank(pc: CliComputer) -> None:
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    obtained = pc.run("obtain", PC_USER, "--yes", "--code-stdin", stdin=f"{code}\n")
    assert obtained.code == 0, obtained.err
    (row,) = pc.list()
    pc.nss.directory.rename(pc.home / "lost")
    for name in (PC_USER, row["serial"]):
        lost = pc.run("revoke", name, "--reason", "lost", "--yes", "--last-one")
        assert lost.code == USER_ACTION, lost.err
        assert "[CC-REVOKE-AT-BANK]" in lost.err
        assert f"シリアル番号：{row['serial']}" in lost.err
        assert f"ユーザID：{PC_USER}" in lost.err
        assert "お問い合わせ先：" in lost.err
