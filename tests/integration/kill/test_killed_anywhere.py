"""`kill -9` in every state and after every side effect, then `certclient resume` as a process.

Afterwards the customer has exactly one certificate that logs in, the bank has the same state, and
no key or other object is left over.
"""

from __future__ import annotations

import os
import signal
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from certclient.cli.exit_codes import DONE
from certclient.enrollment.journal import Journal, Record
from certclient.model.certificate import Certificate
from certclient.model.keys import KeySpec
from certclient.model.profile import EST
from certclient.store.base import CertificateStore
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.repositories.records import CertificateState
from support.bank import SOFTHSM_MODULE, RunningBank, running_bank
from support.crash_process import CALL_POINTS, POINTS
from support.customer import nss_private_keys, token_private_keys
from support.forks import CompletedProgram, ForkServer
from support.nss import NssDatabase
from support.softhsm import PIN, SoftHsm, right_pin

TESTS = Path(__file__).parents[2]


@dataclass
class KilledComputer:
    """A customer's computer with its own home folder; `store` holds the certificate."""

    bank: RunningBank
    user_id: str
    environment: dict[str, str]
    store: CertificateStore
    destination: str
    count_keys: Callable[[], int]
    refresh: Callable[[], None]
    forks: ForkServer

    def renew_and_be_killed(self, point: str) -> None:
        self._run_until_killed(point, "renew")

    def obtain_and_be_killed(self, point: str, code: str) -> None:
        self._run_until_killed(point, "obtain", self.user_id, code)

    def _run_until_killed(self, point: str, *how: str) -> None:
        done = self._python(
            "support.crash_process", str(self.bank.profile_path), point, *how, self.destination
        )
        assert done.code == -signal.SIGKILL, f"not killed at {point}: {done.err}"

    def certclient(self, *arguments: str, stdin: str = "") -> CompletedProgram:
        profile = ("--profile", str(self.bank.profile_path))
        return self._python("certclient", *arguments, *profile, "--json", stdin=stdin)

    def _python(self, module: str, *arguments: str, stdin: str = "") -> CompletedProgram:
        done = self.forks.run(module, *arguments, environment=self.environment, stdin=stdin)
        self.refresh()
        return done

    def resume(self) -> None:
        options = ("--pin-stdin",) if self.destination == "usb" else ()
        done = self.certclient("resume", *options, stdin=f"{PIN}\n")
        assert done.code == DONE, (done.code, done.out, done.err)

    def open_procedures(self) -> Sequence[Record]:
        """Like `certclient status`, which would take a process."""
        journal = Path(self.environment["HOME"]) / ".local/share/certclient/journal.sqlite"
        assert journal.is_file()
        return Journal(journal).open_procedures()

    def usable(self) -> list[Certificate]:
        found = self.store.certificates()
        return [s.certificate for s in found if s.key is not None and not s.archived]

    def issued(self) -> list[Certificate]:
        """What the bank has issued to this customer."""
        with self.bank.bank.repositories() as repositories:
            records = repositories.register.all()
        return [one.certificate for one in records if self.user_id in one.certificate.common_name]

    def assert_one_usable_and_nothing_left_over(self) -> None:
        assert self.open_procedures() == []
        (certificate,) = self.usable()
        assert self.bank.state_of(certificate.serial_hex) is CertificateState.CONFIRMED
        stored = self.store.certificates()
        assert all(s.key is not None for s in stored), "a certificate without its key"
        assert self.count_keys() == len(stored), "a key without its certificate"
        with self.store.open(right_pin) as session:
            session.self_test(certificate)

    def issue_certificate_to(self, expires_in_days: int) -> Certificate:
        with self.store.open(right_pin) as session:
            key = session.create_key(KeySpec(), "last year")
            spki = session.signer(key).spki
            certificate = self.bank.issue_certificate(self.user_id, spki, expires_in_days)
            session.install(key, certificate, "last year")
        return certificate


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    """One bank for all tests: each test has its own customer and computer."""
    with running_bank(tmp_path_factory.mktemp("bank")) as running:
        running.set_policy(wait_polls=1)
        yield running


