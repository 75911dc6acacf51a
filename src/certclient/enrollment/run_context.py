"""The state of one run of a procedure: open sessions, secrets, time spent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar

from certclient.ca.client import (
    CaClient,
    CertificateCredential,
    Credential,
    IssueCodeCredential,
    KeepsConnection,
    Transaction,
    may_be_altered,
)
from certclient.ca.transport import Transport
from certclient.enrollment.backoff import MAX_ATTEMPTS, pause_after
from certclient.enrollment.bank_holds import BankHolds
from certclient.enrollment.interaction import Interaction, SecretKind, SecretRequest
from certclient.enrollment.journal import ProcedureKind, Record
from certclient.enrollment.login_test import UNCONFIRMED, LoginTest
from certclient.enrollment.preflight import System
from certclient.enrollment.proxy_login import with_proxy_login
from certclient.enrollment.stopping import Stopping
from certclient.enrollment.stopwatch import Stopwatch, timed
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.issue_code import CodeProblem, CodeRule
from certclient.model.keys import KeyRef, Signer
from certclient.model.profile import Profile
from certclient.model.progress import Phase, Progress, Step
from certclient.model.secret import Secret
from certclient.model.wiping import overwrite
from certclient.platform.proxies.logins import ProxyLogins
from certclient.store.base import CertificateStore, StoredCertificate, StoreSession
from certclient.store.unavailable import store_by_id

T = TypeVar("T")


class CodeVault(Protocol):
    """The OS credential store, for an issue code that is needed again after a restart.

    Each method raises CertclientError(CREDENTIAL_STORE_SILENT) the first time that the store does
    not answer in time; a warning, since everything else works without it.
    """

    def keep(self, procedure_id: str, code: Secret) -> None:
        """Stores the code, best effort: without a credential store, it is asked for again."""
        ...

    def fetch(self, procedure_id: str) -> Secret | None:
        """The code of a procedure, None if none is stored."""
        ...

    def wipe(self, procedure_id: str) -> None:
        """Deletes the code of a procedure; no error if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Environment:
    """All external dependencies, passed in explicitly: nothing here is global.

    `clock` returns aware UTC; `sleep` takes seconds; `random_bytes` takes a length. `monotonic`
    returns seconds; the default is perf_counter, as time.monotonic has a resolution of 16 ms on
    Windows before Python 3.13. `max_wait`: how many seconds one run waits for the CA before it
    returns Pending. `system`: queries to the operating system. `proxy_logins`: the holder that `ca`
    and `login` use. `login`: how the bank's server for the login test is reached; None for a
    profile without one. `load_ahead`: called when a store begins to make a key; may begin to load
    what is needed after that, and never raises.
    """

    profile: Profile
    stores: Sequence[CertificateStore]
    ca: CaClient
    vault: CodeVault
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    random_bytes: Callable[[int], bytes]
    max_wait: float = 60.0
    monotonic: Callable[[], float] = time.perf_counter
    system: System = field(default_factory=System)
    proxy_logins: ProxyLogins = field(default_factory=ProxyLogins)
    login: Transport | None = None
    load_ahead: Callable[[], None] = lambda: None


