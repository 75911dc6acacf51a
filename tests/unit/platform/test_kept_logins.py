"""Proxies' logins in the credential store."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from certclient.model.proxy_login import ProxyLogin
from certclient.model.secret import Secret
from certclient.platform.credential_store import CredentialStore
from certclient.platform.proxies.kept_logins import KeptLogins

PROXY = "proxy.example.jp:8080"


@dataclass
class Keyring:
    """A `KeyringService` in memory; raises while `broken`."""

    entries: dict[tuple[str, str], str] = field(default_factory=dict)
    broken: bool = False

    def fetch(self, service: str, name: str) -> str | None:
        self._check()
        return self.entries.get((service, name))

    def keep(self, service: str, name: str, secret: str) -> None:
        self._check()
        self.entries[service, name] = secret

    def delete(self, service: str, name: str) -> None:
        self._check()
        self.entries.pop((service, name), None)

    def _check(self) -> None:
        if self.broken:
            raise OSError("locked")


@pytest.mark.parametrize(
    ("user", "password"), [("taro", "secret"), ('太"郎', "ひ:み\\つ"), ("x", "")]
)
def test_login_comes_back_as_it_was(user: str, password: str) -> None:
    keyring = Keyring()
    KeptLogins(CredentialStore(lambda: keyring)).keep(PROXY, ProxyLogin(user, Secret(password)))
    kept = KeptLogins(CredentialStore(lambda: keyring))
    found = kept.fetch(PROXY)
    assert found is not None
    assert (found.user, found.password.reveal()) == (user, password)
    assert kept.fetch("other:8080") is None
    kept.wipe(PROXY)
    assert keyring.entries == {}


def test_all_logins_are_deleted_and_nothing_else() -> None:
    keyring = Keyring({("other", "x"): "stays"})
    kept = KeptLogins(CredentialStore(lambda: keyring))
    for proxy in ("a:1", "b:2", "c:3"):
        kept.keep(proxy, ProxyLogin("taro", Secret("secret")))
    kept.wipe("b:2")
    kept.wipe_all()
    assert keyring.entries == {("other", "x"): "stays"}
    kept.wipe_all()


def test_broken_store_counts_as_empty() -> None:
    kept = KeptLogins(CredentialStore(lambda: Keyring(broken=True)))
    kept.keep(PROXY, ProxyLogin("taro", Secret("secret")))
    assert kept.fetch(PROXY) is None
    kept.wipe(PROXY)
    assert KeptLogins(CredentialStore(lambda: None)).fetch(PROXY) is None


@pytest.mark.parametrize("entry", ["", "secret", "{}", '["one"]', "[1, 2]"])
def test_entry_of_something_else_is_ignored(entry: str) -> None:
    keyring = Keyring({("certclient proxy", PROXY): entry})
    assert KeptLogins(CredentialStore(lambda: keyring)).fetch(PROXY) is None
