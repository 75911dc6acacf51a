"""The bank's records persist, and only their owner can read them."""

import os
import sqlite3
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from certclient.model.certificate import Role
from certclient_practice.bank.bank import SUBJECT_RULE, Bank, BankAdminError
from certclient_practice.bank.policy import BankPolicy
from certclient_practice.repositories.database import Database, DatabaseTooNewError, savepoint
from certclient_practice.repositories.records import CertificateState, CodeState, Reason
from certclient_practice.repositories.schema import MIGRATIONS
from certclient_practice.repositories.vault import Vault, VaultError
from support.bank import USER_ID
from support.clocks import SettableClock
from support.pki import rsa_signer


def test_certificate_subject_follows_the_manuals(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.add_customer(USER_ID, "1394")
    certificate = bank.issue_certificate(USER_ID, rsa_signer(1).spki, 20)
    assert certificate.dn_lines == (
        ("Country", "JP"),
        ("Organization", "Practice Bank Information System Center Co.,Ltd"),
        ("Organizational Unit", "Practice Internet Banking Intermediate CA"),
        ("Organizational Unit", "USER/PE - 2"),
        ("Organizational Unit", "CERT/SUEDNUM - 3"),
        ("Common Name", f"{USER_ID} 1394"),
    )
    owner = certificate.owner(SUBJECT_RULE)
    assert owner is not None
    assert owner.role is Role.ADMINISTRATOR
    assert len(certificate.serial_hex) == 32
    assert certificate.client_auth
    assert not certificate.is_ca


def test_records_and_ca_survive_a_restart(tmp_path: Path) -> None:
    first = Bank(tmp_path)
    first.add_customer(USER_ID, "1403")
    certificate = first.issue_certificate(USER_ID, rsa_signer(1).spki, 20)
    first.close()
    second = Bank(tmp_path)
    assert second.ca.root == first.ca.root
    assert second.state_of(certificate.serial_hex) is CertificateState.CONFIRMED
    assert second.ca.issued(certificate)


def test_programs_starting_together_create_one_ca(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from certclient_practice.bank.bank import Bank;"
        "print(Bank(Path(sys.argv[1])).ca.root.fingerprint)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "bank")]
    programs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    roots = {program.communicate(timeout=600)[0] for program in programs}
    assert [program.returncode for program in programs] == [0, 0, 0]
    assert len(roots) == 1


@pytest.mark.skipif(os.name == "nt", reason="file modes are POSIX")
def test_keys_and_records_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    Bank(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_one_valid_certificate_per_user_id(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.add_customer(USER_ID, "1403")
    bank.add_customer("OTHER1", "1403")
    first = bank.issue_certificate(USER_ID, rsa_signer(1).spki, 20)
    others = bank.issue_certificate("OTHER1", rsa_signer(2).spki, 20)
    second = bank.issue_certificate(USER_ID, rsa_signer(3).spki, 365)
    assert bank.state_of(first.serial_hex) is CertificateState.SUPERSEDED
    assert bank.state_of(second.serial_hex) is CertificateState.CONFIRMED
    assert bank.state_of(others.serial_hex) is CertificateState.CONFIRMED


def test_unconfirmed_certificate_is_revoked_after_the_deadline(tmp_path: Path) -> None:
    clock = SettableClock()
    bank = Bank(tmp_path, BankPolicy(confirm_within=timedelta(minutes=10)), clock)
    bank.add_customer(USER_ID, "1403")
    old = bank.issue_certificate(USER_ID, rsa_signer(1).spki, 20)
    new = bank.issue_certificate(USER_ID, rsa_signer(2).spki, 365, confirmed=False)
    clock.advance(timedelta(minutes=9))
    assert bank.state_of(new.serial_hex) is CertificateState.UNCONFIRMED
    clock.advance(timedelta(minutes=2))
    assert bank.state_of(new.serial_hex) is CertificateState.REVOKED
    assert bank.state_of(old.serial_hex) is CertificateState.CONFIRMED
    assert [record.reason for record in bank.certificates()] == [
        Reason.NONE,
        Reason.NOT_CONFIRMED_IN_TIME,
    ]


def test_new_code_withdraws_the_old_one_and_none_is_stored_in_plain_text(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.add_customer(USER_ID, "1403")
    codes = [bank.issue_code(USER_ID).reveal() for _ in range(2)]
    with bank.repositories() as repositories:
        states = [code.state for code in repositories.codes.of_customer(USER_ID)]
    bank.close()
    assert states == [CodeState.WITHDRAWN, CodeState.ACTIVE]
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("bank.sqlite3*"))
    assert not [code for code in codes if code.encode() in stored]


def test_bank_reports_why_an_operation_failed(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    with pytest.raises(BankAdminError, match="user ID"):
        bank.add_customer("lower case", "1403")
    with pytest.raises(BankAdminError, match="NOBODY"):
        bank.issue_code("NOBODY")
    with pytest.raises(BankAdminError, match="serial"):
        bank.revoke("00ff")
    bank.add_customer(USER_ID, "1403")
    with pytest.raises(BankAdminError, match="public key"):
        bank.issue_certificate(USER_ID, b"no key", 20)


def test_database_of_a_later_version_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "bank.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DatabaseTooNewError, match="99"):
        Database(path)


def test_wrong_pins_are_still_counted_after_an_update(tmp_path: Path) -> None:
    path, before = tmp_path / "bank.sqlite3", 6
    with sqlite3.connect(path) as connection:
        for statements in MIGRATIONS[:before]:
            connection.executescript("; ".join(statements))
        insert = "INSERT INTO customers (user_id, suffix, created, obtain_failures)"
        connection.execute(f"{insert} VALUES (?, '1403', 0, 3)", (USER_ID,))
        connection.execute(f"PRAGMA user_version = {before}")
    connection.close()
    bank = Bank(tmp_path)
    with bank.repositories() as repositories:
        customer = repositories.customers.find(USER_ID)
        assert repositories.customers.obtain_failures(customer) == 3
    bank.close()


def test_savepoint_rolls_back_only_its_own_changes(tmp_path: Path) -> None:
    database = Database(tmp_path / "bank.sqlite3")
    insert = "INSERT INTO customers (user_id, suffix, created) VALUES (?, '1403', 0)"

    def add_and_fail(connection: sqlite3.Connection) -> None:
        with savepoint(connection):
            connection.execute(insert, ("UNDONE",))
            raise RuntimeError

    with database.transaction() as connection:
        connection.execute(insert, ("KEPT",))
        with pytest.raises(RuntimeError):
            add_and_fail(connection)
    with database.transaction() as connection:
        rows = connection.execute("SELECT user_id FROM customers").fetchall()
    database.close()
    assert [row["user_id"] for row in rows] == ["KEPT"]


def test_sealed_value_opens_with_its_own_key_and_purpose_only(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "one.key")
    sealed = vault.seal("ABCD", "code:A")
    assert Vault(tmp_path / "one.key").unseal(sealed, "code:A") == "ABCD"
    with pytest.raises(VaultError):
        vault.unseal(sealed, "code:B")
    with pytest.raises(VaultError):
        Vault(tmp_path / "two.key").unseal(sealed, "code:A")
    (tmp_path / "short.key").write_bytes(b"short")
    with pytest.raises(VaultError, match=r"short\.key"):
        Vault(tmp_path / "short.key")
