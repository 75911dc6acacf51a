"""The Windows store in tests: separate certificate stores per test, and no leftover keys.

Runs under Wine in `make test-windows`, where `CNG` is set if a test double of ncrypt.dll stores
keys (Wine's own does not).
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
from certclient.model.keys import KeyAlgorithm
from support.bank_service import BankService
from support.pki import RSA_SIGNATURES

CNG = "ncrypt" in os.environ.get("CERTCLIENT_WINDOWS_RUN", "").split(",")

SIGNS = frozenset(one for one in RSA_SIGNATURES if CNG or "pkcs1" in one.value)
"""The signature algorithms of RSA keys created here: CAPI has no PSS."""

MAKES = frozenset(one for one in KeyAlgorithm if CNG or one.curve is None)
"""The keys that can be created here: CAPI has no EC keys."""

if sys.platform == "win32":
    import ctypes

    from certclient.model.keys import KeySpec
    from certclient.platform.folders import journal_file
    from certclient.store.base import no_pin
    from certclient.store.windows import capi, crypt32, declarations, keys
    from certclient.store.windows.container import Container
    from certclient.store.windows.names import StoreNames
    from certclient.store.windows.store import WindowsStore
    from support.wine_properties import WINE, archive_under_wine

    archive_under_wine()

    @dataclass(frozen=True)
    class WindowsPc:
        """Empty "MY", "CA" and "Root" stores under other names."""

        names: StoreNames

        def store(self) -> WindowsStore:
            return WindowsStore(self.names)

        def add_foreign(self, *certificates: Certificate) -> None:
            """Adds certificates without a key, as another program would."""
            with crypt32.opened(self.names.personal, writable=True) as store:
                for certificate in certificates:
                    store.add(certificate, "", None)

    DOUBLE = Path(os.environ["LOCALAPPDATA"]) / "certclient-ncrypt-double"
    """Where the double of ncrypt.dll stores keys (tests/windows/native/ncrypt)."""

    _BEFORE_THE_KEY = 1224
    """Offset of the private key in a key file, in bytes (double.h asserts it)."""

    def lose_keys_with_the_password() -> None:
        """Damages all keys as a forced password reset does: Windows lists but cannot open them."""
        for file in DOUBLE.glob("0-*.key"):
            raw = file.read_bytes()
            file.write_bytes(raw[:_BEFORE_THE_KEY] + bytes(len(raw) - _BEFORE_THE_KEY))

    def remove_keys() -> None:
        for place in keys.ours().values():
            keys.delete(place)
        for damaged in DOUBLE.glob("*.key"):
            damaged.unlink()

    class KeyOwner:
        """The user whom the double asks about protected keys."""

        _file = DOUBLE / "questions.txt"

        def questions(self) -> list[list[str]]:
            """Key name, flags, friendly name, description and window of each question so far."""
            if not self._file.exists():
                return []
            return [line.split("|") for line in self._file.read_text("utf-8-sig").splitlines()]

        def forget(self) -> None:
            self._file.unlink(missing_ok=True)

    @pytest.fixture
    def owner() -> Iterator[KeyOwner]:
        owner = KeyOwner()
        owner.forget()
        yield owner
        owner.forget()

    def elsewhere(code: str, *arguments: str) -> str:
        """Runs `code` in another Python process on the same Windows; returns its output."""
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
        """A key as the old enrollment flow created it: 「新しいRSA交換キーを作成します」."""
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
    class WindowsComputer:
        """The customer's computer: the "MY" store that browsers use, and the program's folder."""

        store: WindowsStore

        def usable(self) -> list[Certificate]:
            """The certificates that a browser offers."""
            found = self.store.certificates()
            return [s.certificate for s in found if s.key and not s.archived]

        def add_certificate(
            self,
            service: BankService,
            user_id: str,
            days: int,
            spec: KeySpec | None = None,
            *,
            label: str = "",
        ) -> Certificate:
            """A certificate that expires in `days` days, created as this program does. `label`:
            of its key."""
            with self.store.open(no_pin) as session:
                key = session.create_key(spec or KeySpec(), label or f"certclient {user_id}")
                spki = session.signer(key).spki
                certificate = service.issue_certificate(user_id, spki, days)
                session.install(key, certificate, "last year")
            return certificate

        def assert_nothing_left_over(self) -> None:
            """Asserts that keys and certificates belong together and that each key works."""
            stored = self.store.certificates()
            assert all(s.key is not None for s in stored), "a certificate without its key"
            assert len(keys.ours()) == len(stored), "a key without its certificate"
            with self.store.open(no_pin) as session:
                for one in stored:
                    session.self_test(one.certificate)

    @pytest.fixture
    def computer() -> Iterator[WindowsComputer]:
        """Emptied before and after; for one test at a time, as there is only one "MY" store."""
        _only_under_wine()
        _empty()
        yield WindowsComputer(WindowsStore())
        _empty()

    def _empty() -> None:
        remove_keys()
        for name in ("MY", "CA"):
            with crypt32.opened(name, writable=True) as store:
                for entry in store.entries():
                    store.delete(entry.certificate)
        shutil.rmtree(journal_file().parent, ignore_errors=True)

    def _only_under_wine() -> None:
        """Protects the certificates of a real Windows: tests delete keys and empty stores."""
        if not WINE:
            pytest.exit("these tests delete certificates: tests/windows/REAL_WINDOWS.md instead", 2)

    @pytest.fixture
    def windows_pc() -> Iterator[WindowsPc]:
        _only_under_wine()
        remove_keys()
        name = f"certclient-test-{secrets.token_hex(6)}"
        yield WindowsPc(StoreNames(name, f"{name}-ca", f"{name}-root"))
        remove_keys()
