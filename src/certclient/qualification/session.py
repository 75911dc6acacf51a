"""A test customer of a CA: its keys and certificates, and the steps that several checks need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from certclient.ca.client import (
    Answer,
    BankSecrets,
    CaClient,
    CertificateCredential,
    Credential,
    IssueCodeCredential,
    Issued,
    Transaction,
    Waiting,
)
from certclient.enrollment.acceptance import check_issued
from certclient.enrollment.interaction import SecretKind
from certclient.model.certificate import Certificate, Role
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.japan_time import later
from certclient.model.keys import Signer
from certclient.model.profile import Profile
from certclient.model.secret import Secret
from certclient.qualification.line import RecordingLine

_HASTE = timedelta(seconds=1)

_SHORTEST_PAUSE = 1.0
"""Seconds between two polls, whatever the CA says."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the checks need from outside.

    `ca` speaks through `line`. `secret` asks for one of the test customer's secrets, None if there
    is none. `clock` returns aware UTC; `sleep` takes seconds; `max_wait`: how many seconds to wait
    in all for a CA that answers "waiting". `new_key` makes a key; `wrong_code` a code that is none.
    """

    profile: Profile
    user_id: str
    ca: CaClient
    line: RecordingLine
    secret: Callable[[SecretKind], Secret | None]
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    new_key: Callable[[], Signer]
    wrong_code: Callable[[], Secret]
    max_wait: float = 60.0


@dataclass(frozen=True, slots=True)
class Requested:
    """What a certificate has to fit: see `enrollment.acceptance.Requested`."""

    user_id: str
    spki: bytes
    old: Certificate | None = None

    @property
    def renewed(self) -> Certificate | None:
        """The certificate that was renewed."""
        return self.old

    @property
    def ends_after(self) -> datetime | None:
        """Just before the old one's end: the checks renew what was issued in the same second."""
        return None if self.old is None else later(self.old.not_after, -_HASTE)


@dataclass(frozen=True, slots=True)
class Held:
    """An issued certificate with its key; `credential` requested it, `old`: the renewed one."""

    issued: Issued
    key: Signer
    credential: Credential
    old: Certificate | None = None

    @property
    def certificate(self) -> Certificate:
        """The issued certificate."""
        return self.issued.certificate

    @property
    def own(self) -> CertificateCredential:
        """The credential that signs with this certificate's key."""
        return CertificateCredential(self.certificate, self.key, self.issued.chain)


@dataclass(slots=True)
class Session:
    """`current`: the confirmed certificate in use; `pending`, `obtained`: one that is not
    confirmed yet, the latter got with the issue code.

    `confirmed`: all that were, for the clean-up. `waited`: whether the CA has let us wait.
    """

    environment: Environment
    current: Held | None = None
    pending: Held | None = None
    obtained: Held | None = None
    confirmed: list[Held] = field(default_factory=list)
    revoked: Held | None = None
    waited: bool = False
    _left: float = 0.0

    def __post_init__(self) -> None:
        self._left = self.environment.max_wait

    def obtain(self, code: Secret) -> Held:
        """Requests a certificate with an issue code. Raises as `CaClient.send`."""
        key = self.environment.new_key()
        credential = IssueCodeCredential(self.environment.user_id, code)
        transaction = self.environment.ca.prepare_obtain(credential, key)
        return Held(self.sent(transaction, credential), key, credential)

    def renewal(self, current: Held, key: Signer, signer: Signer | None = None) -> Transaction:
        """A request for renewal for `key`; `signer`: in place of the current key."""
        credential = self.signing(current, signer)
        return self.environment.ca.prepare_renew(credential, key, self._bank_secrets(current))

    def signing(self, current: Held, signer: Signer | None = None) -> CertificateCredential:
        """The credential of `current`; `signer`: in place of its key."""
        chain = current.issued.chain
        return CertificateCredential(current.certificate, signer or current.key, chain)

    def renew(self, current: Held) -> Held:
        """Renews `current` with a new key. Raises as `CaClient.send`."""
        key = self.environment.new_key()
        transaction = self.renewal(current, key)
        return Held(self.sent(transaction, current.own), key, current.own, current.certificate)

    def sent(self, transaction: Transaction, credential: Credential) -> Issued:
        """Sends a request and polls until the certificate is there. Raises CA_WAITING if that takes
        longer than allowed."""
        return self._polled(self.environment.ca.send(transaction, credential), credential)

    def judge(self, held: Held) -> None:
        """Checks an issued certificate as a customer's program does. Raises ISSUED_…."""
        requested = Requested(self.environment.user_id, held.key.spki, held.old)
        now = self.environment.clock()
        issued = held.issued
        check_issued(requested, issued.certificate, issued.chain, self.environment.profile, now)

    def confirm(self, held: Held) -> None:
        """Confirms a certificate, which is then the current one."""
        self.environment.ca.confirm(held.issued, held.credential)
        self.settle(held)

    def settle(self, held: Held) -> None:
        """Makes a confirmed certificate the current one."""
        self.current = held
        self.confirmed.append(held)

    def _polled(self, answer: Answer, credential: Credential) -> Issued:
        while isinstance(answer, Waiting):
            self.waited = True
            pause = max(answer.check_after, _SHORTEST_PAUSE)
            if pause > self._left:
                raise CertclientError(ErrorCode.CA_WAITING)
            self._left -= pause
            self.environment.sleep(pause)
            answer = self.environment.ca.poll(answer.transaction, credential)
        return answer

    def _bank_secrets(self, current: Held) -> BankSecrets:
        """Those that the profile wants from this customer; asked for anew for each request."""
        profile, ask = self.environment.profile, self.environment.secret
        owner = current.certificate.named_owner(profile.subject_rule)
        role = owner.role if owner is not None else Role.USER
        wants_pin = profile.ask_pin.includes(role)
        wants_password = profile.ask_one_time_password.includes(role)
        return BankSecrets(
            ask(SecretKind.BANK_PIN) if wants_pin else None,
            ask(SecretKind.ONE_TIME_PASSWORD) if wants_password else None,
        )
