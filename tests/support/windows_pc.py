"""The Windows store in tests: certificate stores of its own per test, no key left behind.

Runs under Wine in `make test-windows`, where `CNG` says whether a double of ncrypt.dll keeps keys
(Wine's own does not).
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from certclient.model.certificate import Certificate
from certclient.model.keys import SignatureAlgorithm

CNG = "ncrypt" in os.environ.get("CERTCLIENT_WINDOWS_RUN", "").split(",")

SIGNS = frozenset(
    algorithm for algorithm in SignatureAlgorithm if CNG or "pkcs1" in algorithm.value
)
"""What a key that is made here can do: CAPI has no PSS."""

if sys.platform == "win32":
    import ctypes

    from certclient.store.windows import crypt32, declarations, keys
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

    def remove_keys() -> None:
        for place in keys.ours().values():
            keys.delete(place)
        for damaged in (Path(os.environ["LOCALAPPDATA"]) / "certclient-ncrypt-double").glob(
            "*.key"
        ):
            damaged.unlink()

    def elsewhere(code: str, *arguments: str) -> str:
        """What `code` prints, run by another Python process on the same Windows."""
        program = f"import support.windows_pc, sys\n{code}"
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode().strip()

    @pytest.fixture
    def windows_pc() -> Iterator[WindowsPc]:
        remove_keys()
        name = f"certclient-test-{secrets.token_hex(6)}"
        yield WindowsPc(StoreNames(name, f"{name}-ca", f"{name}-root"))
        remove_keys()