def _nothing_meanwhile(_context: RunContext) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(slots=True)
class RunContext:
    """The state of one run of one procedure; lives as long as the run and is never journalled.

    `resumed`: an earlier run began the procedure. `unanswered`: the journalled message was sent by
    an earlier run, or more than once, so the CA may already have processed it. `transaction`
    carries a request that must not be journalled (it holds a bank PIN). `code`: the issue code,
    asked for once per run. `ticket`: from a bank's link, to be used once. `ticket_sent`: whether
    the request carries it. `login`: this run's login test of the new certificate. `bank_holds`:
    what the CA holds after the new certificate was refused. `not_accepted`: the serial number (hex)
    of a new certificate that the bank refused and this run has replaced. `key_only`: the run makes
    its key beside another one (`beside`). `meanwhile`: a block that does something else while the
    CA works on the request. `make_room`: removes what that has made, if anything, from a full
    token. `store_use`: held by whichever of the two runs uses a store.
    """

    environment: Environment
    interaction: Interaction
    stopwatch: Stopwatch
    resumed: bool
    unanswered: bool
    transaction: Transaction | None = None
    code: Secret | None = None
    ticket: Secret | None = None
    ticket_sent: bool = False
    login: LoginTest = UNCONFIRMED
    bank_holds: BankHolds | None = None
    not_accepted: str = ""
    key_only: bool = False
    meanwhile: Callable[[RunContext], AbstractContextManager[None]] = _nothing_meanwhile
    make_room: Callable[[], bool] = lambda: False
    store_use: AbstractContextManager[bool] = field(default_factory=threading.RLock)
    _stack: ExitStack = field(default_factory=ExitStack)
    _sessions: dict[str, StoreSession] = field(default_factory=dict)
    _found: dict[tuple[str, bytes], StoredCertificate] = field(default_factory=dict)

    @classmethod
    def begin(
        cls,
        environment: Environment,
        interaction: Interaction,
        *,
        resumed: bool,
        ticket: Secret | None = None,
    ) -> RunContext:
        """Starts a run without opening any store; call `close` at its end."""
        context = cls(
            environment=environment,
            interaction=interaction,
            stopwatch=Stopwatch(environment.monotonic),
            resumed=resumed,
            unanswered=resumed,
            ticket=ticket,
        )
        if isinstance(environment.ca, KeepsConnection):
            context._stack.enter_context(environment.ca.kept_open())
        return context

    def beside(self, interaction: Interaction) -> RunContext:
        """A context for a run that makes its key in the stores that this run has open, while this
        one waits for the CA. It closes nothing and does not use the network."""
        return replace(
            self,
            interaction=interaction,
            stopwatch=Stopwatch(self.environment.monotonic),
            resumed=False,
            unanswered=False,
            transaction=None,
            code=None,
            ticket=None,
            key_only=True,
            meanwhile=_nothing_meanwhile,
            make_room=lambda: False,
        )

    def restart(self) -> None:
        """Resets the run for another procedure; stores stay open, so each PIN is asked for only
        once."""
        self.resumed = self.unanswered = self.ticket_sent = False
        self.transaction = self.code = self.ticket = self.bank_holds = None
        self.login = UNCONFIRMED

    def close(self) -> None:
        """Logs out of every store, closes the connection to the CA. Call it at the end of the run,
        whatever the outcome."""
        self._sessions.clear()
        self.forget_secrets()
        self._stack.close()

    def forget_secrets(self) -> None:
        """Lets go of the code, the ticket and the request that carries the bank's secrets: no
        resend of this run needs them."""
        request = self.transaction.volatile if self.transaction is not None else b""
        self.transaction = self.code = self.ticket = None
        overwrite(request)

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        """Reports the beginning of a step, and its end if it succeeded."""
        started = self.environment.monotonic()
        self.interaction.progress(Progress(step, Phase.STARTED))
        yield
        took = self.environment.monotonic() - started
        self.interaction.progress(Progress(step, Phase.FINISHED, took))

    def store(self, store_id: str) -> CertificateStore:
        """The store with this id, or a placeholder that raises the reason why it is unavailable."""
        return store_by_id(self.environment.stores, store_id)

    def session(self, store_id: str) -> StoreSession:
        """The open session of a store; opened on first use in this run, with a PIN prompt if
        needed."""
        store = self.store(store_id)
        if store.store_id not in self._sessions:
            opened = store.open(self.interaction.pin)
            self._sessions[store.store_id] = self._stack.enter_context(opened)
        return self._sessions[store.store_id]

    def signer(self, store_id: str, key: KeyRef) -> Signer:
        """The key as a Signer with timed signatures. Raises KEY_NOT_FOUND, and as `session`."""
        return timed(self.session(store_id).signer(key), self.stopwatch, self.store_use)

    def stored(self, store_id: str, certificate: Certificate) -> StoredCertificate:
        """The certificate as its store had it when this run first asked for it: a store may hold
        many. Raises CERTIFICATE_NOT_FOUND."""
        name = (store_id, certificate.der)
        if name not in self._found:
            for found in self.store(store_id).certificates():
                if found.certificate == certificate:
                    self._found.setdefault(name, found)
        if name not in self._found:
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=certificate.serial_hex)
        return self._found[name]

    def note_stored(self, found: StoredCertificate) -> None:
        """What `stored` is to return for `found.certificate`, without another look."""
        self._found[found.store_id, found.certificate.der] = found

    def credential(self, record: Record) -> Credential:
        """The credential for this procedure's messages: the current key or the issue code."""
        if record.kind is ProcedureKind.OBTAIN:
            return IssueCodeCredential(record.user_id, self.issue_code(record))
        return self.current(record)

    def current(self, record: Record) -> CertificateCredential:
        """The old certificate with its key. Raises CERTIFICATE_NOT_FOUND, KEY_NOT_FOUND."""
        old = Certificate.read(record.old_certificate)
        key = self.stored(record.old_store_id, old).key
        if key is None:
            raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=old.serial_hex)
        return CertificateCredential(old, self.signer(record.old_store_id, key))

    def new_credential(self, record: Record) -> CertificateCredential:
        """The new certificate with its key, from ISSUED on. Raises KEY_NOT_FOUND."""
        chain = tuple(Certificate.read(der) for der in record.chain)
        signer = self.signer(record.store_id, record.key)
        return CertificateCredential(Certificate.read(record.issued), signer, chain)

    def issue_code(self, record: Record) -> Secret:
        """The issue code of this run, from the vault or the user.

        Raises ISSUE_CODE_REQUIRED, ISSUE_CODE_FORMAT (before anything is sent).
        """
        if not self.knows_code(record):
            self.code = self._ask_code(record, previous_incorrect=False)
        if self.code is None:
            again = {"problem": "again"} if self._code_was_used(record) else {}
            raise CertclientError(ErrorCode.ISSUE_CODE_REQUIRED, user_id=record.user_id, **again)
        return self.code

    def has_issue_code(self, record: Record) -> bool:
        """Whether an issue code is available; asks the user if necessary."""
        try:
            self.issue_code(record)
        except CertclientError as error:
            if error.code is not ErrorCode.ISSUE_CODE_REQUIRED:
                raise
            return False
        return True

    def knows_code(self, record: Record) -> bool:
        """Whether the issue code is known without asking the user."""
        if self.code is None:
            self.code = self._ask_vault(lambda vault: vault.fetch(record.id))
        return self.code is not None

    def take_ticket(self) -> Secret | None:
        """The ticket on the first call, then None: the bank accepts it only once."""
        ticket, self.ticket = self.ticket, None
        return ticket

    def request_new_code(self, record: Record, *, proven: bool = True) -> bool:
        """Asks for another issue code after a wrong one; False if the user gives none. `proven`:
        see `SecretRequest`."""
        self.forget_code(record)
        self.code = self._ask_code(record, previous_incorrect=True, proven=proven)
        return self.code is not None

    def keep_code(self, record: Record, code: Secret) -> None:
        """Keeps the issue code for a later run, best effort."""
        self._ask_vault(lambda vault: vault.keep(record.id, code))

    def forget_code(self, record: Record) -> None:
        """Deletes the issue code that an earlier step or run may have kept."""
        if record.kind is ProcedureKind.OBTAIN:
            self._ask_vault(lambda vault: vault.wipe(record.id))

    def _ask_vault(self, call: Callable[[CodeVault], T]) -> T | None:
        try:
            return call(self.environment.vault)
        except CertclientError as error:
            self.interaction.warning(error)
            return None

    def _ask_code(
        self, record: Record, *, previous_incorrect: bool, proven: bool = True
    ) -> Secret | None:
        codes = self.environment.profile.codes
        code = self._code_from_link(codes)
        if code is None:
            again = self._code_was_used(record)
            request = SecretRequest(
                SecretKind.ISSUE_CODE, record.user_id, previous_incorrect, codes, again, proven
            )
            code = self.interaction.secret(request) or None
        if code is not None and (problem := codes.problem(code)) is not None:
            raise codes.error(problem)
        return code

    @staticmethod
    def _code_was_used(record: Record) -> bool:
        """Whether an earlier run has made a request with the code: it is the same that is needed,
        and the customer has typed it once."""
        return bool(record.transaction_id)

    def _code_from_link(self, codes: CodeRule) -> Secret | None:
        """The link's code as it is, or as `codes` reads it; with a warning, None for one that
        cannot be right."""
        ticket = self.take_ticket()
        if ticket is None or codes.problem(ticket) is None:
            return ticket
        with ticket.revealed() as text:
            code = codes.read(text)
        if code is not None and codes.problem(code) is None:
            return code
        self.interaction.warning(codes.error(CodeProblem.CHARACTERS))
        return None

    def network(self, call: Callable[[], T]) -> T:
        """Runs one exchange with the CA; retries after a transient error while patience lasts, and
        once at once after a refusal that may have been altered on the way."""
        altered = 0
        for attempt in range(MAX_ATTEMPTS):
            try:
                return self.through_proxy(call)
            except CertclientError as error:
                altered += may_be_altered(error)
                if altered == 1 and may_be_altered(error) and attempt + 1 < MAX_ATTEMPTS:
                    self.unanswered = True
                    continue
                pause = pause_after(error, attempt, self.environment.random_bytes)
                if pause is None or not self.can_wait(pause) or self.interaction.stop_requested():
                    raise
                self.unanswered = True
                self.pause(pause)
        raise AssertionError("the last attempt returns or raises")

    def through_proxy(
        self, call: Callable[[], T], interrupt: Callable[[], None] | None = None
    ) -> T:
        """Runs one exchange; asks for the proxy's login if there is a proxy that wants one.

        A request to stop ends an exchange that has not ended by itself a few seconds later, with
        NETWORK_STOPPED. `interrupt` ends it; by default, it is one with the CA.
        """
        end = interrupt or self.environment.ca.interrupt
        stopping = Stopping(self.interaction.stop_requested, end)

        def timed() -> T:
            with self.stopwatch.measure("network"), stopping.watch():
                return call()

        return with_proxy_login(timed, self.interaction, self.environment.proxy_logins)

    def can_wait(self, seconds: float) -> bool:
        """Whether waiting `seconds` more stays within this run's patience."""
        return self.stopwatch.seconds["waiting"] + seconds <= self.environment.max_wait

    def is_open(self, store_id: str) -> bool:
        """Whether this run has a session open on that store."""
        return self.store(store_id).store_id in self._sessions

    def pause(self, seconds: float) -> None:
        """Sleeps for `seconds`, counted as waiting."""
        with self.stopwatch.measure("waiting"):
            self.environment.sleep(seconds)
