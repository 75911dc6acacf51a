"""remove and restore: exactly one certificate, a clear yes, undoable, never the last valid one."""

from __future__ import annotations

import json

import pytest

from support.clerk import Clerk, view

Capture = pytest.CaptureFixture[str]
USER = "TKYM1408054"


def test_an_old_certificate_is_put_away_and_brought_back(clerk: Clerk, capsys: Capture) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", old.serial_hex, "--yes") == 0
    assert f"certclient restore {old.serial_hex}" in capsys.readouterr().out
    assert clerk.run("restore", old.serial_hex, "--yes") == 0
    assert clerk.pc.done == [("archive", old.serial_hex), ("unarchive", old.serial_hex)]


def test_what_is_in_use_is_not_deleted_at_once(clerk: Clerk, capsys: Capture) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", old.serial_hex, "--delete", "--yes") == 2
    assert "CC-CERT-IN-USE" in capsys.readouterr().err
    assert clerk.run("remove", old.serial_hex, "--yes") == 0
    assert clerk.run("remove", old.serial_hex, "--delete", "--yes") == 0
    assert clerk.pc.done == [("archive", old.serial_hex), ("delete", old.serial_hex)]


def test_an_expired_one_may_be_deleted(clerk: Clerk) -> None:
    expired = clerk.add(days=-1)
    assert clerk.run("remove", expired.fingerprint, "--delete", "--yes") == 0
    assert clerk.pc.done == [("delete", expired.serial_hex)]


@pytest.mark.parametrize("option", [[], ["--delete"]])
def test_the_last_valid_one_stays(clerk: Clerk, capsys: Capture, option: list[str]) -> None:
    last = clerk.add(days=20, archived=bool(option))
    clerk.add("TKYM1408055", days=300)  # somebody else's does not count
    clerk.add(days=-1)
    assert clerk.run("remove", last.serial_hex, "--yes", *option) == 6
    assert "CC-CERT-LAST-VALID" in capsys.readouterr().err
    assert clerk.pc.done == []


@pytest.mark.parametrize("name", [USER, f"{USER} 1403", "", "00"])
def test_only_an_exact_serial_or_fingerprint_will_do(clerk: Clerk, name: str) -> None:
    clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", name, "--yes") == 2
    assert clerk.pc.done == []


def test_the_beginning_of_a_serial_is_not_enough(clerk: Clerk) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", old.serial_hex[:-2], "--yes") == 2
    assert clerk.pc.done == []


def test_a_serial_may_be_written_as_browsers_show_it(clerk: Clerk) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    pairs = [old.serial_hex[i : i + 2].upper() for i in range(0, len(old.serial_hex), 2)]
    assert clerk.run("remove", ":".join(pairs), "--yes") == 0


@pytest.mark.parametrize(("answer", "code", "done"), [("y", 0, 1), ("", 7, 0), ("no", 7, 0)])
def test_what_is_put_away_is_named_before_the_yes(
    clerk: Clerk, answer: str, code: int, done: int
) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    clerk.terminal.interactive = True
    clerk.terminal.answers = [answer]
    assert clerk.run("remove", old.serial_hex) == code
    (question,) = clerk.terminal.asked
    for word in (USER, old.serial_hex, "2027年3月31日 12:00", "元に戻せます"):
        assert word in question
    assert len(clerk.pc.done) == done


def test_deleting_for_good_is_called_so(clerk: Clerk) -> None:
    old = clerk.add(days=20, archived=True)
    clerk.add(days=300)
    clerk.terminal.interactive = True
    clerk.terminal.answers = ["n"]
    clerk.run("remove", old.serial_hex, "--delete")
    assert "元に戻せません" in clerk.terminal.asked[0]


def test_without_anybody_to_ask_nothing_is_removed(clerk: Clerk, capsys: Capture) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", old.serial_hex) == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err


def test_the_tokens_pin_is_asked_for(clerk: Clerk) -> None:
    token = clerk.add_token(pin="824601")
    old = clerk.add(days=20, store=token)
    clerk.add(days=300, store=token)
    clerk.terminal.stdin = ["824601"]
    assert clerk.run("remove", old.serial_hex, "--yes", "--pin-stdin") == 0
    assert token.done == [("archive", old.serial_hex)]


def test_the_copy_with_the_key_is_meant(clerk: Clerk) -> None:
    """A token's certificate is often copied into the PC's store, without the key."""
    token = clerk.add_token()
    old = clerk.add(days=20, store=token)
    (copy,) = token.held
    clerk.pc.held = [type(copy)(copy.certificate, clerk.pc.store_id, "copy", None, False)]
    clerk.add(days=300, store=token)
    assert clerk.run("remove", old.serial_hex, "--yes") == 0
    assert clerk.pc.done == []
    assert token.done == [("archive", old.serial_hex)]


def test_as_json(clerk: Clerk, capsys: Capture) -> None:
    old = clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("remove", old.serial_hex, "--yes", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["action"] == "archived"
    assert record["certificate"]["serial"] == old.serial_hex


@pytest.mark.parametrize("option", [[], ["--delete"]])
def test_nothing_is_put_away_under_a_procedure_that_is_not_finished(
    clerk: Clerk, capsys: Capture, option: list[str]
) -> None:
    """The new certificate is here, but the CA has not heard of it: only the old one logs in."""
    old = clerk.add(days=20, archived=bool(option))
    clerk.add(days=300)
    clerk.procedures.views = [view(USER, "feed0001")]
    assert clerk.run("remove", old.serial_hex, "--yes", *option) == 5
    assert "CC-PROCEDURE-RUNNING" in capsys.readouterr().err
    assert clerk.pc.done == []


def test_a_procedure_at_another_bank_keeps_nothing_here(clerk: Clerk) -> None:
    """Two banks may have given out the same user ID."""
    old = clerk.add(days=20)
    clerk.add(days=300)
    clerk.procedures.views = [view(USER, "feed0001", profile_id="another-bank")]
    assert clerk.run("remove", old.serial_hex, "--yes") == 0
    assert clerk.pc.done == [("archive", old.serial_hex)]
