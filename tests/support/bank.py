"""A practice bank for tests: in this process (`bank`), or in a process that tests can kill.

def test_something(bank: RunningBank) -> None:
    bank.add_customer("TKYM1408054")
    code = bank.issue_code("TKYM1408054")
    profile = load_profile(bank.profile_path)
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pytest

from certclient.model.certificate import Certificate
from certclient.model.secret import Secret
from certclient_practice.admin.profile_writer import ProfileOptions, profile_toml
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.ca import PracticeCa, certificate_pem
from certclient_practice.bank.policy import BankPolicy
from certclient_practice.repositories.records import CertificateState, Customer
from certclient_practice.web.addresses import Addresses
from certclient_practice.web.server import PracticeServer, ServerSettings, read_addresses
from support.clocks import SettableClock

USER_ID = "TKYM1408054"
SOFTHSM_MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
_THREADS = 4
"""Of each of the bank's three ports: the usual 16 take half of what a bank costs a test."""
_TOKEN_MODULES = () if sys.platform == "win32" else (SOFTHSM_MODULE,)


class RunningBank:
    """A bank that serves on free ports of 127.0.0.1. `clock` is only the bank's business clock:
    message times and TLS use the machine's time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SettableClock()
        self.bank = Bank(folder, BankPolicy(check_after=1), clock=self.clock)
        self._server = PracticeServer(self.bank, ServerSettings(threads=_THREADS))
        self.profile_path = folder / "practice.toml"
        self.write_profile()
        self.root_file = folder / "root.crt.pem"
        self.root_file.write_text(certificate_pem(self.bank.ca.root))

    @property
    def addresses(self) -> Addresses:
        return self._server.addresses

    @property
    def cmp_url(self) -> str:
        return self.addresses.cmp_url

    @property
    def login_url(self) -> str:
        return self.addresses.login_url

    @property
    def policy(self) -> BankPolicy:
        return self.bank.policy

    def set_policy(self, **changes: object) -> None:
        """Changes rules immediately: `set_policy(wait_polls=2)`; see `BankPolicy`."""
        self.bank.policy = replace(self.bank.policy, **changes)  # type: ignore[arg-type] # by name

    def write_profile(self, options: ProfileOptions | None = None) -> Path:
        """Writes the profile again, by default with SoftHSM as the token module."""
        wanted = options or ProfileOptions(pkcs11_modules=_TOKEN_MODULES)
        text = profile_toml(self.bank, self.addresses, wanted)
        if sys.platform == "win32":
            # Wine's WinHTTP accepts servers by name only.
            text = text.replace("//127.0.0.1:", "//localhost:")
        self.profile_path.write_text(text, encoding="utf-8")
        return self.profile_path

    def add_customer(
        self,
        user_id: str = USER_ID,
        suffix: str = "1403",
        *,
        pin: str | None = None,
        one_time_password: str | None = None,
    ) -> Customer:
        return self.bank.add_customer(
            user_id,
            suffix,
            pin=Secret(pin) if pin is not None else None,
            one_time_password=Secret(one_time_password) if one_time_password is not None else None,
        )

    def issue_code(self, user_id: str = USER_ID, *, reissue: bool = False) -> Secret:
        return self.bank.issue_code(user_id, reissue=reissue)

    def issue_certificate(
        self, user_id: str, spki: bytes, expires_in_days: int, *, confirmed: bool = True
    ) -> Certificate:
        """Issues a certificate for a key in a test's store; see `Bank.issue_certificate`."""
        return self.bank.issue_certificate(user_id, spki, expires_in_days, confirmed=confirmed)

    @property
    def intermediate(self) -> Certificate:
        return self.bank.ca.intermediate

    def state_of(self, serial_hex: str) -> CertificateState | None:
        return self.bank.state_of(serial_hex)

    def revoke(self, serial_hex: str) -> None:
        self.bank.revoke(serial_hex)

    def requests_from_now_on(self) -> list[str]:
        """Gets each request to the CA or the login server as it arrives: `CA HEAD /cmp`."""
        arrived: list[str] = []
        listeners = {"CA": self._server._public, "login": self._server._login}
        for name, listener in listeners.items():
            app = listener._server.wsgi_app

            def noted(
                environ: dict[str, Any], start: Any, *, name: str = name, app: Any = app
            ) -> Any:
                arrived.append(f"{name} {environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
                return app(environ, start)

            listener._server.wsgi_app = noted
        return arrived

    def serve_again(self, ca: PracticeCa | None = None, *, same_address: bool = True) -> None:
        """Starts the server anew, after a rollover with `ca`; the profile is not written again."""
        self.stop()
        if ca is not None:
            self.bank.ca = ca
        ports = [urlsplit(url).port or 0 for url in (self.addresses.public_url, self.login_url)]
        port, login_port = ports if same_address else (0, 0)
        settings = ServerSettings(port=port, login_port=login_port, threads=_THREADS)
        self._server = PracticeServer(self.bank, settings)

    def stop(self) -> None:
        """Stops serving but keeps the records. Connections are refused from now on."""
        self._server.stop()

    def close(self) -> None:
        self.stop()
        self.bank.close()


@contextmanager
def running_bank(folder: Path) -> Iterator[RunningBank]:
    running = RunningBank(folder)
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningBank]:
    """A fresh practice bank that serves until the test ends."""
    with running_bank(tmp_path / "practice-bank") as running:
        yield running


class BankProcess:
    """The practice bank in a separate process, for tests that kill it."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._options = options
        self._process: subprocess.Popen[str] | None = None

    def start(self, *, port: int = 0, login_port: int = 0) -> Addresses:
        """Starts the bank and waits until it serves."""
        command = [sys.executable, "-m", "certclient_practice", "--data", str(self.folder)]
        ports = ["--port", str(port), "--login-port", str(login_port)]
        self._process = subprocess.Popen(
            [*command, "serve", *ports, *self._options], stdout=subprocess.PIPE, text=True
        )
        self._wait_until_ready(self._process.stdout)
        addresses = read_addresses(self.folder)
        assert addresses is not None
        return addresses

    @property
    def pid(self) -> int:
        """Of the process that serves."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """Kills the process with SIGKILL, like a power cut; it may have been killed before."""
        if self._process is not None:
            self._process.kill()
            self._end(self._process)

    def exit_code(self) -> int:
        """Waits for the end of the process, which somebody else has killed."""
        assert self._process is not None
        return self._end(self._process)

    def stop(self) -> int:
        """Terminates the process and returns its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._end(self._process)

    def repositories(self) -> Bank:
        """The same records, opened in addition to the running process."""
        return Bank(self.folder)

    @staticmethod
    def _wait_until_ready(output: IO[str] | None) -> None:
        assert output is not None
        for line in output:
            if line.startswith("Login:"):
                return
        raise AssertionError("the practice bank did not start")

    def _end(self, process: subprocess.Popen[str]) -> int:
        code = process.wait(timeout=300)
        assert process.stdout is not None
        process.stdout.close()
        self._process = None
        return code


@pytest.fixture
def bank_process(tmp_path: Path) -> Iterator[BankProcess]:
    """A bank process, not started yet, that ends with the test."""
    program = BankProcess(tmp_path / "practice-bank")
    try:
        yield program
    finally:
        program.kill()
