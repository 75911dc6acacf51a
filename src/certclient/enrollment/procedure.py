"""The durable state machine: PREPARED → … → DONE. See ARCHITECTURE.md for the states."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from certclient.ca.client import CaClient
from certclient.enrollment.interaction import Interaction
from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode
from certclient.model.profile import Profile
from certclient.model.secret import Secret
from certclient.store.base import CertificateStore, StoredCertificate


class State(enum.Enum):
    PREPARED = "prepared"
    KEY_CREATED = "key-created"
    REQUESTED = "requested"
    WAITING = "waiting"
    ISSUED = "issued"
    INSTALLED = "installed"
    VERIFIED = "verified"
    CONFIRMED = "confirmed"
    DONE = "done"
    ABANDONED = "abandoned"


class CodeVault(Protocol):
    """The OS credential store for an issue code that is needed again after a restart."""

    def keep(self, procedure_id: str, code: Secret) -> None:
        """Best effort: where no credential store is, the code is asked for again."""
        ...

    def fetch(self, procedure_id: str) -> Secret | None: ...

    def wipe(self, procedure_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """One procedure as `status` shows it. Times are aware, UTC. `last_error` is why it stopped."""

    id: str
    profile_id: str
    user_id: str
    state: State
    started: datetime
    changed: datetime
    store_id: str
    new_certificate: Certificate | None
    check_at: datetime | None
    last_error: ErrorCode | None


@dataclass(frozen=True, slots=True)
class Finished:
    """The new certificate is installed, proven and confirmed. `old_archived` tells whether there
    was an old one and it is now hidden. `seconds` maps key generation, signing, network, rest."""

    procedure_id: str
    certificate: Certificate
    store: CertificateStore
    old_archived: bool
    seconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class Pending:
    """Not done yet: the CA wants time (`check_at`, aware UTC) or the user asked to stop."""

    procedure_id: str
    state: State
    check_at: datetime | None


Outcome = Finished | Pending


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything from outside, passed in: nothing here is global.

    `clock` gives aware UTC; `sleep` takes seconds; `random_bytes` takes a length. `patience` is
    how many seconds one call waits for a CA before it returns Pending.
    """

    profile: Profile
    stores: Sequence[CertificateStore]
    ca: CaClient
    vault: CodeVault
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    random_bytes: Callable[[int], bytes]
    patience: float = 60.0


class Enrollment:
    """The front of this room: starts procedures, resumes them, tells which are open."""

    def renew(
        self, current: StoredCertificate, destination: CertificateStore, interaction: Interaction
    ) -> Outcome:
        """更新. Raises NOT_YET_RENEWABLE, EXPIRED_OBTAIN_ANEW, TOO_LATE, PROCEDURE_RUNNING,
        CONSENT_REFUSED and whatever stopped a step; the journal then says how to go on."""
        raise NotImplementedError

    def obtain(
        self, user_id: str, destination: CertificateStore, interaction: Interaction
    ) -> Outcome:
        """取得 with an issue code: first issue, or after expiry."""
        raise NotImplementedError

    def resume(self, procedure_id: str, interaction: Interaction) -> Outcome:
        """Goes on with an open procedure from its last journalled state, or cleans it up."""
        raise NotImplementedError

    def pending(self) -> Sequence[ProcedureView]:
        """Procedures that are neither DONE nor ABANDONED, oldest first."""
        raise NotImplementedError
