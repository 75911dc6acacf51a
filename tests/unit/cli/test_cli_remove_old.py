"""remove-old, for good and for many at once: what logs somebody in stays, whatever was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import pytest

from certclient.cli.main import run
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.platform import log
from certclient.store.base import Unavailable
from support.clerk import Clerk, ShelfStore, view

Capture = pytest.CaptureFixture[str]
USER, COLLEAGUE = "TKYM1408054", "TKYM1408055"


def deleted(store: ShelfStore) -> set[str]:
    assert {what for what, _ in store.done} <= {"delete"}
    return {serial for _, serial in store.done}


def test_what_has_expired_and_what_was_put_away_goes(clerk: Clerk, capsys: Capture) -> None:
    expired = clerk.add(days=-1)
    put_away = clerk.add(days=20, archived=True)
    clerk.add(days=300)
    assert clerk.run("remove-old", "--yes") == 0
    assert deleted(clerk.pc) == {expired.serial_hex, put_away.serial_hex}
    assert "2 件" in capsys.readouterr().out


def test_what_is_in_use_stays(clerk: Clerk, capsys: Capture) -> None:
    """On its last day, too, and beside a newer one: its owner has put nothing away."""
    clerk.add(days=0.01)
    clerk.add(days=300)
    assert clerk.run("remove-old", "--yes") == 0
    assert deleted(clerk.pc) == set()
    assert "0 件" in capsys.readouterr().out


def test_the_last_one_that_logs_in_stays_though_it_was_put_away(clerk: Clerk) -> None:
    clerk.add(days=20, archived=True)
    clerk.add(days=300, key=False)  # a certificate alone logs nobody in
    clerk.add(COLLEAGUE, days=300)
    assert clerk.run("remove-old", "--yes") == 0
    assert deleted(clerk.pc) == set()


def test_two_that_were_put_away_are_no_reason_for_each_other_to_go(clerk: Clerk) -> None:
    clerk.add(days=20, archived=True)
    clerk.add(days=300, archived=True)
    assert clerk.run("remove-old", "--yes") == 0
    assert deleted(clerk.pc) == set()


def test_nothing_of_a_user_id_goes_whose_procedure_is_not_finished(clerk: Clerk) -> None:
    """Its new certificate is here, but the CA has not heard of it: the old one still signs."""
    clerk.add(days=-1)
    clerk.add(days=20, archived=True)
    clerk.add(days=300)
    other = clerk.add(COLLEAGUE, days=-1)
    clerk.procedures.views = [view(USER, "feed0001", profile_id="another bank's")]
    assert clerk.run("remove-old", "--yes") == 0
    assert deleted(clerk.pc) == {other.serial_hex}


def test_usb_tokens_are_not_touched(clerk: Clerk) -> None:
    token = clerk.add_token(pin="824601")
    clerk.add(days=-1, store=token)
    clerk.add(days=20, store=token, archived=True)
    clerk.add(days=300, store=token)
    copy = clerk.add(days=-2)
    assert clerk.run("remove-old", "--yes") == 0
    assert token.done == []
    assert deleted(clerk.pc) == {copy.serial_hex}


def test_certificates_of_others_are_not_touched(clerk: Clerk) -> None:
    clerk.add("Somebody else", "", days=-1)
    assert clerk.run("remove-old", "--yes") == 0
    assert deleted(clerk.pc) == set()


def test_where_nobody_can_be_asked_nothing_goes(clerk: Clerk, capsys: Capture) -> None:
    clerk.add(days=-1)
    assert clerk.run("remove-old") == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err
    assert deleted(clerk.pc) == set()


@pytest.mark.parametrize(("answer", "code"), [("はい", 0), ("", 7), ("no", 7)])
def test_a_person_is_asked_and_sees_what_goes(
    clerk: Clerk, capsys: Capture, answer: str, code: int
) -> None:
    expired = clerk.add(days=-1)
    in_use = clerk.add(days=300)
    clerk.terminal.interactive = True
    clerk.terminal.answers = [answer]
    assert clerk.run("remove-old") == code
    (question,) = clerk.terminal.asked
    assert "元に戻せません" in question
    assert "1 件" in question
    named = capsys.readouterr().err
    assert f"{USER} 1403  2027年3月10日 12:00" in named
    assert expired.serial_hex in named
    assert in_use.serial_hex not in named
    assert deleted(clerk.pc) == ({expired.serial_hex} if code == 0 else set())


def test_without_anything_old_nobody_is_asked(clerk: Clerk) -> None:
    clerk.add(days=300)
    clerk.terminal.interactive = True
    assert clerk.run("remove-old") == 0
    assert clerk.terminal.asked == []


@dataclass
class StubbornStore(ShelfStore):
    """Deletes all but one."""

    stays: Certificate | None = None
    tried: list[str] = field(default_factory=list)

    def delete(self, certificate: Certificate) -> None:
        self.tried.append(certificate.serial_hex)
        if certificate == self.stays:
            raise CertclientError(ErrorCode.STORE_UNAVAILABLE, token=self.label)
        super().delete(certificate)


def test_one_that_cannot_be_deleted_does_not_stop_the_others(clerk: Clerk, capsys: Capture) -> None:
    clerk.pc = store = StubbornStore()
    store.stays = clerk.add(days=-3)
    other = clerk.add(days=-1)
    assert clerk.run("remove-old", "--yes", "--json") == 2
    assert store.tried == [store.stays.serial_hex, other.serial_hex]
    answer = json.loads(capsys.readouterr().out)
    assert [one["serial"] for one in answer["certificates"]] == [other.serial_hex]
    assert [error["code"] for error in answer["errors"]] == ["CC-STORE-UNAVAILABLE"]
    assert clerk.run("remove-old", "--yes") == 2
    said = capsys.readouterr()
    assert "CC-STORE-UNAVAILABLE" in said.err
    assert "0 件" in said.out


def test_a_store_that_cannot_be_looked_at_is_told_once(clerk: Clerk, capsys: Capture) -> None:
    clerk.add_token().why = Unavailable(ErrorCode.TOKEN_MISSING)  # no matter of this command
    clerk.pc.why = Unavailable(ErrorCode.STORE_UNAVAILABLE)
    banks = [clerk.profile, replace(clerk.profile, id="another")]
    services = replace(clerk.services(), profiles=lambda: banks)
    assert run(["remove-old", "--yes", "--json"], services) == 2
    errors = json.loads(capsys.readouterr().out)["errors"]
    assert [error["code"] for error in errors] == ["CC-STORE-UNAVAILABLE"]


def test_every_bank_that_is_set_up_or_the_one_that_was_named(clerk: Clerk) -> None:
    """Two whose patterns fit the same certificate delete it once."""
    expired = clerk.add(days=-1)
    seen: list[str] = []

    def stores(profile: Profile) -> list[ShelfStore]:
        seen.append(profile.id)
        return [clerk.pc]

    banks = [clerk.profile, replace(clerk.profile, id="another")]
    services = replace(clerk.services(), profiles=lambda: banks, stores=stores)
    assert run(["remove-old", "--yes"], services) == 0
    assert seen == [clerk.profile.id, "another"]
    assert clerk.pc.done == [("delete", expired.serial_hex)]
    seen.clear()
    assert run(["remove-old", "--yes", "--profile", clerk.profile.id], services) == 0
    assert seen == [clerk.profile.id]


def test_the_log_has_what_went_and_calls_nothing_an_error_that_stays(clerk: Clerk) -> None:
    expired = clerk.add(days=-1)
    clerk.add(days=300)
    with log.writing_to(clerk.log_file):
        assert clerk.run("remove-old", "--yes") == 0
    lines = [json.loads(line) for line in clerk.log_file.read_text("utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["deleted", "command"]
    assert lines[0]["serial"] == expired.serial_hex
