"""The issue code in the credential store: for one procedure, and never in plain text."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked, PasswordDeleteError

from certclient.enrollment.vault import CredentialVault
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from certclient.platform.credential_store import CredentialStore
from certclient.platform.keyrings import Keyring, encrypting_keyring


class MemoryKeyring(KeyringBackend):
    """A credential store that works, fails with `fault`, or answers once `answers` is set."""

    priority = 0.1

    def __init__(self, fault: KeyringError | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types here
        self.kept: dict[tuple[str, str], str] = {}
        self.fault = fault
        self.answers = threading.Event()
        self.answers.set()

    def _check(self) -> None:
        self.answers.wait()
        if self.fault is not None:
            raise self.fault

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if (service, username) not in self.kept:
            raise PasswordDeleteError("not there")
        del self.kept[service, username]


def vault_on(keyring: MemoryKeyring, folder: Path) -> CredentialVault:
    return CredentialVault(CredentialStore(lambda: Keyring(keyring), limit=0.2), folder / "codes")


def test_a_code_is_kept_for_its_own_procedure_until_it_is_wiped(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    vault = vault_on(keyring, tmp_path)
    vault.keep("p1", Secret("AB23"))
    found = vault.fetch("p1")
    assert found is not None
    assert found.reveal() == "AB23"
    assert vault.fetch("p2") is None
    assert "AB23" not in "".join(path.name for path in tmp_path.rglob("*"))
    vault.wipe("p1")
    assert vault.fetch("p1") is None
    assert keyring.kept == {}
    vault.wipe("p1")  # wiping twice is harmless
    assert list((tmp_path / "codes").iterdir()) == []


@pytest.mark.parametrize("fault", [KeyringLocked("locked"), KeyringError("no session")])
def test_failing_credential_store_is_treated_as_absent(fault: KeyringError, tmp_path: Path) -> None:
    vault = vault_on(MemoryKeyring(fault), tmp_path)
    vault.keep("p1", Secret("AB23"))
    assert vault.fetch("p1") is None
    vault.wipe("p1")


def test_computer_without_a_credential_store_keeps_nothing(tmp_path: Path) -> None:
    vault = CredentialVault(CredentialStore(lambda: None), tmp_path / "codes")
    vault.keep("p1", Secret("AB23"))
    assert vault.fetch("p1") is None
    vault.wipe("p1")
    assert list((tmp_path / "codes").iterdir()) == []


def test_silent_store_is_reported_once(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    keyring.answers.clear()
    vault = vault_on(keyring, tmp_path)
    with pytest.raises(CertclientError) as raised:
        vault.keep("p1", Secret("AB23"))
    assert raised.value.code is ErrorCode.CREDENTIAL_STORE_SILENT
    assert vault.fetch("p1") is None
    vault.wipe("p1")


def test_code_that_could_not_be_deleted_is_deleted_by_a_later_run(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    vault = vault_on(keyring, tmp_path)
    vault.keep("over", Secret("AB23"))
    vault.keep("open", Secret("CD45"))
    keyring.fault = KeyringLocked("locked meanwhile")
    vault.wipe("over")
    keyring.fault = None
    assert len(keyring.kept) == 2

    later = vault_on(keyring, tmp_path)
    later.wipe_forgotten(lambda procedure: procedure == "open")
    kept = later.fetch("open")  # made after the deletion
    assert kept is not None
    assert [name for _, name in keyring.kept] == ["open"]
    assert [note.name for note in (tmp_path / "codes").iterdir()] == ["open"]


def test_every_code_that_may_be_left_is_deleted_with_the_users_data(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    vault = vault_on(keyring, tmp_path)
    for name in ("p1", "p2"):
        vault.keep(name, Secret("AB23"))
    vault.wipe_all()
    assert keyring.kept == {}
    assert list((tmp_path / "codes").iterdir()) == []
    keyring.fault = KeyringLocked("locked")
    vault.wipe_all()  # no error


def test_code_is_not_kept_where_nothing_can_be_noted(tmp_path: Path) -> None:
    (tmp_path / "codes").write_text("a file in place of the folder")
    keyring = MemoryKeyring()
    vault_on(keyring, tmp_path).keep("p1", Secret("AB23"))
    assert keyring.kept == {}


def test_default_backend_of_keyring_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plug-in that stores plain text may be installed and take precedence."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"{__name__}.MemoryKeyring")
    assert not isinstance(getattr(encrypting_keyring(), "_backend", None), MemoryKeyring)
