"""The page of 取得 does the same work for every refused PIN, whether or not the ID exists.

Compared are the work's parts and not their time: statements, pages written, and what is decrypted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.repositories.customers import Customers
from certclient_practice.repositories.vault import Vault
from certclient_practice.web.pages.obtain import ObtainResult, decide_obtaining

KNOWN, WITHOUT_PIN, STOPPED, UNKNOWN = "TKYM1408054", "TKYM1408055", "TKYM1408056", "TKYM1408057"
IDS = (KNOWN, WITHOUT_PIN, STOPPED, UNKNOWN)
PIN, WRONG = Secret("4711"), Secret("0815")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    """Has had one wrong PIN for each ID."""
    made = Bank(tmp_path)
    made.add_customer(KNOWN, "1403", pin=PIN)
    made.add_customer(WITHOUT_PIN, "1403")
    made.add_customer(STOPPED, "1403", pin=PIN)
    for user_id in (*IDS, *[STOPPED] * made.policy.code_attempts):
        assert decide_obtaining(made, user_id, WRONG).result is ObtainResult.WRONG
    yield made
    made.close()


class Work:
    """What the database does within the block."""

    def __init__(self, bank: Bank, path: Path) -> None:
        with bank.repositories() as repositories:
            self._connection = repositories.connection
        self._log = path.with_name("bank.sqlite3-wal")
        self.statements: list[str] = []
        self.written = 0
        """Bytes, by the write-ahead log, which is empty before."""

    def __enter__(self) -> Work:
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert self._log.stat().st_size == 0
        self._connection.set_trace_callback(self.statements.append)
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.set_trace_callback(None)
        self.written = self._log.stat().st_size


def work_for(bank: Bank, folder: Path, user_id: str, pin: Secret) -> tuple[list[str], int]:
    with Work(bank, folder / "bank.sqlite3") as work:
        assert decide_obtaining(bank, user_id, pin).result is ObtainResult.WRONG
    return [_without_values(one) for one in work.statements], work.written


def _without_values(statement: str) -> str:
    """IDs, '' for unknown ones, and the time of the day."""
    return re.sub(r"'\w*'|\b\d{10}\b", "?", statement)


def test_the_database_does_the_same_for_every_refused_pin(bank: Bank, tmp_path: Path) -> None:
    statements, written = work_for(bank, tmp_path, UNKNOWN, WRONG)
    assert written > 0, "its counter is durable"
    for user_id, pin in ((KNOWN, WRONG), (WITHOUT_PIN, WRONG), (STOPPED, WRONG), (STOPPED, PIN)):
        assert work_for(bank, tmp_path, user_id, pin) == (statements, written)


def test_a_first_wrong_pin_is_written_like_a_further_one(bank: Bank, tmp_path: Path) -> None:
    bank.add_customer("TKYM1408058", "1403", pin=PIN)
    first = work_for(bank, tmp_path, "TKYM1408058", WRONG)[1]
    assert first == work_for(bank, tmp_path, UNKNOWN, WRONG)[1]


class CountingVault(Vault):
    """Counts what is encrypted and decrypted."""

    def __init__(self, key_file: Path) -> None:
        super().__init__(key_file)
        self.calls: list[str] = []

    def seal(self, text: str, purpose: str) -> bytes:
        self.calls.append("seal")
        return super().seal(text, purpose)

    def unseal(self, sealed: bytes, purpose: str) -> str:
        self.calls.append("unseal")
        return super().unseal(sealed, purpose)


@pytest.mark.parametrize("user_id", IDS)
def test_every_pin_is_compared_with_something(bank: Bank, tmp_path: Path, user_id: str) -> None:
    vault = CountingVault(tmp_path / "vault.key")
    with bank.repositories() as repositories:
        assert not Customers(repositories.connection, vault).pin_is(user_id, WRONG)
    assert vault.calls == ["seal", "unseal"]


def failures(repositories: Repositories, user_id: str) -> int:
    return repositories.customers.obtain_failures(repositories.customers.find(user_id))


def test_a_right_pin_and_the_branch_end_the_counting(bank: Bank) -> None:
    assert decide_obtaining(bank, KNOWN, PIN).result is ObtainResult.GRANTED
    with bank.repositories() as repositories:
        assert (failures(repositories, KNOWN), failures(repositories, UNKNOWN)) == (0, 1)
        assert failures(repositories, STOPPED) > bank.policy.code_attempts
        repositories.customers.clear_secret_failures(STOPPED)
        assert failures(repositories, STOPPED) == 0
    assert decide_obtaining(bank, STOPPED, PIN).result is ObtainResult.GRANTED
