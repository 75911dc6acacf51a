"""A renewal that stops after installing the certificate and before certConf."""

from __future__ import annotations

from dataclasses import dataclass, field

from certclient.enrollment.interaction import ConsentRequest, SecretRequest
from certclient.model.errors import CertclientError
from certclient.model.progress import Phase, Progress, Step
from certclient.model.proxy_login import ProxyLoginAnswer, ProxyLoginRequest
from certclient.model.secret import Secret
from certclient.store.base import PinRequest


@dataclass
class InterruptingUser:
    """An Interaction that agrees, then stops as soon as the certificate is installed."""

    _stop: bool = field(default=False, init=False)

    def consent(self, _request: ConsentRequest) -> bool:
        """Always agrees; see Interaction.consent."""
        return True

    def pin(self, _request: PinRequest) -> Secret | None:
        """Provides no PIN: the PC's store needs none."""
        return None

    def secret(self, _request: SecretRequest) -> Secret | None:
        """Provides no secret: the customer has none on file."""
        return None

    def proxy_login(self, _request: ProxyLoginRequest) -> ProxyLoginAnswer | None:
        """Provides no login: the demo's bank is on this computer."""
        return None

    def progress(self, report: Progress) -> None:
        """Requests the stop once the certificate is installed."""
        if report.step is Step.INSTALL and report.phase is Phase.FINISHED:
            self._stop = True

    def warning(self, error: CertclientError) -> None:
        """Raises the warning, which fails the demo."""
        raise error

    def stop_requested(self) -> bool:
        """See Interaction.stop_requested."""
        return self._stop
