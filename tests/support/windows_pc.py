"""The Windows store in tests: certificate stores of its own per test, no key left behind.

Runs under Wine in `make test-windows`, where `CNG` says whether a double of ncrypt.dll keeps keys
(Wine's own does not).
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from certclient.model.certificate import Certificate
from certclient.model.keys import SignatureAlgorithm
from support.bank_office import BankOffice

CNG = "ncrypt" in os.environ.get("CERTCLIENT_WINDOWS_RUN", "").split(",")

SIGNS = frozenset(
    algorithm for algorithm in SignatureAlgorithm if CNG or "pkcs1" in algorithm.value
)
"""What a key that is made here can do: CAPI has no PSS."""

if sys.platform == "win32":
    import ctypes

    from certclient.model.keys import KeySpec
    from certclient.platform.folders import journal_file
    from certclient.store.base import no_pin
    from certclient.store.windows import capi, crypt32, declarations, keys
    from certclient.store.windows.container import Container
    from certclient.store.windows.names import StoreNames
    from certclient.store.windows.store import WindowsStore

    CERT_DESCRIPTION_PROP_ID = 13
    WINE = hasattr(ctypes.WinDLL("ntdll.dll"), "wine_get_version")

    if WINE:
        # Wine 10 refuses CERT_ARCHIVED_PROP_ID ("stub"); another property of the same shape stands
        # for it. That Windows hides what is archived is a matter of REAL_WINDOWS.md.
        declarations.CERT_ARCHIVED_PROP_ID = CERT_DESCRIPTION_PROP_ID

    @dataclass(frozen=True)
    class WindowsPc:
        """A fresh "MY", "CA" and "Root" under other names."""

        names: StoreNames

        def store(self) -> WindowsStore:
            return WindowsStore(self.names)

        def add_foreign(self, *certificates: Certificate) -> None:
            """As another program would, without a key."""
            with crypt32.opened(self.names.personal, writable=True) as store:
                for certificate in certificates:
                    store.add(certificate, "", None)

    DOUBLE = Path(os.environ["LOCALAPPDATA"]) / "certclient-ncrypt-double"
    """Where the double of ncrypt.dll keeps keys (tests/windows/native/ncrypt)."""

    _BEFORE_THE_KEY = 1224
    """Bytes of a key's file in front of the private key (double.h holds it to that)."""

    def lose_keys_with_the_password() -> None:
        """As after a forced reset: Windows lists keys that it cannot open any more."""
        for file in DOUBLE.glob("0-*.key"):
            raw = file.read_bytes()
            file.write_bytes(raw[:_BEFORE_THE_KEY] + bytes(len(raw) - _BEFORE_THE_KEY))

    def remove_keys() -> None:
        for place in keys.ours().values():
            keys.delete(place)
        for damaged in DOUBLE.glob("*.key"):
            damaged.unlink()

    class Owner:
        """Who sits at the computer and is asked about protected keys, by the double."""

        _file = DOUBLE / "questions.txt"

        def questions(self) -> list[list[str]]:
            """Key name, flags, friendly name, description and window of each question so far."""
            if not self._file.exists():
                return []
            return [line.split("|") for line in self._file.read_text("utf-8-sig").splitlines()]

        def forget(self) -> None:
            self._file.unlink(missing_ok=True)

    @pytest.fixture
    def owner() -> Iterator[Owner]:
        owner = Owner()
        owner.forget()
        yield owner
        owner.forget()

    def elsewhere(code: str, *arguments: str) -> str:
        """What `code` prints, run by another Python process on the same Windows."""
        program = f"import sys\n{code}"
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode().strip()

    def internet_explorer_key(provider: str, provider_type: int) -> Container:
        """A key as the old flow made it: 「新しいRSA交換キーを作成します」."""
        name = "{5F1B0E5C-9A7B-4C8E-8A3D-2B2F0C6D7E10}"
        place = Container(name, provider, provider_type, declarations.AT_KEYEXCHANGE)
        capi.delete(place)
        handle = declarations.Handle()
        declarations.crypt_acquire_context(
            ctypes.byref(handle), name, provider, provider_type, declarations.CRYPT_NEWKEYSET
        )
        capi.generate(handle.value, place.key_spec, 2048)
        declarations.crypt_release_context(handle, 0)
        return place

    @dataclass(frozen=True)
    class Computer:
        """The customer's own computer: "MY" as browsers see it, the program's own folder."""

        store: WindowsStore

        def usable(self) -> list[Certificate]:
            """What a browser offers."""
            found = self.store.certificates()
            return [s.certificate for s in found if s.key and not s.archived]

        def give(
            self, office: BankOffice, user_id: str, days: int, spec: KeySpec | None = None
        ) -> Certificate:
            """A certificate that ends in `days` days, made as this program makes them."""
            with self.store.open(no_pin) as session:
                key = session.create_key(spec or KeySpec(), f"certclient {user_id}")
                spki = session.signer(key).spki
                certificate = office.issue_certificate(user_id, spki, days)
                session.install(key, certificate, "last year")
            return certificate

        def assert_nothing_left_over(self) -> None:
            """Every key has its certificate, every certificate its key, and each works."""
            stored = self.store.certificates()
            assert all(s.key is not None for s in stored), "a certificate without its key"
            assert len(keys.ours()) == len(stored), "a key without its certificate"
            with self.store.open(no_pin) as session:
                for one in stored:
                    session.self_test(one.certificate)

    @pytest.fixture
    def computer() -> Iterator[Computer]:
        """Emptied before and after; one test at a time, as the computer has one "MY"."""
        _only_under_wine()
        _empty()
        yield Computer(WindowsStore())
        _empty()

    def _empty() -> None:
        remove_keys()
        for name in ("MY", "CA"):
            with crypt32.opened(name, writable=True) as store:
                for entry in store.entries():
                    store.delete(entry.certificate)
        shutil.rmtree(journal_file().parent, ignore_errors=True)

    def _only_under_wine() -> None:
        """Whoever's Windows it is keeps their certificates: tests delete keys and empty stores."""
        if not WINE:
            pytest.exit("these tests delete certificates: tests/windows/REAL_WINDOWS.md instead", 2)

    @pytest.fixture
    def windows_pc() -> Iterator[WindowsPc]:
        _only_under_wine()
        remove_keys()
        name = f"certclient-test-{secrets.token_hex(6)}"
        yield WindowsPc(StoreNames(name, f"{name}-ca", f"{name}-root"))
        remove_keys()
