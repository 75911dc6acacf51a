"""A Windows computer whose programs are killed; what has to be true afterwards.

The counterpart of `computer.KilledComputer`: a process is ended by TerminateProcess, and the real
command line follows in the test's own process, as there are no forks.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

assert sys.platform == "win32"

from certclient.bootstrap import clock, code_vault, system_services
from certclient.ca.factory import login_transport_for
from certclient.ca.transport import TlsIdentity
from certclient.cli.exit_codes import DONE
from certclient.cli.main import run
from certclient.configuration.profiles import load_profile
from certclient.enrollment.journal import Journal, Record
from certclient.enrollment.login_test import log_in
from certclient.model.certificate import Certificate
from certclient.platform.folders import data_folder, journal_file
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.base import StoredCertificate, no_pin
from certclient.store.windows import capi, cng, crypt32
from certclient.store.windows.declarations import MS_KEY_STORAGE_PROVIDER
from support.bank_service import BankService
from support.cli_runner import FakeTerminal
from support.windows_pc import CNG, DOUBLE, WindowsComputer

_OUR_FILES = ("journal.sqlite", "last-seen.json", "certclient.log")
_TERMINATED = int(signal.SIGTERM)
"""The exit code that `moments.crash` gives to TerminateProcess."""


@dataclass(frozen=True)
class KilledWindows:
    """A Windows whose store holds the certificates of the bank's customer `user_id`."""

    pc: WindowsComputer
    service: BankService
    profile_path: Path
    user_id: str

    def breaks(
        self, moment: str, command: str, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs `support.crash_process` in a process of its own."""
        words = (str(self.profile_path), moment, command, *arguments, "pc")
        return subprocess.run(
            [sys.executable, "-m", "support.crash_process", *words],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def is_killed(self, moment: str, command: str, *arguments: str) -> None:
        done = self.breaks(moment, command, *arguments)
        assert done.returncode == _TERMINATED, f"not killed at {moment}: {done.stderr}"

    def is_killed_or_ends(self, moment: str, command: str) -> bool:
        """Whether it has ended by itself before that moment."""
        done = self.breaks(moment, command)
        assert done.returncode in (0, _TERMINATED), done.stderr
        return done.returncode == 0

    def certclient(self, *arguments: str, code: str = "") -> tuple[int, str]:
        """The real command: exit code and output. `code`: the line of its standard input."""
        services = replace(system_services(), terminal=FakeTerminal(stdin=[code] if code else []))
        output = io.StringIO()
        with redirect_stdout(output):
            ended = run([*arguments, "--profile", str(self.profile_path), "--json"], services)
        return ended, output.getvalue()

    def succeeds(self, *arguments: str, code: str = "") -> None:
        ended, output = self.certclient(*arguments, code=code)
        assert ended == DONE, output

    def resume(self, code: str = "") -> None:
        """Finishes what is open; `code`: the issue code, for 取得. No vault keeps it afterwards."""
        opened = self.open_procedures()
        if not opened:
            return
        self.succeeds("resume", *(("--code-stdin",) if code else ()), code=code)
        vault = code_vault(Journal(journal_file()))
        assert all(vault.fetch(record.id) is None for record in opened)

    def open_procedures(self) -> Sequence[Record]:
        return Journal(journal_file()).open_procedures()

    def stored(self, certificate: Certificate) -> StoredCertificate:
        (found,) = (s for s in self.pc.store.certificates() if s.certificate == certificate)
        return found

    def logs_in_with(self, certificate: Certificate) -> None:
        """Logs in at the bank over TLS with the store's key.

        With a key of the double of CNG, which Wine cannot use for TLS, it signs as a login does.
        """
        transport = login_transport_for(load_profile(self.profile_path), clock)
        key = self.stored(certificate).key
        assert key is not None
        with self.pc.store.open(no_pin) as session:
            session.self_test(certificate)
            if CNG:
                return
            assert transport is not None
            chain = (self.service.intermediate(),)
            identity = TlsIdentity(certificate, chain, session.signer(key))
            log_in(transport, identity, load_profile(self.profile_path).login_test_url)

    def assert_one_certificate_logs_in(self, old: Certificate | None) -> None:
        """The renewal or 取得 has ended: store, journal and the bank's books agree."""
        assert self.open_procedures() == []
        (new,) = self.pc.usable()
        assert new != old
        states = self.service.states(self.user_id)
        valid = [one for one, state in states.items() if state == "confirmed"]
        assert valid == [new.serial_hex], states
        assert "unconfirmed" not in states.values(), states
        if old is not None:
            assert states[old.serial_hex] == "superseded"
            assert self.stored(old).archived
        assert self.service.open_transactions(self.user_id) == 0
        self.assert_nothing_left_over()
        self.logs_in_with(new)

    def assert_as_before(self, old: Certificate) -> None:
        """Nothing has happened."""
        assert self.open_procedures() == []
        assert self.pc.usable() == [old]
        assert self.service.states(self.user_id) == {old.serial_hex: "confirmed"}
        self.assert_nothing_left_over()
        self.logs_in_with(old)

    def assert_nothing_left_over(self) -> None:
        """Each key has its certificate and each certificate its key, by what Windows itself lists;
        no other certificate, container or file."""
        stored = self.pc.store.certificates()
        assert all(s.key is not None for s in stored), "a certificate without its key"
        with crypt32.opened("MY", writable=False) as store:
            entries = store.entries()
        assert len(entries) == len(stored), "a certificate that the program does not show"
        assert len(_containers()) == len(stored), _containers()
        files = sorted(DOUBLE.glob("*.key"))
        assert len(files) == (len(stored) if CNG else 0), files
        with crypt32.opened("CA", writable=False) as store:
            others = [e.certificate for e in store.entries()]
        assert others in ([], [self.service.intermediate()]), "more than the CA's certificate"
        assert _foreign_files() == []


def _containers() -> list[str]:
    """Names of this program's containers, also of empty ones and of keys that nobody can open."""
    try:
        in_cng = cng.our_containers(MS_KEY_STORAGE_PROVIDER)
    except WindowsCallError:  # Wine's own ncrypt lists nothing
        in_cng = []
    return [place.name for place in (*in_cng, *capi.our_containers())]


def _foreign_files() -> list[str]:
    """Files in the program's folder that one that has ended has no business to leave."""
    found = [path for path in data_folder().rglob("*") if path.is_file()]
    return [
        path.name
        for path in found
        if not path.name.startswith(_OUR_FILES) and "locks" not in path.parts
    ]
