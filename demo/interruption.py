"""A renewal that is stopped between installing the certificate and telling the bank so."""

from __future__ import annotations

from dataclasses import dataclass, field

from certclient.enrollment.interaction import ConsentRequest, SecretRequest
from certclient.model.errors import CertclientError
from certclient.model.progress import Phase, Progress, Step
from certclient.model.secret import Secret
from certclient.store.base import PinRequest


@dataclass
class ImpatientPerson:
    """Agrees to the renewal, but closes the program as soon as the certificate is stored."""

    _stop: bool = field(default=False, init=False)

    def consent(self, _request: ConsentRequest) -> bool:
        return True

    def pin(self, _request: PinRequest) -> Secret | None:
        return None

    def secret(self, _request: SecretRequest) -> Secret | None:
        return None

    def progress(self, report: Progress) -> None:
        if report.step is Step.INSTALL and report.phase is Phase.FINISHED:
            self._stop = True

    def warning(self, error: CertclientError) -> None:
        raise error

    def stop_requested(self) -> bool:
        return self._stop
