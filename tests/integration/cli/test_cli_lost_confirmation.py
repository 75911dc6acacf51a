"""The program when its confirmation never reaches the practice bank, which then revokes.

The connection is cut as soon as the bank has issued the certificate.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from certclient_practice.repositories.records import CertificateState
from support.command_line import PC_USER, PIN, USB_USER, CliComputer
from support.lossy_line import BrokenLine, line_broken_at_confirmation

LOST = 5
"""Exit code: try again later."""


@pytest.fixture
def broken(pc: CliComputer) -> Iterator[BrokenLine]:
    """The customer's computer on a connection that breaks before the confirmation."""
    with line_broken_at_confirmation(pc.bank) as connection:
        yield connection


def usable(pc: CliComputer) -> dict[str, str]:
    """Maps user IDs to serial numbers of certificates that the bank presumably accepts."""
    return {
        c["user_id"]: c["serial"]
        for c in pc.list()
        if c["has_key"] and not c["archived"] and c["bank_status"] == "presumed-accepted"
    }


def test_resume_replaces_a_certificate_revoked_before_its_confirmation(
    pc: CliComputer, broken: BrokenLine
) -> None:
    old = pc.add_certificate(PC_USER, pc.nss.store())
    lost = pc.run("renew", "--yes", "--wait", "0")
    assert lost.code == LOST, lost.err
    assert broken.line.lost > 0
    assert usable(pc) == {PC_USER: old.serial_hex}, (
        "an unconfirmed certificate is not listed as valid"
    )
    shown = pc.run("list").out
    assert "受け取りの連絡待ち（certclient resume で続けてください）" in shown
    (unfinished,) = pc.run("status", "--json").json["procedures"]
    assert unfinished["state"] == "verified"

    broken.bank_revokes()
    broken.line.restore()
    done = pc.run("resume", "--json")
    assert done.code == 0, done.err
    (result,) = done.json["results"]
    assert result["outcome"] == "done"
    rejected, new = result["not_accepted"], result["certificate"]["serial"]
    assert rejected == unfinished["serial"]
    assert pc.bank.state_of(rejected) is CertificateState.REVOKED
    assert pc.bank.state_of(new) is CertificateState.CONFIRMED
    assert usable(pc) == {PC_USER: new}
    assert rejected not in [c["serial"] for c in pc.list()]
    assert pc.run("status", "--json").json["leftover_keys"] == []


def test_renewing_again_explains_the_revocation(pc: CliComputer, broken: BrokenLine) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    assert pc.run("renew", "--yes", "--wait", "0").code == LOST
    broken.bank_revokes()
    broken.line.restore()
    done = pc.run("renew", "--yes")
    assert done.code == 0, done.err
    assert "この電子証明書は金融機関で使えません" in done.err
    assert "確認の期限を過ぎたか取り消されたため、電子証明書は失効しました。" in done.err
    assert "片付けて、新しく申請し直しました" in done.out
    assert "電子証明書のインストールが完了しました" in done.out


def test_key_of_the_revoked_certificate_is_removed_from_the_token(
    pc: CliComputer, broken: BrokenLine
) -> None:
    token = pc.plug_in_token()
    pc.add_certificate(USB_USER, token.store())
    pin = {"stdin": f"{PIN}\n"}
    assert pc.run("renew", "--yes", "--pin-stdin", "--wait", "0", **pin).code == LOST
    broken.bank_revokes()
    broken.line.restore()
    done = pc.run("resume", "--pin-stdin", **pin)
    assert done.code == 0, done.err
    on_token = token.store().certificates()
    assert len(on_token) == 2, "the new certificate and the old one"
    assert list(token.store().unused_keys()) == []


def test_obtaining_requests_the_code_again(pc: CliComputer, broken: BrokenLine) -> None:
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    options = ("obtain", PC_USER, "--yes", "--code-stdin", "--wait", "0")
    assert pc.run(*options, stdin=f"{code}\n").code == LOST
    broken.bank_revokes()
    broken.line.restore()
    done = pc.run("resume", "--code-stdin", stdin=f"{code}\n")
    assert done.code == 0, done.err
    (serial,) = usable(pc).values()
    assert pc.bank.state_of(serial) is CertificateState.CONFIRMED


def test_expired_code_leaves_no_certificate_behind(pc: CliComputer, broken: BrokenLine) -> None:
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    options = ("obtain", PC_USER, "--yes", "--code-stdin", "--wait", "0")
    assert pc.run(*options, stdin=f"{code}\n").code == LOST
    pc.bank.clock.advance(pc.bank.policy.code_valid)
    broken.bank_revokes()
    broken.line.restore()
    failed = pc.run("resume", "--code-stdin", stdin=f"{code}\n")
    assert failed.code == 2
    assert "CC-CERT-NOT-ACCEPTED" in failed.err
    assert "CC-CODE-WRONG" in failed.err
    assert pc.list() == []


def test_remind_sends_the_pending_confirmation(pc: CliComputer, broken: BrokenLine) -> None:
    """Without a display, `remind` sends it itself, with no question and no PIN."""
    pc.add_certificate(PC_USER, pc.nss.store())
    assert pc.run("renew", "--yes", "--wait", "0").code == LOST
    failed = pc.run("remind", "--json")
    (tried,) = failed.json["confirmations"]
    assert (tried["confirmed"], tried["error"]["code"]) == (False, "CC-NET-UNREACHABLE")
    broken.line.restore()
    reminded = pc.run("remind")
    assert reminded.code == 0, reminded.err
    assert f"{PC_USER}：電子証明書の受け取りを金融機関に連絡しました。" in reminded.out
    (serial,) = usable(pc).values()
    assert pc.bank.state_of(serial) is CertificateState.CONFIRMED
    assert pc.run("status", "--json").json["procedures"] == []


def test_batch_finishes_all_renewals_in_a_later_run(pc: CliComputer, broken: BrokenLine) -> None:
    store = pc.nss.store()
    for user_id in (PC_USER, "TKYM1408056"):
        pc.add_certificate(user_id, store)
    assert pc.run("renew", "--all", "--yes", "--wait", "0").code == LOST
    broken.bank_revokes()
    broken.line.restore()
    done = pc.run("renew", "--all", "--yes")
    assert done.code == 0, done.err
    assert set(usable(pc)) == {PC_USER, "TKYM1408056"}
    for serial in usable(pc).values():
        assert pc.bank.state_of(serial) is CertificateState.CONFIRMED


def test_certificate_revoked_by_the_bank_is_not_renewed_again(pc: CliComputer) -> None:
    old = pc.add_certificate(PC_USER, pc.nss.store())
    pc.bank.revoke(old.serial_hex)
    refused = pc.run("renew", "--yes")
    assert refused.code == 6
    assert "CC-CERT-NOT-ACCEPTED" in refused.err
    (row,) = pc.list()
    assert row["bank_status"] == "not-accepted"
    assert row["rejection"]["source"] == "renewal"
    assert "金融機関で使えません [CC-CA-REFUSED]" in pc.run("list").out
    assert pc.run("renew", "--all", "--yes").code == 3, "nothing is due"
    assert "金融機関で使えません" in pc.run("remind").out
    again = pc.run("renew", PC_USER, "--yes")
    assert again.code == 6
    assert "CC-CERT-NOT-ACCEPTED" in again.err
    assert pc.run("remove", old.serial_hex, "--delete", "--yes").code == 0
    assert pc.list() == []
