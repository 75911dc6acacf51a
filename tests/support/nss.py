"""NSS databases for tests, each in its own folder, and NSS's own tools to inspect them.

def test_x(nss: NssDatabase) -> None:
    with nss.store().open(no_pin) as session: ...
    assert "u,u,u" in nss.certutil("-L")
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import load_softokn


@dataclass(frozen=True)
class NssDatabase:
    """A folder for an NSS database, which is created at its first use.

    `format`: for NSS's tools, `sql`, or `dbm` as before 2018.
    """

    directory: Path
    format: str = "sql"

    def store(self) -> NssStore:
        return NssStore(load_softokn(), self.directory)

    def create(self, password: str = "") -> None:
        """Creates the database like `certutil -N`, with a master password if one is given."""
        self.directory.mkdir(parents=True)
        if not password:
            self.certutil("-N", "--empty-password")
            return
        secret = self.directory.parent / "master-password"
        secret.write_text(password)
        self.certutil("-N", "-f", str(secret))

    def certutil(self, *arguments: str) -> str:
        """Runs NSS's certutil on the database; returns what it prints."""
        return self._run(
            *("certutil", "-d", f"{self.format}:{self.directory}", *arguments),
            # It calls that an error.
            unless="no keys found" if "-K" in arguments else None,
        )

    def pk12util(self, *arguments: str) -> str:
        return self._run("pk12util", "-d", f"{self.format}:{self.directory}", *arguments)

    def add_module(self, name: str, module: Path) -> None:
        """Adds a PKCS#11 module, whose tokens NSS then uses as well (`modutil -add`)."""
        options = ("-force", "-dbdir", f"{self.format}:{self.directory}")
        self._run("modutil", *options, "-add", name, "-libfile", str(module))

    def _run(self, *command: str, unless: str | None = None) -> str:
        """Fails if the tool reports an error, unless it says so."""
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        expected = unless is not None and unless in said
        assert done.returncode == 0 or expected, f"{command}: {said}"
        return done.stdout


@pytest.fixture
def nss(tmp_path: Path) -> NssDatabase:
    """A folder without a database yet."""
    if sys.platform == "win32":
        pytest.skip("NSS is the PC's store on Linux")
    return NssDatabase(tmp_path / "nssdb")
