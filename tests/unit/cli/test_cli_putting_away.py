"""remove and restore: one certificate, explicit consent, reversible, never the last valid one."""

from __future__ import annotations

import json

import pytest

from support.clerk import Clerk, view

Capture = pytest.CaptureFixture[str]
USER = "TKYM1408054"


def test_old_certificate_is_archived_and_restored(clerk: Clerk, capsys: Capture) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", old.serial_hex, "--yes") == 0
    assert f"certclient restore {old.serial_hex}" in capsys.readouterr().out
    assert clerk.run("restore", old.serial_hex, "--yes") == 0
    assert clerk.pc.done == [("archive", old.serial_hex), ("unarchive", old.serial_hex)]


def test_certificate_in_use_must_be_archived_before_deletion(clerk: Clerk, capsys: Capture) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", old.serial_hex, "--delete", "--yes") == 2
    assert "CC-CERT-IN-USE" in capsys.readouterr().err
    assert clerk.run("remove", old.serial_hex, "--yes") == 0
    assert clerk.run("remove", old.serial_hex, "--delete", "--yes") == 0
    assert clerk.pc.done == [("archive", old.serial_hex), ("delete", old.serial_hex)]


def test_expired_certificate_may_be_deleted(clerk: Clerk) -> None:
    expired = clerk.add(days=-1)
    assert clerk.run("remove", expired.fingerprint, "--delete", "--yes") == 0
    assert clerk.pc.done == [("delete", expired.serial_hex)]


@pytest.mark.parametrize("option", [[], ["--delete"]])
def test_last_valid_certificate_stays(clerk: Clerk, capsys: Capture, option: list[str]) -> None:
    last = clerk.add(days=20, archived=bool(option))
    clerk.add("TKYM1408055", days=300)  # another user's does not count
    clerk.add(days=-1)
    assert clerk.run("remove", last.serial_hex, "--yes", *option) == 6
    assert "CC-CERT-LAST-VALID" in capsys.readouterr().err
    assert clerk.pc.done == []


@pytest.mark.parametrize("name", [USER, f"{USER} 1403", "", "00"])
def test_remove_requires_an_exact_serial_or_fingerprint(clerk: Clerk, name: str) -> None:
    clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", name, "--yes") == 2
    assert clerk.pc.done == []


def test_serial_prefix_is_not_enough(clerk: Clerk) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", old.serial_hex[:-2], "--yes") == 2
    assert clerk.pc.done == []


def test_serial_is_accepted_in_browser_notation(clerk: Clerk) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    pairs = [old.serial_hex[i : i + 2].upper() for i in range(0, len(old.serial_hex), 2)]
    assert clerk.run("remove", ":".join(pairs), "--yes") == 0


@pytest.mark.parametrize(("answer", "code", "done"), [("y", 0, 1), ("", 7, 0), ("no", 7, 0)])
def test_prompt_identifies_the_certificate(clerk: Clerk, answer: str, code: int, done: int) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    clerk.terminal.interactive = True
    clerk.terminal.answers = [answer]
    assert clerk.run("remove", old.serial_hex) == code
    (question,) = clerk.terminal.asked
    for word in (USER, old.serial_hex, "2027年3月31日 12:00", "元に戻せます"):
        assert word in question
    assert len(clerk.pc.done) == done


def test_prompt_states_that_deletion_is_irreversible(clerk: Clerk) -> None:
    old = clerk.add(days=20, archived=True)
    clerk.add(days=300)
    clerk.terminal.interactive = True
    clerk.terminal.answers = ["n"]
    clerk.run("remove", old.serial_hex, "--delete")
    assert "元に戻せません" in clerk.terminal.asked[0]


def test_remove_without_a_terminal_requires_consent(clerk: Clerk, capsys: Capture) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", old.serial_hex) == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err


def test_pin_from_stdin_unlocks_the_token(clerk: Clerk) -> None:
    token = clerk.add_token(pin="824601")
    old = clerk.add(days=20, store=token)
    clerk.add(days=300, store=token)
    clerk.terminal.stdin = ["824601"]
    assert clerk.run("remove", old.serial_hex, "--yes", "--pin-stdin") == 0
    assert token.done == [("archive", old.serial_hex)]


def test_copy_with_the_key_is_selected(clerk: Clerk) -> None:
    """A token's certificate is often copied into the PC's store, without the key."""
    token = clerk.add_token()
    old = clerk.add(days=20, store=token)
    (copy,) = token.held
    clerk.pc.held = [type(copy)(copy.certificate, clerk.pc.store_id, "copy", None, False)]
    clerk.add(days=300, store=token)
    assert clerk.run("remove", old.serial_hex, "--yes") == 0
    assert clerk.pc.done == []
    assert token.done == [("archive", old.serial_hex)]


def test_remove_as_json(clerk: Clerk, capsys: Capture) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", old.serial_hex, "--yes", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["action"] == "archived"
    assert record["certificate"]["serial"] == old.serial_hex


@pytest.mark.parametrize("option", [[], ["--delete"]])
def test_unfinished_procedure_blocks_removal(
    clerk: Clerk, capsys: Capture, option: list[str]
) -> None:
    """The new certificate is installed but not confirmed to the CA: only the old one can log in."""
    old = clerk.add(days=20, archived=bool(option))
    clerk.add(days=300)
    clerk.procedures.views = [view(USER, "feed0001")]
    assert clerk.run("remove", old.serial_hex, "--yes", *option) == 5
    assert "CC-PROCEDURE-RUNNING" in capsys.readouterr().err
    assert clerk.pc.done == []


def test_procedure_at_another_bank_does_not_block_removal(clerk: Clerk) -> None:
    """Two banks may have issued the same user ID."""
    old = clerk.add(days=20)
    clerk.add(days=300)
    clerk.procedures.views = [view(USER, "feed0001", profile_id="another-bank")]
    assert clerk.run("remove", old.serial_hex, "--yes") == 0
    assert clerk.pc.done == [("archive", old.serial_hex)]
