"""What every token keeps beyond the store contract: PINs, renewals, kills, services, logins.

Runs on a private machine only, for one kind of token (tests/integration/tokens): its name is not
one that pytest collects by itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from certclient.cli.exit_codes import DONE
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyAlgorithm, KeySpec
from certclient.model.public_keys import KeyKind
from certclient.store.base import AttemptsLeft, Available, CertificateStore
from certclient.store.isolated import modules
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.repositories.records import CertificateState
from support.bank import RunningBank, running_bank
from support.nss import NssDatabase
from support.softhsm import ScriptedPins
from support.tokens.quick_programs import QuickPrograms, quick_programs
from support.tokens.running import Limit, RunningToken

USER, OTHER = "TKYM1408054", "TKYM1408055"
WRONG = "135791"
TOO_LONG = "9" * 300

KILLS = ("after:create_key", "after:install_intermediates", "after:install", "after:archive")
"""The steps that write to the token; tests/torture kills all of them, with SoftHSM."""


@dataclass
class Pc:
    """A customer's computer with the token; `programs` are the real ones, as processes."""

    bank: RunningBank
    token: RunningToken
    programs: QuickPrograms

    def run(self, *arguments: str) -> Any:
        """`certclient … --pin-stdin --json`, which must succeed; returns its output."""
        done = self.programs.certclient(
            *arguments, "--json", *self.profile, stdin=f"{self.token.pin}\n"
        )
        assert done.code == DONE, (done.code, done.out, done.err)
        return done.json

    @property
    def profile(self) -> tuple[str, str]:
        return "--profile", str(self.bank.profile_path)

    def renew(self, user: str = USER) -> None:
        (result,) = self.run("renew", user, "--yes", "--pin-stdin")["results"]
        assert result["outcome"] == "done"

    def listed(self) -> list[dict[str, Any]]:
        """All certificates on the token, archived ones included."""
        found = self.run("list", "--archived")["certificates"]
        return [one for one in found if one["destination"] == "usb"]

    def usable(self) -> list[str]:
        """The serial numbers of those with a key that are not archived."""
        return [one["serial"] for one in self.listed() if not one["archived"] and one["has_key"]]

    def write_profile(self, algorithm: KeyAlgorithm) -> None:
        """Lets the bank require this kind of key from now on."""
        modules = (self.token.module,)
        self.bank.write_profile(ProfileOptions(pkcs11_modules=modules, key=algorithm))

    def empty_token(self) -> None:
        self.programs.wipe(self.token.module, self.token.label)

    def add_certificates(self, *users: str) -> list[Certificate]:
        """Issues a certificate that expires in 20 days to each user."""
        modules.stop_all()
        added = []
        with self.token.store().open(self.token.right_pin) as session:
            for user in users:
                key = session.create_key(KeySpec(), f"last year {user}")
                spki = session.signer(key).spki
                certificate = self.bank.issue_certificate(user, spki, 20)
                session.install(key, certificate, user)
                added.append(certificate)
        modules.stop_all()
        return added


@pytest.fixture(scope="module")
def bank(
    tmp_path_factory: pytest.TempPathFactory, running_token: RunningToken
) -> Iterator[RunningBank]:
    with running_bank(tmp_path_factory.mktemp("bank")) as running:
        running.set_policy(wait_polls=1)
        running.add_customer(USER)
        running.add_customer(OTHER)
        yield running


@pytest.fixture(scope="module")
def programs(
    tmp_path_factory: pytest.TempPathFactory, running_token: RunningToken
) -> Iterator[QuickPrograms]:
    home = tmp_path_factory.mktemp("home")
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        **running_token.environment,
    }
    with quick_programs(environment) as started:
        yield started


@pytest.fixture
def pc(bank: RunningBank, running_token: RunningToken, programs: QuickPrograms) -> Pc:
    made = Pc(bank, running_token, programs)
    made.empty_token()
    made.write_profile(KeyAlgorithm.RSA_2048)
    return made


def _attempts(store: CertificateStore) -> AttemptsLeft:
    state = store.availability()
    assert isinstance(state, Available)
    return state.attempts


def _refused(store: CertificateStore, *pins: str) -> ErrorCode:
    with pytest.raises(CertclientError) as error, store.open(ScriptedPins(*pins)):
        pass
    return error.value.code


def test_a_wrong_pin_costs_one_attempt_and_the_right_one_restores_them(token: RunningToken) -> None:
    store = token.store()
    before = token.attempts() if token.attempts else 0
    assert _refused(store, WRONG) is ErrorCode.PIN_INCORRECT
    low = AttemptsLeft.UNKNOWN if Limit.PIN_NOT_COUNTED in token.limits else AttemptsLeft.LOW
    assert _attempts(store) is low
    if token.attempts:
        assert token.attempts() == before - 1
    with store.open(token.right_pin):
        pass
    assert _attempts(store) is AttemptsLeft.UNKNOWN
    if token.attempts:
        assert token.attempts() == before


@pytest.mark.parametrize("pin", ["", TOO_LONG], ids=["empty", "too long"])
def test_an_impossible_pin_costs_no_attempt(token: RunningToken, pin: str) -> None:
    store = token.store()
    before = token.attempts() if token.attempts else 0
    assert _refused(store, pin) is ErrorCode.PIN_INCORRECT
    assert _attempts(store) is AttemptsLeft.UNKNOWN
    if token.attempts:
        assert token.attempts() == before


