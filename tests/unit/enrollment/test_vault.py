"""The issue code in the credential store: for one procedure, and never in plain text."""

from __future__ import annotations

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked, PasswordDeleteError

from certclient.enrollment.vault import KeyringVault, NoVault, system_vault
from certclient.model.secret import Secret


class MemoryKeyring(KeyringBackend):
    """A credential store that works, or fails with `fault`."""

    priority = 0.1

    def __init__(self, fault: KeyringError | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types here
        self.kept: dict[tuple[str, str], str] = {}
        self.fault = fault

    def _check(self) -> None:
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


def test_a_code_is_kept_for_its_own_procedure_until_it_is_wiped() -> None:
    keyring = MemoryKeyring()
    vault = KeyringVault(keyring)
    vault.keep("p1", Secret("AB23"))
    found = vault.fetch("p1")
    assert found is not None
    assert found.reveal() == "AB23"
    assert vault.fetch("p2") is None
    vault.wipe("p1")
    assert vault.fetch("p1") is None
    assert keyring.kept == {}
    vault.wipe("p1")  # wiping twice is harmless


@pytest.mark.parametrize("fault", [KeyringLocked("locked"), KeyringError("no session")])
def test_failing_credential_store_is_treated_as_absent(fault: KeyringError) -> None:
    vault = KeyringVault(MemoryKeyring(fault))
    vault.keep("p1", Secret("AB23"))
    assert vault.fetch("p1") is None
    vault.wipe("p1")


def test_computer_without_a_credential_store_keeps_nothing() -> None:
    vault = NoVault()
    vault.keep("p1", Secret("AB23"))
    assert vault.fetch("p1") is None
    vault.wipe("p1")


def test_default_backend_of_keyring_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plug-in that stores plain text may be installed and take precedence."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"{__name__}.MemoryKeyring")
    vault = system_vault()
    assert not isinstance(getattr(vault, "_backend", None), MemoryKeyring)
