"""The practice bank on Linux, called by tests on Windows (tests/windows/bank_service.py)."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from xmlrpc.client import Binary, ServerProxy

import pytest

from certclient.model.certificate import Certificate
from certclient.model.profile import Profile
from certclient.model.profile_file import profile_from_text


@dataclass(frozen=True)
class BankService:
    """A bank that tests share at the same time: each test has its own customer."""

    port: str

    def profile(self) -> Profile:
        """The bank's profile; addresses use `localhost` because Wine's TLS accepts only names."""
        return profile_from_text(self.profile_text(), "practice.toml")

    def profile_text(self) -> str:
        """The same profile as the text of its file."""
        return str(self._service.profile()).replace("//127.0.0.1:", "//localhost:")

    def new_customer(self, suffix: str = "1403", pin: str = "", one_time_password: str = "") -> str:
        """Adds a customer and returns a user ID that no other test has."""
        user_id = f"TKYM{secrets.randbelow(10**9):09}"
        self._service.add_customer(user_id, suffix, pin, one_time_password)
        return user_id

    def issue_code(self, user_id: str) -> str:
        return str(self._service.issue_code(user_id))

    def issue_certificate(self, user_id: str, spki: bytes, days: int) -> Certificate:
        """Issues a certificate that expires in `days` days."""
        return _certificate(self._service.issue_certificate(user_id, Binary(spki), days))

    def intermediate(self) -> Certificate:
        return _certificate(self._service.intermediate())

    def revoke(self, certificate: Certificate) -> None:
        self._service.revoke(certificate.serial_hex)

    def state_of(self, certificate: Certificate) -> str:
        return str(self._service.state_of(certificate.serial_hex))

    def states(self, user_id: str) -> dict[str, str]:
        """What the bank has issued to a customer, by serial number."""
        answer = self._service.states(user_id)
        assert isinstance(answer, dict)
        return answer

    def open_transactions(self, user_id: str) -> int:
        """How many transactions of a customer the bank still waits for."""
        return int(str(self._service.open_transactions(user_id)))

    def set_wait_polls(self, polls: int) -> None:
        """From now on, each request is answered after `polls` polls."""
        self._service.set_wait_polls(polls)

    @property
    def _service(self) -> ServerProxy:
        # New each time: a kept connection would be reported as unclosed at the end of a test.
        return ServerProxy(f"http://127.0.0.1:{self.port}", allow_none=True)


def _certificate(answer: object) -> Certificate:
    assert isinstance(answer, Binary)
    return Certificate.from_der(answer.data)


@pytest.fixture
def bank_service() -> BankService:
    return BankService(os.environ["CERTCLIENT_OFFICE"])
