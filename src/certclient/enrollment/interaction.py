"""The port between a procedure and its user: window, command line or test."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from certclient.model.issue_code import FREE_CODE, CodeRule

if TYPE_CHECKING:
    from certclient.model.certificate import Certificate
    from certclient.model.destination import Destination
    from certclient.model.errors import CertclientError
    from certclient.model.progress import Progress
    from certclient.model.proxy_login import ProxyLoginAnswer, ProxyLoginRequest
    from certclient.model.secret import Secret
    from certclient.store.base import PinRequest


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """Asks for the one consent of a procedure: a new key in this store, where it stays.

    `current` is None for 取得 (first issue or after expiry).
    """

    user_id: str
    destination: Destination
    store_label: str
    current: Certificate | None


class SecretKind(enum.Enum):
    """The secrets that a bank may require, each asked for just in time.

    Only an issue code is ever stored (`CodeVault`).
    """

    ISSUE_CODE = "issue-code"
    BANK_PIN = "bank-pin"
    """ご契約先暗証番号 (seed S2)."""
    ONE_TIME_PASSWORD = "one-time-password"
    """お客様カードの確認用パスワード (seed S2)."""


@dataclass(frozen=True, slots=True)
class SecretRequest:
    """A request for one secret. `previous_incorrect`: the one given before was wrong. `codes`: what
    the bank's issue codes look like; an answer is a code as `CodeRule.read` returns it. `again`: an
    earlier run had it already, and it was kept nowhere: the same one is needed.
    `proven`: False if nothing but the CA's word, which anybody on the network path could have
    changed, says that the previous one was wrong."""

    kind: SecretKind
    user_id: str
    previous_incorrect: bool = False
    codes: CodeRule = FREE_CODE
    again: bool = False
    proven: bool = True


class NonInteractive:
    """An `Interaction` without a user.

    Refuses every question, so that no PIN attempt is used and nothing starts without consent.
    """

    def consent(self, request: ConsentRequest) -> bool:
        """False: nothing starts without consent."""
        return False

    def pin(self, request: PinRequest) -> Secret | None:
        """None: no PIN attempt is used."""
        return None

    def secret(self, request: SecretRequest) -> Secret | None:
        """None: the step that needs the secret stops."""
        return None

    def proxy_login(self, request: ProxyLoginRequest) -> ProxyLoginAnswer | None:
        """None: only a stored login is used."""
        return None

    def progress(self, report: Progress) -> None:
        """Discards the report."""
        return

    def warning(self, error: CertclientError) -> None:
        """Discards the warning."""
        return

    def stop_requested(self) -> bool:
        """False: the procedure runs as far as it can without a user."""
        return False


class Interaction(Protocol):
    """Answers from the user, or from options given in advance.

    None or False stops the procedure; nothing is lost.
    """

    def consent(self, request: ConsentRequest) -> bool:
        """Asks before anything is created. If False, the caller raises CONSENT_REFUSED."""
        ...

    def pin(self, request: PinRequest) -> Secret | None:
        """Asks for a token's PIN; see `store.base.PinProvider`."""
        ...

    def secret(self, request: SecretRequest) -> Secret | None:
        """Asks for one of the bank's secrets; None if the user gives none.

        Raises ISSUE_CODE_FORMAT for a code that cannot be right and cannot be asked for again.
        """
        ...

    def proxy_login(self, request: ProxyLoginRequest) -> ProxyLoginAnswer | None:
        """Asks for the user name and password of a proxy; None if the user gives none."""
        ...

    def progress(self, report: Progress) -> None:
        """Reports the beginning or the end of a step."""
        ...

    def warning(self, error: CertclientError) -> None:
        """Reports an error that does not stop the procedure.

        For example, the old certificate could not be archived.
        """
        ...

    def stop_requested(self) -> bool:
        """Polled between steps. True leaves the procedure in its state, to be resumed later."""
        ...
