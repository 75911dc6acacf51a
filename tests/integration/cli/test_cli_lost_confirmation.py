"""The confirmation never reaches the practice bank, which revokes in time: the program, for real.

The line between them is cut as soon as the bank has issued; the bank revokes after a few seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from certclient_practice.repositories.records import CertificateState
from support.command_line import PC_USER, PIN, USB_USER, Computer
from support.lossy_line import LossyLine, lossy_line

LOST = 5
"""Exit code: later again."""


@dataclass
class Cut:
    """The customer's computer on a line that breaks before the confirmation."""

    pc: Computer
    line: LossyLine

    def bank_revokes(self) -> None:
        bank = self.pc.bank
        bank.clock.advance(bank.policy.confirm_within + timedelta(seconds=1))
        bank.bank.sweep()

    def states(self) -> dict[str, CertificateState | None]:
        return {c["serial"]: self.pc.bank.state_of(c["serial"]) for c in self.pc.list()}


@contextmanager
def cut(pc: Computer) -> Iterator[Cut]:
    bank = pc.bank

    def issued() -> bool:
        with bank.bank.books() as books:
            records = books.register.all()
            return any(one.state is CertificateState.UNCONFIRMED for one in records)

    port = int(re.findall(r":(\d+)/", bank.cmp_url)[0])
    with lossy_line(port, issued) as line:
        text = bank.profile_path.read_text(encoding="utf-8")
        through_line = text.replace(f":{port}/", f":{line.port}/")
        bank.profile_path.write_text(through_line, encoding="utf-8")
        yield Cut(pc, line)


@pytest.fixture
def broken(pc: Computer) -> Iterator[Cut]:
    with cut(pc) as broken:
        yield broken


def usable(pc: Computer) -> dict[str, str]:
    """User ID to the serial number of what the program takes for the bank's certificate."""
    return {
        c["user_id"]: c["serial"]
        for c in pc.list()
        if c["has_key"] and not c["archived"] and c["bank_status"] == "presumed-accepted"
    }


def test_a_renewal_whose_confirmation_is_lost_for_longer_than_the_bank_waits(broken: Cut) -> None:
    pc = broken.pc
    old = pc.give(PC_USER, pc.nss.store())
    lost = pc.run("renew", "--yes", "--wait", "0")
    assert lost.code == LOST, lost.err
    assert broken.line.lost > 0
    assert usable(pc) == {PC_USER: old.serial_hex}, "an unconfirmed one is not listed as valid"
    shown = pc.run("list").out
    assert "手続きの途中です（certclient resume で続けてください）" in shown
    (unfinished,) = pc.run("status", "--json").json["procedures"]
    assert unfinished["state"] == "verified"

    broken.bank_revokes()
    broken.line.mend()
    done = pc.run("resume", "--json")
    assert done.code == 0, done.err
    (result,) = done.json["results"]
    assert result["outcome"] == "done"
    dead, new = result["not_accepted"], result["certificate"]["serial"]
    assert dead == unfinished["serial"]
    assert pc.bank.state_of(dead) is CertificateState.REVOKED
    assert pc.bank.state_of(new) is CertificateState.CONFIRMED
    assert usable(pc) == {PC_USER: new}
    assert dead not in [c["serial"] for c in pc.list()]
    assert pc.run("status", "--json").json["leftover_keys"] == []


def test_the_customer_reads_what_happened(broken: Cut) -> None:
    pc = broken.pc
    pc.give(PC_USER, pc.nss.store())
    assert pc.run("renew", "--yes", "--wait", "0").code == LOST
    broken.bank_revokes()
    broken.line.mend()
    done = pc.run("renew", "--yes")
    assert done.code == 0, done.err
    assert "この電子証明書は金融機関で使えません" in done.err
    assert "確認の期限を過ぎたか取り消されたため、電子証明書は失効しました。" in done.err
    assert "片付けて、新しく申請し直しました" in done.out
    assert "電子証明書のインストールが完了しました" in done.out


