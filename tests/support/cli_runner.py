"""The command line with fake services, to test its output and exit codes.

clerk = Clerk(); clerk.add("TKYM1408054"); assert clerk.run("list") == 0
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from certclient.bootstrap.commands import COMMANDS
from certclient.ca.client import CaClient
from certclient.cli.main import run
from certclient.cli.ports import Services, no_ca
from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.diagnosis.examination import Examination, Sources, examine
from certclient.enrollment.diagnosis.values import Fact
from certclient.enrollment.full_check.groups import CheckParts, FullCheck
from certclient.enrollment.interaction import ConsentRequest, Interaction, SecretKind, SecretRequest
from certclient.enrollment.key_ahead import NextRenewal
from certclient.enrollment.moving import ComputerMove
from certclient.enrollment.open_procedures import OpenProcedures
from certclient.enrollment.overview import read_overview
from certclient.enrollment.own_revocation import Removal, Revoked
from certclient.enrollment.preferred_store import PreferredStore
from certclient.enrollment.preflight import System
from certclient.enrollment.procedure import (
    Finished,
    Leftover,
    LoginTest,
    LoginTestResult,
    Outcome,
    Pending,
    ProcedureKind,
    ProcedureState,
    ProcedureView,
)
from certclient.enrollment.put_away import PutAway
from certclient.model.banks import Banks, banks_of
from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.issue_code import FREE_CODE, CodeRule
from certclient.model.keys import KeyRef
from certclient.model.policy import Policy
from certclient.model.profile import Profile
from certclient.model.progress import Phase, Progress, Step
from certclient.model.revocation_reason import RevocationReason
from certclient.model.secret import Secret
from certclient.platform.free_space import room
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import Routes
from certclient.qualification.line import RecordingLine
from certclient.store.base import (
    AttemptsLeft,
    Available,
    CertificateStore,
    PinProvider,
    PinRequest,
    StoredCertificate,
    StoreSession,
    Unavailable,
)
from support.customer import profile_of
from support.json_output import check_output, shown_and_recorded
from support.pki import Lab, customer_name, make_lab, rsa_key, spki_of

NOW = datetime(2027, 3, 11, 3, 0, tzinfo=UTC)
"""Noon in Japan."""

LAB = make_lab(NOW)


LOGIN_NOT_TESTED = LoginTest(LoginTestResult.BROWSER_ONLY)


@dataclass
class FakeStore:
    """A store without keys. `held`: its certificates; `done`: the operations performed on it."""

    store_id: str = "shelf:pc"
    label: str = "PC"
    destination: Destination = Destination.PC
    held: list[StoredCertificate] = field(default_factory=list)
    cause: Unavailable | None = None
    pin: str = ""
    done: list[tuple[str, str]] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    def availability(self) -> Available | Unavailable:
        return self.cause or Available(needs_pin=bool(self.pin))

    def certificates(self) -> Sequence[StoredCertificate]:
        return tuple(self.held)

    def unused_keys(self) -> Sequence[str]:
        return tuple(self.unused)

    def open(self, pin: PinProvider) -> AbstractContextManager[StoreSession]:
        return self._opened(pin)

    @contextmanager
    def _opened(self, pin: PinProvider) -> Iterator[StoreSession]:
        self.login(pin)
        yield self  # type: ignore[misc] # a session that can archive, unarchive and delete

    def login(self, pin: PinProvider) -> None:
        """Requests the PIN as a real store does, until the provider gives the right one or None."""
        wrong = False
        while self.pin:
            request = PinRequest(self.store_id, self.label, AttemptsLeft.LOW, wrong)
            answer = pin(request)
            if answer is None:
                raise CertclientError(
                    ErrorCode.PIN_INCORRECT if wrong else ErrorCode.PIN_REQUIRED, token=self.label
                )
            if answer.reveal() == self.pin:
                return
            wrong = True

    def archive(self, certificate: Certificate) -> None:
        self._set(certificate, archived=True)

    def unarchive(self, certificate: Certificate) -> None:
        self._set(certificate, archived=False)

    def delete(self, certificate: Certificate) -> None:
        self.held = [stored for stored in self.held if stored.certificate != certificate]
        self.done.append(("delete", certificate.serial_hex))

    def _set(self, certificate: Certificate, *, archived: bool) -> None:
        self.held = [
            replace(stored, archived=archived) if stored.certificate == certificate else stored
            for stored in self.held
        ]
        self.done.append(("archive" if archived else "unarchive", certificate.serial_hex))


@dataclass
class FakeTerminal:
    """A terminal with or without a user; `prompts` contains the questions on the screen."""

    interactive: bool = False
    answers: list[str] = field(default_factory=list)
    stdin: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)

    def hidden(self, question: str) -> str:
        return self.visible(question)

    def visible(self, question: str) -> str:
        self.prompts.append(question)
        return self.answers.pop(0)

    def line(self) -> str | None:
        return self.stdin.pop(0) if self.stdin else None


@dataclass
class FakeRevocations:
    """A CA that revokes whatever it is asked to; `seen` is that of the procedures."""

    seen: list[tuple[str, str, str]]
    at_bank: CertclientError | None = None

    def check(self, stored: StoredCertificate) -> None:
        self.seen.append(("check", stored.certificate.serial_hex, stored.store_id))

    def elsewhere(self, name: str) -> CertclientError | None:
        return self.at_bank

    def revoke(
        self,
        stored: StoredCertificate,
        reason: RevocationReason,
        removal: Removal,
        interaction: Interaction,
    ) -> Revoked:
        self.seen.append((f"revoke {reason.value}", removal.value, stored.store_id))
        return Revoked(stored.certificate, removal)


@dataclass
class FakeProcedures:
    """Fake procedures. `outcomes` maps a user ID to an error or an outcome; the default is success.

    Requests consent and the store's PIN as the real procedures do. `obtain` requests the issue code
    `code_attempts` times and keeps the answers in `codes`; `tickets` are those of the links; `rule`
    is the bank's about codes.
    """

    lab: Lab
    outcomes: dict[str, CertclientError | Outcome | Exception] = field(default_factory=dict)
    views: list[ProcedureView] = field(default_factory=list)
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    code_attempts: int = 1
    codes: list[str | None] = field(default_factory=list)
    rule: CodeRule = FREE_CODE
    tickets: list[str | None] = field(default_factory=list)
    login: LoginTest = LOGIN_NOT_TESTED
    wrong_clock: CertclientError | None = None
    elsewhere: CertclientError | None = None
    bank: str = "practice"
    banks_seen: list[str] = field(default_factory=list)
    followings: list[str | None] = field(default_factory=list)
    """Serial number of the certificate that is renewed after each one, if the renewal may know."""
    later: list[PutAway] = field(default_factory=list)
    """What each try to put old certificates away does, in turn."""

    def renew(
        self,
        current: StoredCertificate,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None = None,
        following: NextRenewal | None = None,
    ) -> Outcome:
        self.tickets.append(ticket.reveal() if ticket else None)
        after = following.current.certificate.serial_hex if following is not None else None
        self.followings.append(after)
        user_id = current.certificate.common_name.split()[0]
        request = ConsentRequest(
            user_id, destination.destination, destination.label, current.certificate
        )
        return self._run("renew", user_id, request, destination, interaction)

    def obtain(
        self,
        user_id: str,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None = None,
    ) -> Outcome:
        self.tickets.append(ticket.reveal() if ticket else None)
        request = ConsentRequest(user_id, destination.destination, destination.label, None)
        outcome = self._run("obtain", user_id, request, destination, interaction)
        for attempt in range(self.code_attempts):
            prompts = SecretRequest(SecretKind.ISSUE_CODE, user_id, attempt > 0, self.rule)
            answer = interaction.secret(prompts)
            self.codes.append(answer.reveal() if answer else None)
        return outcome

    def resume(self, procedure_id: str, interaction: Interaction) -> Outcome:
        view = next(view for view in self.views if view.id == procedure_id)
        self.seen.append(("resume", view.user_id, view.store_id))
        self.banks_seen.append(self.bank)
        return self._end(view.user_id, FakeStore())

    def abandon(self, procedure_id: str, interaction: Interaction) -> Outcome:
        view = next(view for view in self.views if view.id == procedure_id)
        self.seen.append(("abandon", view.user_id, view.store_id))
        self.banks_seen.append(self.bank)
        if view.state is ProcedureState.CONFIRMED:
            return self._end(view.user_id, FakeStore())
        return Pending(procedure_id, ProcedureState.ABANDONED, None)

    def check_with_bank(
        self, current: StoredCertificate, interaction: Interaction
    ) -> CertclientError | None:
        self.seen.append(("check", current.certificate.serial_hex, current.store_id))
        return None

    def own_revocation(self) -> FakeRevocations:
        return FakeRevocations(self.seen, self.elsewhere)

    def computer_move(self) -> ComputerMove:
        raise NotImplementedError("the tests of `move` have a real bank and real stores")

    def clock_error(self) -> CertclientError | None:
        return self.wrong_clock

    def pending(self) -> Sequence[ProcedureView]:
        return OpenProcedures(tuple(self.views)).at_bank(self.bank)

    def leftovers(self, stores: Sequence[CertificateStore]) -> Sequence[Leftover]:
        return [Leftover(store, label) for store in stores for label in store.unused_keys()]

    def put_away_left(self, pin: PinProvider) -> PutAway:
        self.seen.append(("put away", "", ""))
        return self.later.pop(0) if self.later else PutAway()

    def remove_leftover(self, leftover: Leftover, pin: PinProvider) -> None:
        assert isinstance(leftover.store, FakeStore)
        leftover.store.login(pin)
        leftover.store.unused.remove(leftover.label)

    def _run(
        self,
        what: str,
        user_id: str,
        request: ConsentRequest,
        store: CertificateStore,
        interaction: Interaction,
    ) -> Outcome:
        self.seen.append((what, user_id, store.store_id))
        self.banks_seen.append(self.bank)
        if not interaction.consent(request):
            raise CertclientError(ErrorCode.CONSENT_REFUSED, user_id=user_id)
        assert isinstance(store, FakeStore)
        store.login(interaction.pin)
        interaction.progress(Progress(Step.CREATE_KEY, Phase.STARTED))
        interaction.progress(Progress(Step.CREATE_KEY, Phase.FINISHED, 1.25))
        return self._end(user_id, store)

    def _end(self, user_id: str, store: CertificateStore) -> Outcome:
        outcomes = self.outcomes.get(user_id)
        if isinstance(outcomes, Exception):
            raise outcomes
        if outcomes is not None:
            return outcomes
        certificate = self.lab.issue(spki_of(rsa_key(7)), customer_name(user_id))
        return Finished(
            "feed0001",
            ProcedureKind.RENEW,
            certificate,
            store,
            True,
            {"network": 0.25},
            self.login,
        )


def _unreachable(profile: Profile) -> CaClient:
    raise CertclientError(ErrorCode.NETWORK_UNREACHABLE, host=profile.id, reason="no network")


@dataclass
class CliRunner:
    """The command line in this process. `run` returns the exit code; output goes to stdout.

    `banks`: those that are set up; None for `profile` alone.
    """

    log_file: Path
    profile: Profile = field(default_factory=lambda: profile_of(LAB))
    pc: FakeStore = field(default_factory=FakeStore)
    others: list[CertificateStore] = field(default_factory=list)
    procedures: FakeProcedures = field(default_factory=lambda: FakeProcedures(LAB))
    terminal: FakeTerminal = field(default_factory=FakeTerminal)
    language: str = "ja"
    now: datetime = NOW
    max_wait: float | None = None
    statuses: BankStatuses = field(default_factory=BankStatuses)
    tested_ca: Callable[[Profile], tuple[CaClient, RecordingLine]] = no_ca
    banks: Banks | None = None
    connect: Callable[[Profile], CaClient] = _unreachable

    def add(
        self,
        user_id: str = "TKYM1408054",
        suffix: str = "1403",
        *,
        days: float = 20,
        store: FakeStore | None = None,
        archived: bool = False,
        key: bool = True,
    ) -> Certificate:
        """Puts a certificate with `days` left into a store (the PC's)."""
        held_store = store or self.pc
        certificate = LAB.issue(spki_of(rsa_key(3)), customer_name(user_id, suffix), days=days)
        reference = KeyRef(held_store.store_id, certificate.serial_hex.encode()) if key else None
        held_store.held.append(
            StoredCertificate(
                certificate, held_store.store_id, f"name of {user_id}", reference, archived
            )
        )
        return certificate

    def add_token(self, label: str = "専用USB", pin: str = "") -> FakeStore:
        token = FakeStore(f"shelf:{label}", label, Destination.USB, pin=pin)
        self.others.append(token)
        return token

    def run(self, *arguments: str) -> int:
        """Runs a command; with `--json`, its output must have the shape that is documented."""
        with shown_and_recorded() as output:
            code = run(["--language", self.language, *arguments], self.services())
        if "--json" in arguments:
            check_output(output.getvalue())
        return code

    def services(self) -> Services:
        return Services(
            commands=COMMANDS,
            profile=self._profile,
            stores=lambda _profiles: [self.pc, *self.others],
            banks=lambda: self.banks or banks_of([self.profile]),
            procedures=self._procedures,
            clock=lambda: self.now,
            terminal=self.terminal,
            log_file=self.log_file,
            statuses=lambda: self.statuses,
            leftovers=lambda stores: self.procedures.leftovers(stores),
            open_procedures=lambda: OpenProcedures(tuple(self.procedures.views)),
            policy=Policy,
            proxy_logins=ProxyLogins,
            preferred_store=PreferredStore,
            tested_ca=self.tested_ca,
            full_check=self._full_check,
            examine=self._examine,
        )

    def _examine(self, _bank: str) -> Examination:
        """Of this computer, whose home is the folder with the log."""
        return examine(
            Sources(
                program=lambda: (Fact("version", "9.9.9"),),
                computer=lambda: (Fact("system", "Test OS"),),
                banks=lambda: self.banks or banks_of([self.profile]),
                policy=Policy,
                stores=lambda _profiles: [self.pc, *self.others],
                statuses=lambda: self.statuses,
                procedures=lambda: OpenProcedures(tuple(self.procedures.views)),
                routes=lambda _url: Routes(
                    ("http://proxy.example.jp:8080",), setting="HTTPS_PROXY"
                ),
                home=str(self.log_file.parent),
                log_file=self.log_file,
                clock=lambda: self.now,
            )
        )

    def _full_check(self) -> FullCheck:
        """Of this computer with the bank's CA out of reach, unless `connect` reaches one."""
        return FullCheck(
            CheckParts(
                banks=lambda: self.banks or banks_of([self.profile]),
                policy=Policy,
                records=lambda: self.statuses.journal_error,
                stores=lambda _profiles: [self.pc, *self.others],
                read=lambda profiles, stores: read_overview(
                    profiles, stores, self.now, self.statuses
                ),
                connect=self.connect,
                logins=ProxyLogins(),
                clock=lambda: self.now,
                system=System(),
                data_folder=self.log_file.parent,
                room=room,
            )
        )

    def _profile(self, name: str) -> Profile:
        others = self.banks.profiles if self.banks is not None else ()
        return next((one for one in others if one.id == name), self.profile)

    def _procedures(
        self, profile: Profile, _stores: Sequence[CertificateStore], max_wait: float
    ) -> FakeProcedures:
        """All banks share what is seen."""
        self.max_wait = max_wait
        return replace(self.procedures, bank=profile.id, rule=profile.codes)


def view(user_id: str, procedure_id: str, *, profile_id: str = "practice") -> ProcedureView:
    """A procedure that is waiting for the CA."""
    return ProcedureView(
        id=procedure_id,
        kind=ProcedureKind.RENEW,
        profile_id=profile_id,
        user_id=user_id,
        state=ProcedureState.WAITING,
        started=NOW,
        changed=NOW,
        store_id="shelf:pc",
        new_certificate=None,
        check_at=NOW,
        last_error=ErrorCode.NETWORK_TIMEOUT,
    )


def waiting(procedure_id: str = "feed0002") -> Pending:
    return Pending(procedure_id, ProcedureState.WAITING, NOW)