def test_two_renewals_leave_two_certificates_to_log_in_with(pc: Pc) -> None:
    old = [one.serial_hex for one in pc.add_certificates(USER, OTHER)]
    for user in (USER, OTHER):
        pc.renew(user)
    listed = pc.listed()
    new = {one["serial"] for one in listed if not one["archived"] and one["has_key"]}
    assert {one["serial"] for one in listed if one["archived"]} == set(old)
    assert len(new) == 2
    assert all(pc.bank.state_of(serial) is CertificateState.CONFIRMED for serial in new)
    pc.run("restore", old[0], "--yes", "--pin-stdin")
    pc.run("remove", old[1], "--yes", "--pin-stdin", "--delete")
    assert {one["serial"]: one["archived"] for one in pc.listed()} == dict.fromkeys(
        (old[0], *new), False
    )
    assert _private_keys(pc) == 3


@pytest.mark.parametrize("point", KILLS)
def test_resume_finishes_a_killed_renewal(pc: Pc, point: str) -> None:
    (old,) = pc.add_certificates(USER)
    killed = pc.programs.renew_and_be_killed(pc.bank.profile_path, point)
    assert killed.code == -signal.SIGKILL, killed.err
    pc.run("resume", "--pin-stdin")
    listed = pc.listed()
    assert [one["serial"] for one in listed if one["archived"]] == [old.serial_hex]
    (now,) = [one["serial"] for one in listed if not one["archived"] and one["has_key"]]
    assert len(listed) == 2
    assert pc.bank.state_of(now) is CertificateState.CONFIRMED
    assert pc.bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED
    assert _private_keys(pc) == 2, "a key without its certificate is left"


def _private_keys(pc: Pc) -> int:
    return pc.programs.count_keys(pc.token.module, pc.token.label)


def test_a_dead_service_is_a_sentence_and_the_token_works_after_its_restart(pc: Pc) -> None:
    stop, start = pc.token.stop, pc.token.start
    if stop is None or start is None:
        pytest.skip("the module talks to no service")
    (certificate,) = pc.add_certificates(USER)
    stop()
    try:
        done = pc.programs.certclient("list", "--json", *pc.profile)
        renewal = pc.programs.certclient(
            *("renew", USER, "--yes", "--pin-stdin", "--json", *pc.profile),
            stdin=f"{pc.token.pin}\n",
        )
    finally:
        start()
    assert "Traceback" not in done.err + renewal.err
    assert renewal.code != DONE
    assert pc.usable() == [certificate.serial_hex]
    pc.renew()


def test_the_token_qualifies_and_nothing_is_left_on_it(pc: Pc) -> None:
    which = ("--store", pc.token.label)
    report = pc.run("token", "qualify", *which, "--yes", "--pin-stdin")
    assert report["passed"], report["checks"]
    assert pc.listed() == []
    assert _private_keys(pc) == 0


@pytest.mark.parametrize(
    "algorithm", [KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P384]
)
def test_a_browsers_library_logs_in_with_the_renewed_certificate(
    pc: Pc, algorithm: KeyAlgorithm, tmp_path: Path
) -> None:
    if algorithm not in pc.token.makes:
        pytest.skip(f"the token makes no keys {algorithm.value}")
    pc.add_certificates(USER)
    pc.write_profile(algorithm)
    pc.renew()
    versions = ["tls1.2", "tls1.3"]
    if algorithm.kind is KeyKind.RSA and Limit.NO_PSS in pc.token.limits:
        versions.remove("tls1.3")
    for version in versions:
        answer = _log_in(pc, version, tmp_path / version)
        assert USER in answer, answer


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.EC_P256])
def test_a_token_without_ec_keys_says_so_before_anything_is_made(
    pc: Pc, algorithm: KeyAlgorithm
) -> None:
    if algorithm in pc.token.makes:
        pytest.skip("the token makes them")
    (old,) = pc.add_certificates(USER)
    pc.write_profile(algorithm)
    before = _private_keys(pc)
    done = pc.programs.certclient(
        *("renew", USER, "--yes", "--pin-stdin", *pc.profile), stdin=f"{pc.token.pin}\n"
    )
    assert "[CC-KEY-UNSUPPORTED]" in done.err
    assert "EC" in done.err
    assert pc.usable() == [old.serial_hex]
    assert _private_keys(pc) == before


def _log_in(pc: Pc, version: str, folder: Path) -> str:
    """NSS, the library of Chromium and Firefox on Linux, with the token's module added to it
    unless the token is an NSS database."""
    folder.mkdir()
    nss = NssDatabase(pc.token.database or folder / "nssdb")
    nickname = _friendly_name(pc)
    if pc.token.database is None:
        nss.create()
        nss.add_module("token", pc.token.module)
        nickname = f"{pc.token.label}:{nickname}"
    password = folder / "password"
    password.write_text(pc.token.pin, encoding="ascii")
    root = ("-i", str(pc.bank.root_file), "-f", str(password))
    nss.certutil("-A", "-n", "bank", "-t", "C,,", *root)
    url = pc.bank.login_url.removeprefix("https://")
    address, _, page = url.partition("/")
    host, _, port = address.partition(":")
    request = folder / "request"
    request.write_text(f"GET /{page} HTTP/1.0\r\nHost: {address}\r\n\r\n", encoding="ascii")
    done = subprocess.run(
        [
            *("tstclnt", "-h", host, "-p", port, "-d", f"sql:{nss.directory}"),
            *("-V", f"{version}:{version}", "-n", nickname, "-w", pc.token.pin, "-A", str(request)),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return done.stdout + done.stderr


def _friendly_name(pc: Pc) -> str:
    (one,) = [one for one in pc.listed() if not one["archived"]]
    name: str = one["friendly_name"]
    return name