def test_on_a_token_the_dead_key_goes_as_well(broken: Cut) -> None:
    pc = broken.pc
    token = pc.plug_in_token()
    pc.give(USB_USER, token.store())
    pin = {"stdin": f"{PIN}\n"}
    assert pc.run("renew", "--yes", "--pin-stdin", "--wait", "0", **pin).code == LOST
    broken.bank_revokes()
    broken.line.mend()
    done = pc.run("resume", "--pin-stdin", **pin)
    assert done.code == 0, done.err
    on_token = token.store().certificates()
    assert len(on_token) == 2, "the new one and the old one"
    assert list(token.store().unused_keys()) == []


def test_obtaining_asks_for_the_code_again(broken: Cut) -> None:
    pc = broken.pc
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    options = ("obtain", PC_USER, "--yes", "--code-stdin", "--wait", "0")
    assert pc.run(*options, stdin=f"{code}\n").code == LOST
    broken.bank_revokes()
    broken.line.mend()
    done = pc.run("resume", "--code-stdin", stdin=f"{code}\n")
    assert done.code == 0, done.err
    (serial,) = usable(pc).values()
    assert pc.bank.state_of(serial) is CertificateState.CONFIRMED


def test_obtaining_with_a_code_that_has_run_out_leaves_nothing_that_looks_valid(
    broken: Cut,
) -> None:
    pc = broken.pc
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    options = ("obtain", PC_USER, "--yes", "--code-stdin", "--wait", "0")
    assert pc.run(*options, stdin=f"{code}\n").code == LOST
    pc.bank.clock.advance(pc.bank.policy.code_valid)
    broken.bank_revokes()
    broken.line.mend()
    failed = pc.run("resume", "--code-stdin", stdin=f"{code}\n")
    assert failed.code == 2
    assert "CC-CERT-NOT-ACCEPTED" in failed.err
    assert "CC-CODE-WRONG" in failed.err
    assert pc.list() == []


def test_the_reminder_of_the_next_logon_tells_the_bank(broken: Cut) -> None:
    """Without a display it does so itself; no question, no PIN."""
    pc = broken.pc
    pc.give(PC_USER, pc.nss.store())
    assert pc.run("renew", "--yes", "--wait", "0").code == LOST
    still = pc.run("remind", "--json")
    (tried,) = still.json["confirmations"]
    assert (tried["confirmed"], tried["error"]["code"]) == (False, "CC-NET-UNREACHABLE")
    broken.line.mend()
    told = pc.run("remind")
    assert told.code == 0, told.err
    assert f"{PC_USER}：電子証明書の受け取りを金融機関に連絡しました。" in told.out
    (serial,) = usable(pc).values()
    assert pc.bank.state_of(serial) is CertificateState.CONFIRMED
    assert pc.run("status", "--json").json["procedures"] == []


def test_a_batch_goes_on_with_the_others_and_finishes_them_later(broken: Cut) -> None:
    pc = broken.pc
    store = pc.nss.store()
    for user_id in (PC_USER, "TKYM1408056"):
        pc.give(user_id, store)
    assert pc.run("renew", "--all", "--yes", "--wait", "0").code == LOST
    broken.bank_revokes()
    broken.line.mend()
    done = pc.run("renew", "--all", "--yes")
    assert done.code == 0, done.err
    assert set(usable(pc)) == {PC_USER, "TKYM1408056"}
    for serial in usable(pc).values():
        assert pc.bank.state_of(serial) is CertificateState.CONFIRMED


def test_revoked_by_the_banks_desk_it_is_shown_so_and_never_chosen_again(pc: Computer) -> None:
    old = pc.give(PC_USER, pc.nss.store())
    pc.bank.revoke(old.serial_hex)
    refused = pc.run("renew", "--yes")
    assert refused.code == 6
    assert "CC-CERT-NOT-ACCEPTED" in refused.err
    (row,) = pc.list()
    assert row["bank_status"] == "not-accepted"
    assert row["rejection"]["source"] == "renewal"
    assert "金融機関で使えません [CC-CA-REFUSED]" in pc.run("list").out
    assert pc.run("renew", "--all", "--yes").code == 3, "nothing is due"
    assert pc.run("remind").out == ""
    again = pc.run("renew", PC_USER, "--yes")
    assert again.code == 6
    assert "CC-CERT-NOT-ACCEPTED" in again.err
    assert pc.run("remove", old.serial_hex, "--delete", "--yes").code == 0
    assert pc.list() == []