@pytest.fixture(params=["pc", "usb"])
def computer(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    bank: RunningBank,
    softhsm: SoftHsm,
    forks: ForkServer,
) -> KilledComputer:
    user_id = f"TKYM{zlib.crc32(request.node.nodeid.encode()) % 10**7:07d}"
    bank.add_customer(user_id)
    home = tmp_path / "home"
    nss = NssDatabase(home / ".pki" / "nssdb")
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "SOFTHSM2_CONF": str(softhsm.configuration),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    if request.param == "pc":
        nss.directory.parent.mkdir(parents=True)
        return KilledComputer(
            bank,
            user_id,
            environment,
            nss.store(),
            "pc",
            lambda: nss_private_keys(nss),
            lambda: None,
            forks,
        )
    token = softhsm.new_token()
    return KilledComputer(
        bank,
        user_id,
        environment,
        token.store(),
        "usb",
        lambda: token_private_keys(token),
        softhsm.refresh,
        forks,
    )


@pytest.mark.parametrize("point", POINTS)
def test_resume_finishes_a_killed_renewal(computer: KilledComputer, point: str) -> None:
    old = computer.issue_certificate_to(expires_in_days=20)
    computer.renew_and_be_killed(point)
    if point != "journal:done":
        assert computer.usable(), "a certificate to log in with exists at all times"
        assert len(computer.open_procedures()) == 1
        computer.resume()
    computer.assert_one_usable_and_nothing_left_over()
    assert computer.usable() != [old]
    assert computer.bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED


OBTAIN_POINTS = (
    "journal:requested",
    "after:send",
    "journal:issued",
    "after:install",
    "after:confirm",
)


@pytest.mark.parametrize("point", OBTAIN_POINTS)
def test_resume_finishes_a_killed_obtain_with_the_same_code(
    computer: KilledComputer, point: str
) -> None:
    code = computer.bank.issue_code(computer.user_id).reveal()
    computer.obtain_and_be_killed(point, code)
    options = ["--code-stdin"] + (["--pin-stdin"] if computer.destination == "usb" else [])
    answers = f"{code}\n{PIN}\n" if computer.destination == "usb" else f"{code}\n"
    done = computer.certclient("resume", *options, stdin=answers)
    assert done.code == DONE, (done.out, done.err)
    computer.assert_one_usable_and_nothing_left_over()


@pytest.fixture
def by_est(bank: RunningBank) -> Iterator[None]:
    bank.write_profile(ProfileOptions(pkcs11_modules=(SOFTHSM_MODULE,), protocol=EST))
    yield
    bank.write_profile()


@pytest.mark.usefixtures("by_est")
@pytest.mark.parametrize("computer", ["pc"], indirect=True)
@pytest.mark.parametrize("point", ["after:poll", "after:install"])
def test_a_killed_renewal_by_est_ends_in_one_new_certificate(
    computer: KilledComputer, point: str
) -> None:
    """Nothing but the PKCS#10 request tells the bank that it is the same renewal."""
    old = computer.issue_certificate_to(expires_in_days=20)
    computer.renew_and_be_killed(point)
    assert old in computer.usable()
    computer.resume()
    computer.assert_one_usable_and_nothing_left_over()
    assert len(computer.issued()) == 2


@pytest.mark.usefixtures("by_est")
@pytest.mark.parametrize("computer", ["pc"], indirect=True)
def test_an_obtain_by_est_that_is_killed_after_the_answer_gets_it_again_with_the_spent_code(
    computer: KilledComputer,
) -> None:
    code = computer.bank.issue_code(computer.user_id).reveal()
    computer.obtain_and_be_killed("after:poll", code)
    done = computer.certclient("resume", "--code-stdin", stdin=f"{code}\n")
    assert done.code == DONE, (done.out, done.err)
    computer.assert_one_usable_and_nothing_left_over()
    assert len(computer.issued()) == 1


def test_kill_points_match_the_side_effects_of_a_renewal() -> None:
    """A new side effect in the steps needs its own kill point."""
    source = (TESTS.parent / "src/certclient/enrollment/steps.py").read_text(encoding="utf-8")
    for call in CALL_POINTS:
        assert f".{call}(" in source, f"{call} is no longer called"
