"""A scripted user and a scripted CA. The CA does what no honest CA does: it returns wrong keys and
wrong names, and loses responses. Stores in these tests are real."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from certclient.ca.client import (
    ALL_ABILITIES,
    Answer,
    BankSecrets,
    CaAbilities,
    CertificateCredential,
    Credential,
    IssueCodeCredential,
    Issued,
    SignerStatus,
    Transaction,
    Waiting,
)
from certclient.enrollment.interaction import ConsentRequest, SecretKind, SecretRequest
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm, Signer
from certclient.model.progress import Phase, Progress, Step
from certclient.model.proxy_login import ProxyLoginAnswer, ProxyLoginRequest
from certclient.model.revocation_reason import RevocationReason
from certclient.model.secret import Secret
from certclient.store.base import PinRequest
from support.pki import Lab, customer_name

PIN = "246813"
"""PIN of the tokens in support/softhsm.py; here for programs that must not import pytest."""


@dataclass
class ScriptedUser:
    """A user who agrees and has a PIN and codes; records every request and warning in order."""

    pins: list[str] = field(default_factory=list)
    secrets: dict[SecretKind, list[str]] = field(default_factory=dict)
    agrees: bool = True
    stop_before: Callable[[list[Step]], bool] = lambda _steps: False
    consents: list[ConsentRequest] = field(default_factory=list)
    pin_requests: list[PinRequest] = field(default_factory=list)
    secret_requests: list[SecretRequest] = field(default_factory=list)
    proxy_answers: list[ProxyLoginAnswer] = field(default_factory=list)
    proxy_requests: list[ProxyLoginRequest] = field(default_factory=list)
    finished: list[Step] = field(default_factory=list)
    warnings: list[CertclientError] = field(default_factory=list)

    def consent(self, request: ConsentRequest) -> bool:
        self.consents.append(request)
        return self.agrees

    def pin(self, request: PinRequest) -> Secret | None:
        self.pin_requests.append(request)
        return Secret(self.pins.pop(0)) if self.pins else None

    def secret(self, request: SecretRequest) -> Secret | None:
        self.secret_requests.append(request)
        answers = self.secrets.get(request.kind, [])
        return Secret(answers.pop(0)) if answers else None

    def proxy_login(self, request: ProxyLoginRequest) -> ProxyLoginAnswer | None:
        self.proxy_requests.append(request)
        return self.proxy_answers.pop(0) if self.proxy_answers else None

    def progress(self, report: Progress) -> None:
        if report.phase is Phase.FINISHED:
            self.finished.append(report.step)

    def warning(self, error: CertclientError) -> None:
        self.warnings.append(error)

    def stop_requested(self) -> bool:
        return self.stop_before(self.finished)


Fault = CertclientError | Callable[[], None]


@dataclass
class ScriptedCa:
    """Issues the certificates that `makes` returns; each call first applies the next of its faults.

    `calls` logs all calls: ("send", transaction id), ("confirm", rejection)…
    `signers`: the status of signing certificates by fingerprint; the default is `signer`.
    A transaction's state is the public key, so that a restored transaction works as well.
    """

    lab: Lab
    makes: Callable[[bytes], Certificate]
    faults: dict[str, list[Fault | None]] = field(default_factory=dict)
    waits: int = 0
    check_after: float = 5.0
    confirmed_at_once: bool = False
    clock_of_server: datetime | None = None
    status_texts: Sequence[CertclientError] = ()
    calls: list[tuple[str, object]] = field(default_factory=list)
    right_code: str = ""
    seen_secrets: list[BankSecrets] = field(default_factory=list)
    signer: SignerStatus = SignerStatus.UNKNOWN
    signers: dict[str, SignerStatus] = field(default_factory=dict)
    abilities: CaAbilities = ALL_ABILITIES
    _number: int = 0

    def prepare_obtain(self, credential: IssueCodeCredential, new_key: Signer) -> Transaction:
        return self._prepare(new_key, b"|")

    def prepare_renew(
        self,
        credential: CertificateCredential,
        new_key: Signer,
        secrets: BankSecrets = BankSecrets(),  # noqa: B008 - the protocol's default, frozen
    ) -> Transaction:
        credential.signer.sign(b"request", SignatureAlgorithm.RSA_PKCS1_SHA256)
        self.seen_secrets.append(secrets)
        volatile = b"bank PIN inside" if secrets.authenticator else b""
        return self._prepare(new_key, b"|" + (b"volatile" if volatile else b""), volatile)

    def _prepare(self, new_key: Signer, mark: bytes, volatile: bytes = b"") -> Transaction:
        new_key.sign(b"proof of possession", SignatureAlgorithm.RSA_PKCS1_SHA256)
        self._number += 1
        state = new_key.spki + mark
        self.calls.append(("prepare", f"t{self._number}"))
        return Transaction(f"t{self._number}", state, volatile)

    def send(self, transaction: Transaction, credential: Credential) -> Answer:
        self._next_fault("send", transaction.transaction_id)
        if transaction.state.endswith(b"|volatile") and not transaction.volatile:
            raise CertclientError(ErrorCode.BANK_SECRETS_REQUIRED)
        self._check(credential)
        return self._answer(transaction)

    def poll(self, transaction: Transaction, credential: Credential) -> Answer:
        self._next_fault("poll", transaction.transaction_id)
        self._check(credential)
        return self._answer(transaction)

    def withdraw(self, transaction: Transaction, credential: Credential) -> None:
        self._next_fault("withdraw", transaction.transaction_id)
        self._check(credential)

    def confirm(
        self, issued: Issued, credential: Credential, rejection: ErrorCode | None = None
    ) -> None:
        self._next_fault("confirm", rejection)

    def revoke(
        self,
        credential: CertificateCredential,
        certificate: Certificate,
        reason: RevocationReason = RevocationReason.NO_LONGER_USED,
    ) -> None:
        self._next_fault("revoke", certificate.serial_hex)

    def signer_status(self, credential: CertificateCredential) -> SignerStatus:
        self._next_fault("signer_status", credential.certificate.serial_hex)
        credential.signer.sign(b"question", SignatureAlgorithm.RSA_PKCS1_SHA256)
        return self.signers.get(credential.certificate.fingerprint, self.signer)

    def probe(self) -> Sequence[CertclientError]:
        self._next_fault("probe", None)
        return self.status_texts

    def interrupt(self) -> None:
        self.calls.append(("interrupt", None))

    def server_time(self) -> datetime | None:
        return self.clock_of_server

    def _check(self, credential: Credential) -> None:
        if not isinstance(credential, IssueCodeCredential):
            credential.signer.sign(b"protection", SignatureAlgorithm.RSA_PKCS1_SHA256)
        elif credential.issue_code.reveal() != self.right_code:
            raise CertclientError(ErrorCode.ISSUE_CODE_WRONG)

    def _answer(self, transaction: Transaction) -> Answer:
        if self.waits:
            self.waits -= 1
            return Waiting(transaction, self.check_after)
        certificate = self.makes(transaction.state.rpartition(b"|")[0])
        return Issued(transaction, certificate, self.lab.chain, self.confirmed_at_once)

    def _next_fault(self, call: str, detail: object) -> None:
        self.calls.append((call, detail))
        pending = self.faults.get(call)
        fault = pending.pop(0) if pending else None
        if isinstance(fault, CertclientError):
            raise fault
        if fault is not None:
            fault()


@dataclass
class Timeline:
    """Clock and sleep for a procedure: sleeping advances the clock. `slept`: pauses in seconds."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    slept: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def monotonic(self) -> float:
        return time.perf_counter() + sum(self.slept)


class UnavailableVault:
    """A computer without a credential store: codes are requested again."""

    def keep(self, procedure_id: str, code: Secret) -> None: ...

    def fetch(self, procedure_id: str) -> Secret | None:
        return None

    def wipe(self, procedure_id: str) -> None: ...


@dataclass
class MemoryVault:
    """A working credential store; `kept`: its current contents."""

    kept: dict[str, Secret] = field(default_factory=dict)

    def keep(self, procedure_id: str, code: Secret) -> None:
        self.kept[procedure_id] = code

    def fetch(self, procedure_id: str) -> Secret | None:
        return self.kept.get(procedure_id)

    def wipe(self, procedure_id: str) -> None:
        self.kept.pop(procedure_id, None)


def issue_as_requested(lab: Lab, user_id: str = "TKYM1408054") -> Callable[[bytes], Certificate]:
    """Issues the requested certificate; the same key gets the same certificate."""
    made: dict[bytes, Certificate] = {}

    def make(spki: bytes) -> Certificate:
        if spki not in made:
            made[spki] = lab.issue(spki, customer_name(user_id))
        return made[spki]

    return make
