"""A customer's computer with the real command line and its own home, NSS database and token.

def test_x(pc: CliComputer) -> None:
    pc.give("TKYM1408054", pc.nss_store)
    done = pc.run("renew", "--yes")
    assert done.code == 0, done.err
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from certclient.model.certificate import Certificate
from certclient.model.keys import KeyAlgorithm, KeySpec
from certclient.store.base import CertificateStore
from support.bank import RunningBank
from support.forks import CompletedProgram, ForkServer
from support.keyed_stores import KeyedStores
from support.nss import NssDatabase
from support.softhsm import PIN, SoftHsm, SoftHsmToken, right_pin
from support.unprivileged import unprivileged

_JAPANESE = "ja_JP.UTF-8"
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

PC_USER = "TKYM1408054"
USB_USER = "TKYM1408055"


@dataclass
class CliComputer:
    """`home` holds everything that certclient writes. `variables`: added to its environment.

    `modes_apply`: commands respect file modes even if this user is root. `clock`: the time that the
    computer shows, as faketime takes it; "" for the right one. `keyed_stores`: saves making the
    PC's first key. `forks`: runs the commands that need no start of their own; None: all have one.
    """

    home: Path
    bank: RunningBank
    hsm: SoftHsm
    language: str = _JAPANESE
    variables: dict[str, str] = field(default_factory=dict)
    modes_apply: bool = False
    clock: str = ""
    keyed_stores: KeyedStores | None = None
    forks: ForkServer | None = None

    @property
    def nss(self) -> NssDatabase:
        return NssDatabase(self.home / ".pki" / "nssdb")

    @property
    def environment(self) -> dict[str, str]:
        """Without a display: messages appear in the terminal instead of a window."""
        kept = {
            name: value
            for name, value in self.hsm.environment.items()
            if not name.startswith("XDG_") and name not in _DISPLAYS
        }
        own = {"HOME": str(self.home), "LC_ALL": "", "LANG": self.language}
        return {**kept, **own, **self.variables}

    def plug_in_token(self, label: str = "専用USB") -> SoftHsmToken:
        return self.hsm.new_token(label)

    def add_certificate(
        self,
        user_id: str,
        store: CertificateStore,
        days: int = 20,
        algorithm: KeyAlgorithm = KeyAlgorithm.RSA_2048,
    ) -> Certificate:
        """Issues a certificate for a new key in `store` that expires in `days` days."""
        if user_id not in {c.user_id for c in self.bank.bank.customers()}:
            self.bank.add_customer(user_id)
        label, spec = f"{user_id} {days}", KeySpec(algorithm)
        if self.keyed_stores is not None and spec == KeySpec():
            label = self.keyed_stores.label(store, label)
        with store.open(right_pin) as session:
            key = session.create_key(spec, label)
            spki = session.signer(key).spki
            certificate = self.bank.issue_certificate(user_id, spki, days)
            session.install_intermediates([self.bank.intermediate])
            session.install(key, certificate, user_id)
        return certificate

    def run(self, *arguments: str, stdin: str = "") -> CompletedProgram:
        """`certclient ARGUMENTS` with the bank's profile, without a terminal."""
        command = ["certclient", "--profile", str(self.bank.profile_path), *arguments]
        special = self.variables or self.clock or self.language != _JAPANESE
        if self.forks is None or special:
            return self._start(command, stdin)
        return self.forks.run(
            *command, environment=self.environment, stdin=stdin, modes_apply=self.modes_apply
        )

    def _start(self, command: Sequence[str], stdin: str) -> CompletedProgram:
        before = ["faketime", self.clock] if self.clock else []
        if self.modes_apply:
            before += unprivileged()
        done = subprocess.run(
            [*before, sys.executable, "-W", "error", "-m", *command],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return CompletedProgram(done.returncode, done.stdout, done.stderr)

    def list(self) -> list[dict[str, Any]]:
        """The certificates that `certclient list` reports, including archived ones."""
        certificates: list[dict[str, Any]] = self.run("list", "--archived", "--json").json[
            "certificates"
        ]
        return certificates

    def everything_written(self) -> str:
        """All files below the home folder as text, to search for content that must not be there."""
        files = [path for path in self.home.rglob("*") if path.is_file()]
        return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


@pytest.fixture
def started_pc(
    tmp_path: Path, bank: RunningBank, keyed_stores: KeyedStores, softhsm: SoftHsm
) -> CliComputer:
    """A computer without certificates, whose commands are started as by a user; the bank serves
    until the test ends."""
    home = tmp_path / "home"
    home.mkdir()
    return CliComputer(home, bank, softhsm, keyed_stores=keyed_stores)


@pytest.fixture
def pc(started_pc: CliComputer, forks: ForkServer) -> CliComputer:
    """Like `started_pc`, with commands that need no start."""
    started_pc.forks = forks
    return started_pc


__all__ = ["PC_USER", "PIN", "USB_USER", "CliComputer", "CompletedProgram"]
