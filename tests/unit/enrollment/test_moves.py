"""Moves in the journal, and what has to be done next."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from certclient.enrollment.bank_status import read_statuses
from certclient.enrollment.journal import Journal
from certclient.enrollment.moves import Ended, Move, MoveRecords, MoveStep
from certclient.model.profile import OldCertificate

MOVE = Move("ab" * 32, b"", "practice", "TKYM1408054", datetime(2027, 3, 11, tzinfo=UTC))
NUMBER = "604127703915"


@pytest.mark.parametrize("rule", [None, OldCertificate.KEPT, OldCertificate.REPLACED])
def test_nothing_is_revoked_before_the_new_pc_has_logged_in(rule: OldCertificate | None) -> None:
    move = MOVE
    assert move.step(rule) is MoveStep.AWAIT_LOGIN
    move = replace(move, number=NUMBER)
    assert move.step(rule) is MoveStep.REVOKE
    move = replace(move, ended=Ended.OWN_REQUEST)
    assert move.step(rule) is MoveStep.REMOVE
    assert replace(move, removed=True).step(rule) is MoveStep.DONE


def test_where_the_bank_wants_it_the_key_still_stays_until_then() -> None:
    first = OldCertificate.FIRST
    assert MOVE.step(first) is MoveStep.REVOKE
    move = replace(MOVE, ended=Ended.OWN_REQUEST)
    assert move.step(first) is MoveStep.AWAIT_LOGIN
    assert replace(move, number=NUMBER).step(first) is MoveStep.REMOVE


def test_a_move_survives_and_one_that_is_over_shows_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    records = MoveRecords(Journal(path))
    assert (records.all(), read_statuses(Journal(path)).moves) == ([], {})
    records.save(MOVE)
    again = Journal(path)
    assert read_statuses(again).moves == {MOVE.fingerprint: MOVE}
    over = replace(MOVE, removed=True)
    MoveRecords(again).save(over)
    assert (records.all(), read_statuses(again).moves) == ([over], {})
    records.delete(over)
    assert records.of(MOVE.fingerprint) is None


@pytest.mark.parametrize("damage", [b"\x00", b'{"user_id": "\xff"}', b"naive", b"[" * 100_000])
def test_a_damaged_record_is_begun_again(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "journal.sqlite"
    records = MoveRecords(Journal(path))
    other = replace(MOVE, fingerprint="cd" * 32)
    for one in (MOVE, other):
        records.save(one)
    if damage == b"naive":  # it cannot be put in an order with others
        damage = msgspec.json.encode(replace(MOVE, started=datetime(2027, 3, 11)))  # noqa: DTZ001
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            "UPDATE move SET record = ? WHERE fingerprint = ?", (damage, MOVE.fingerprint)
        )
    connection.close()
    assert records.all() == [other]
    records.delete(other)
    assert records.of(MOVE.fingerprint) is None
    assert read_statuses(Journal(path)).moves == {}
    records.save(MOVE)
    assert records.all() == [MOVE]
