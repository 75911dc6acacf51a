"""The OS credential store: each call has a limit, and one without an answer holds nobody up."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

import pytest

from certclient.model.secret import Secret
from certclient.platform.credential_store import (
    CredentialStore,
    CredentialStoreError,
    KeyringService,
)

_SHORT = 0.2
"""Seconds; the real limit would only make these tests slow."""


@dataclass
class MemoryKeyring:
    """A credential store in memory. It answers while `open` is set."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    open: threading.Event = field(default_factory=threading.Event)

    def fetch(self, service: str, name: str) -> str | None:
        self.open.wait()
        return self.kept.get((service, name))

    def keep(self, service: str, name: str, secret: str) -> None:
        self.open.wait()
        self.kept[service, name] = secret

    def delete(self, service: str, name: str) -> None:
        self.open.wait()
        self.kept.pop((service, name), None)


@pytest.fixture
def keyring() -> MemoryKeyring:
    answering = MemoryKeyring()
    answering.open.set()
    return answering


def test_a_secret_is_kept_until_it_is_deleted(keyring: MemoryKeyring) -> None:
    store = CredentialStore(lambda: keyring)
    store.keep("proxy", "user", Secret("pässword"))
    found = store.fetch("proxy", "user")
    assert found is not None
    assert found.reveal() == "pässword"
    assert store.fetch("proxy", "other") is None
    store.delete("proxy", "user")
    assert keyring.kept == {}


def test_a_silent_store_is_waited_for_once(keyring: MemoryKeyring) -> None:
    keyring.open.clear()
    store = CredentialStore(lambda: keyring, limit=_SHORT)
    with pytest.raises(CredentialStoreError) as first:
        store.fetch("proxy", "user")
    assert first.value.silent
    unlimited = 100 * _SHORT
    start = time.monotonic()
    for _ in range(200):
        with pytest.raises(CredentialStoreError) as later:
            store.keep("proxy", "user", Secret("x"))
        assert later.value.silent
    assert time.monotonic() - start < unlimited, "200 calls did not wait 200 times"
    keyring.open.set()
    for _ in range(100):
        try:
            store.keep("proxy", "user", Secret("y"))
            break
        except CredentialStoreError:
            time.sleep(0.05)
    assert keyring.kept == {("proxy", "user"): "y"}, "it answers again, and is used again"


def test_a_deletion_follows_a_secret_that_is_stored_late(keyring: MemoryKeyring) -> None:
    keyring.open.clear()
    store = CredentialStore(lambda: keyring, limit=_SHORT)
    with pytest.raises(CredentialStoreError):
        store.keep("code", "p1", Secret("AB23"))
    with pytest.raises(CredentialStoreError):
        store.delete("code", "p1")
    deleted = threading.Event()
    store.delete_later("code", "p2", deleted.set)
    keyring.open.set()
    assert deleted.wait(10)
    assert keyring.kept == {}


def test_no_store_and_a_broken_one_are_no_silence() -> None:
    def broken() -> KeyringService:
        raise AttributeError("a plug-in's bug")

    for store in (CredentialStore(lambda: None), CredentialStore(broken)):
        with pytest.raises(CredentialStoreError) as raised:
            store.fetch("proxy", "user")
        assert not raised.value.silent


def test_an_unanswered_call_does_not_keep_the_process_from_ending() -> None:
    program = (
        "import sys, threading\n"
        "from certclient.platform.credential_store import CredentialStore, CredentialStoreError\n"
        "try:\n"
        "    CredentialStore(threading.Event().wait, 0.1, connecting=0.2).fetch('a', 'b')\n"
        "except CredentialStoreError as error:\n"
        "    sys.exit(40 + error.silent)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], timeout=60, check=False)
    assert done.returncode == 41
