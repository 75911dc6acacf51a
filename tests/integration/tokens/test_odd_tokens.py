"""Commands with other vendors' middleware (`pkcs11_shim`): a certificate, or one true sentence
before anything is asked of the bank."""

from __future__ import annotations

from pathlib import Path

import pytest

from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.repositories.records import CertificateState
from support.bank import RunningBank
from support.command_line import PIN, USB_USER, CliComputer
from support.pkcs11_shim import Shim

pytestmark = pytest.mark.reliability(
    "tokens", "of other makes: full, without what is needed, the last try"
)


@pytest.fixture
def computer(tmp_path: Path, bank: RunningBank, shim: Shim) -> CliComputer:
    """A computer whose tokens are behind the module."""
    home = tmp_path / "home"
    home.mkdir()
    bank.write_profile(ProfileOptions(pkcs11_modules=(shim.hsm.module_path,)))
    return CliComputer(home, bank, shim.hsm)


def only_serial(computer: CliComputer) -> str:
    (usable,) = [one for one in computer.list() if one["has_key"] and not one["archived"]]
    return str(usable["serial"])


def issued(computer: CliComputer) -> int:
    return len(list(computer.bank.bank.certificates()))


@pytest.mark.parametrize(
    "behaviours",
    [
        ("refuse-false", "free-slot", "one-serial"),
        ("twin", "no-set", "no-empty-id", "no-pss", "always-auth", "with-public"),
    ],
    ids=["tpm", "card"],
)
def test_a_certificate_is_renewed_on_an_odd_token(
    computer: CliComputer, shim: Shim, behaviours: tuple[str, ...]
) -> None:
    token = computer.plug_in_token()
    old = computer.add_certificate(USB_USER, token.store())
    shim.play(*behaviours)
    done = computer.run("renew", USB_USER, "--yes", "--pin-stdin", stdin=f"{PIN}\n")
    assert done.code == 0, done.err
    assert computer.bank.state_of(only_serial(computer)) is CertificateState.CONFIRMED
    assert only_serial(computer) != old.serial_hex


@pytest.mark.parametrize(
    ("behaviour", "code", "said"),
    [
        ("pss-wrong", "CC-KEY-UNSUPPORTED", "まだ何も送っておらず"),
        ("free=100", "CC-TOKEN-FULL", "100 bytes"),
    ],
)
def test_nothing_is_asked_of_the_bank_if_the_token_cannot_do_it(
    computer: CliComputer, shim: Shim, behaviour: str, code: str, said: str
) -> None:
    old = computer.add_certificate(USB_USER, computer.plug_in_token().store())
    before = issued(computer)
    shim.play(behaviour)
    done = computer.run("renew", USB_USER, "--yes", "--pin-stdin", stdin=f"{PIN}\n")
    assert done.code != 0
    assert f"[{code}]" in done.err
    assert said in done.err
    assert issued(computer) == before
    shim.play()
    assert only_serial(computer) == old.serial_hex


def test_a_full_token_leaves_nothing_and_is_renewed_once_there_is_room(
    computer: CliComputer, shim: Shim
) -> None:
    old = computer.add_certificate(USB_USER, computer.plug_in_token().store())
    shim.play("write-late=0x05")
    full = computer.run("renew", USB_USER, "--yes", "--pin-stdin", stdin=f"{PIN}\n")
    assert "[CC-TOKEN-FULL]" in full.err
    assert "CKR_GENERAL_ERROR" in full.err
    assert [one["serial"] for one in computer.list()] == [old.serial_hex]
    shim.play()
    done = computer.run("renew", USB_USER, "--yes", "--pin-stdin", stdin=f"{PIN}\n")
    assert done.code == 0, done.err
    assert only_serial(computer) != old.serial_hex


def test_a_certificate_behind_a_module_that_does_not_start_is_not_called_not_found(
    computer: CliComputer, shim: Shim
) -> None:
    computer.add_certificate(USB_USER, computer.plug_in_token().store())
    shim.play("init=0x05")
    renewed = computer.run("renew", USB_USER, "--yes")
    assert "CC-CERT-NOT-FOUND" not in renewed.err
    assert "[CC-STORE-MODULE-START]" in renewed.err
    assert "CKR_GENERAL_ERROR" in renewed.err
    listed = computer.run("list")
    assert listed.code == 0
    assert "CKR_GENERAL_ERROR" in listed.err


@pytest.mark.parametrize(
    ("absence", "sentence"),
    [
        ("unknown-card", "管理ソフトが知らないものです"),
        ("no-card", "カードが入っていません"),
        ("no-reader", "カードリーダーも接続されていません"),
    ],
)
def test_no_token_is_one_of_three_sentences(
    computer: CliComputer, shim: Shim, absence: str, sentence: str
) -> None:
    shim.play(absence)
    listed = computer.run("list")
    assert listed.code == 0
    assert sentence in listed.err
    assert "[CC-TOKEN-MISSING]" in listed.err


def test_a_user_of_a_token_that_is_not_there_is_told_why(computer: CliComputer, shim: Shim) -> None:
    shim.play("no-card")
    computer.bank.add_customer(USB_USER)
    obtained = computer.run("obtain", USB_USER, "--to", "usb", "--yes")
    assert obtained.code == 2
    assert "カードが入っていません" in obtained.err
    assert "ACME Reader 00" in obtained.err


def test_the_last_attempt_is_kept_and_it_is_said_where_the_pin_may_be_typed(
    computer: CliComputer, shim: Shim
) -> None:
    computer.add_certificate(USB_USER, computer.plug_in_token().store())
    shim.play("flags=0x20000")  # CKF_USER_PIN_FINAL_TRY
    logins = shim.calls("C_Login")
    done = computer.run("renew", USB_USER, "--yes", "--pin-stdin", stdin=f"{PIN}\n")
    assert done.code == 2
    assert "[CC-PIN-REQUIRED]" in done.err
    assert "あと1回" in done.err
    assert "--pin-stdin" in done.err
    assert shim.calls("C_Login") == logins
