"""A customer moves to a new PC: two computers, each with its own home, and one practice bank."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certclient.model.certificate import Certificate
from certclient.model.profile import EST
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.repositories.records import CertificateState
from support.command_line import PC_USER, PIN, USB_USER, CliComputer
from support.customer import nss_private_keys
from support.json_output import check_output

USER_ACTION, REFUSED, NOTHING_TO_DO = 2, 6, 3


@pytest.fixture
def new_pc(pc: CliComputer, tmp_path: Path) -> CliComputer:
    """The new computer, without anything on it; `pc` is the old one."""
    home = tmp_path / "new home"
    home.mkdir()
    return replace(pc, home=home)


def run(pc: CliComputer, *arguments: str) -> Any:
    """`certclient move ARGUMENTS`, which succeeds; its JSON has the shape that is documented."""
    done = pc.run("move", *arguments, "--json")
    assert done.code == 0, done.err
    check_output(done.out)
    return done.json


def obtain(new_pc: CliComputer) -> str:
    """The new computer gets a certificate with an issue code; returns its number."""
    code = new_pc.bank.issue_code(PC_USER).reveal()
    obtained = new_pc.run("obtain", PC_USER, "--yes", "--code-stdin", stdin=f"{code}\n")
    assert obtained.code == 0, obtained.err
    shown = run(new_pc, "number")
    assert shown["login"]["result"] == "worked"
    number: str = shown["number"]
    assert re.fullmatch(r"\d{4}-\d{4}-\d{4}", number)
    return number


def begin(pc: CliComputer) -> Certificate:
    certificate = pc.add_certificate(PC_USER, pc.nss.store())
    sheet = "\n".join(run(pc, "start", PC_USER)["sheet"])
    for needed in ("練習", PC_USER, "発行コード", "確認番号"):
        assert needed in sheet
    return certificate


def keys(pc: CliComputer) -> int:
    return nss_private_keys(pc.nss)


def moving(pc: CliComputer) -> list[bool]:
    return [row["moving"] for row in pc.list()]


def test_the_old_pc_gives_up_its_key_only_after_the_new_one_has_logged_in(
    pc: CliComputer, new_pc: CliComputer
) -> None:
    old = begin(pc)
    assert moving(pc) == [True]
    assert "このパソコンでもログインできます" in pc.run("move", "status").out
    assert pc.bank.state_of(old.serial_hex) is CertificateState.CONFIRMED

    number = obtain(new_pc)
    mistyped = number[:-1] + str((int(number[-1]) + 1) % 10)
    refused = pc.run("move", "finish", "--number", mistyped, "--yes")
    assert (refused.code, "[CC-MOVE-NUMBER]" in refused.err) == (USER_ACTION, True)
    assert keys(pc) == 1

    typed = number.translate(str.maketrans("0123456789-", "０１２３４５６７８９ー"))
    over = run(pc, "finish", PC_USER, "--number", typed, "--yes")["move"]
    assert over["step"] == "done"
    assert over["ended"] == "own-request", "that the bank had ended it is the same"
    assert (pc.list(), keys(pc)) == ([], 0)
    assert pc.run("remind").out == ""
    assert pc.bank.state_of(old.serial_hex) is not CertificateState.CONFIRMED
    (new,) = new_pc.list()
    assert pc.bank.state_of(new["serial"]) is CertificateState.CONFIRMED
    assert new_pc.run("move", "number").code == 0, "it still logs in"
    again = pc.run("move", "finish", "--number", number, "--yes")
    assert (again.code, "[CC-MOVE-NOT-BEGUN]" in again.err) == (USER_ACTION, True)
    assert "終わりました" in pc.run("move", "status").out


def test_over_est_the_bank_is_told_by_telephone(pc: CliComputer, new_pc: CliComputer) -> None:
    """The old one logs in until the new one has, and this program cannot revoke it."""
    pc.bank.write_profile(ProfileOptions(protocol=EST))
    old = begin(pc)
    number = obtain(new_pc)
    done = pc.run("move", "finish", "--number", number, "--yes")
    assert done.code == 0, done.err
    assert f"シリアル番号：{old.serial_hex}" in done.out
    assert "03-0000-0000" in done.out
    assert (pc.list(), keys(pc)) == ([], 0)
    assert pc.bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED, "by the new one's login"


def test_called_off_before_anything_was_revoked(pc: CliComputer) -> None:
    old = begin(pc)
    assert run(pc, "undo")["move"]["step"] == "await-login"
    assert moving(pc) == [False]
    assert pc.bank.state_of(old.serial_hex) is CertificateState.CONFIRMED
    assert pc.run("renew", "--yes").code == 0
    assert run(pc, "status")["moves"] == []


def test_a_renewal_on_the_old_pc_takes_the_moves_place(
    pc: CliComputer, new_pc: CliComputer
) -> None:
    begin(pc)
    assert pc.run("renew", "--yes").code == 0, "nothing is blocked meanwhile"
    assert moving(pc) == [False, False]
    number = obtain(new_pc)
    late = pc.run("move", "finish", "--number", number, "--yes")
    assert (late.code, "[CC-MOVE-NOT-BEGUN]" in late.err) == (USER_ACTION, True)
    assert keys(pc) == 2


def test_a_bank_that_issues_none_before_the_old_one_is_revoked(
    pc: CliComputer, new_pc: CliComputer
) -> None:
    profile = pc.bank.profile_path
    text = profile.read_text("utf-8")
    profile.write_text(text.replace('"replaced"', '"revoked-first"'), "utf-8")
    old = begin(pc)
    move = run(pc, "finish", "--yes")["move"]
    assert (move["step"], move["ended"]) == ("await-login", "own-request")
    assert pc.bank.state_of(old.serial_hex) is CertificateState.REVOKED
    assert keys(pc) == 1, "the key stays until the new PC logs in"
    over = pc.run("move", "undo")
    assert (over.code, "[CC-MOVE-OVER]" in over.err) == (REFUSED, True)
    number = obtain(new_pc)
    assert pc.run("move", "finish", "--number", number, "--yes").code == 0
    assert pc.list() == []


def test_a_token_moves_by_itself(pc: CliComputer) -> None:
    token = pc.plug_in_token()
    pc.add_certificate(USB_USER, token.store())
    told = pc.run("move", "start")
    assert (told.code, "[CC-MOVE-TOKEN]" in told.err) == (NOTHING_TO_DO, True)
    assert "管理ソフト" in told.err
    assert PIN not in pc.everything_written()


def test_what_to_do_without_the_old_pc(new_pc: CliComputer) -> None:
    (bank,) = run(new_pc, "lost", PC_USER)["banks"]
    sheet = "\n".join(bank["sheet"])
    call, obtaining = sheet.index("失効を頼みます"), sheet.index("「電子証明書取得」")
    assert call < obtaining, "first the telephone"
    assert "03-0000-0000" in sheet
    assert PC_USER in sheet
