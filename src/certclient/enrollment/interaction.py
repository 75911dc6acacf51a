"""The port through which a procedure talks to a person: window, command line or test."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError
from certclient.model.progress import Progress
from certclient.model.secret import Secret
from certclient.store.base import PinRequest


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """The one consent: whose certificate, where the new key is made; the key stays there.

    `current` is None for 取得 (first issue or after expiry).
    """

    user_id: str
    destination: Destination
    store_label: str
    current: Certificate | None


class SecretKind(enum.Enum):
    """What else a bank may want, each asked for just in time and never kept."""

    ISSUE_CODE = "issue-code"
    BANK_PIN = "bank-pin"
    """ご契約先暗証番号 (seed S2)."""
    ONE_TIME_PASSWORD = "one-time-password"
    """お客様カードの確認用パスワード (seed S2)."""


@dataclass(frozen=True, slots=True)
class SecretRequest:
    kind: SecretKind
    user_id: str
    previous_incorrect: bool = False


class Nobody:
    """An `Interaction` without a person: every question is answered with no, so that no PIN is
    tried and nothing begins that was not agreed to."""

    def consent(self, request: ConsentRequest) -> bool:
        return False

    def pin(self, request: PinRequest) -> Secret | None:
        return None

    def secret(self, request: SecretRequest) -> Secret | None:
        return None

    def progress(self, report: Progress) -> None:
        return

    def warning(self, error: CertclientError) -> None:
        return

    def stop_requested(self) -> bool:
        return False


class Interaction(Protocol):
    """Answers come from a person or from options given beforehand. None or False means: stop here,
    nothing is lost."""

    def consent(self, request: ConsentRequest) -> bool: ...

    def pin(self, request: PinRequest) -> Secret | None:
        """A token's PIN; see `store.base.PinProvider`."""
        ...

    def secret(self, request: SecretRequest) -> Secret | None: ...

    def progress(self, report: Progress) -> None: ...

    def warning(self, error: CertclientError) -> None:
        """Something went wrong that does not stop the procedure (the old certificate could not be
        archived, say)."""
        ...

    def stop_requested(self) -> bool:
        """Asked between steps: True leaves the procedure where it is, to be resumed later."""
        ...
