"""The CA clients that must pass the contract suite. A new one needs a line in CLIENTS.

Each talks to a real server over TLS. `Line` stands between them, for what goes wrong on the way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from certclient.ca.answers import ResponseHead
from certclient.ca.client import CaClient, CertificateCredential, IssueCodeCredential
from certclient.ca.factory import ca_client_for
from certclient.ca.transport import HttpRequest, HttpResponse, TlsIdentity, Transport
from certclient.cmp.bodies import ErrorMessage
from certclient.cmp.messages import Message
from certclient.cmp.status import Failure, PkiStatus, PkiStatusInfo
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import RenewalPolicy
from certclient.model.profile import CMP, EST, Profile
from certclient.model.profile_file import profile_from_text
from certclient.model.secret import Secret
from certclient_practice.admin.profile_writer import ProfileOptions
from support.bank import RunningBank, running_bank
from support.cmp_server import ResponseProtection
from support.json_bank import json_bank
from support.pki import RsaSigner, customer_name, make_lab, rsa_signer
from support.plugins import install, plug_ins_in

USER = "TKYM1408054"

Result = TypeVar("Result", bytes, HttpResponse)


class Line:
    """A transport around another one. `sent`, `received`: the bodies of POSTs, in order.

    `loses`: how many answers the client does not get although the CA has given them; `broken`:
    raised in place of every exchange; `alter`: what becomes of the body of an answer to a POST;
    `replay`: answers in the CA's place, with the head of its last answer.
    """

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self.loses = 0
        self.broken: CertclientError | None = None
        self.alter: Callable[[bytes], bytes] = lambda body: body
        self.replay: bytes | None = None
        self._head: ResponseHead | None = None

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        self._begin(body)
        if self.replay is not None:
            return self.replay
        return self._end(self._inner.post(url, body, content_type))

    def exchange(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            self._check()
            return self._inner.exchange(request)
        self._begin(request.body)
        if self.replay is not None and self._head is not None:
            return HttpResponse(self._head, self.replay)
        response = self._inner.exchange(request)
        self._head = response.head
        return replace(response, body=self._end(response.body))

    def get(self, url: str, accept: str) -> bytes:
        self._check()
        return self._inner.get(url, accept)

    def can_authenticate(self, identity: TlsIdentity) -> bool:
        return self._inner.can_authenticate(identity)

    def probe(self, url: str) -> Sequence[CertclientError]:
        self._check()
        return self._inner.probe(url)

    def kept_open(self) -> AbstractContextManager[None]:
        return self._inner.kept_open()

    def interrupt(self) -> None:
        self._inner.interrupt()

    def server_time(self) -> datetime | None:
        return self._inner.server_time()

    def _check(self) -> None:
        if self.broken is not None:
            raise self.broken

    def _begin(self, body: bytes) -> None:
        self._check()
        self.sent.append(body)

    def _end(self, body: bytes) -> bytes:
        self.received.append(body)
        if self.loses:
            self.loses -= 1
            raise CertclientError(ErrorCode.NETWORK_TIMEOUT, host="ca", reason="lost on purpose")
        return self.alter(body)


@dataclass
class CaCase:
    """A client with its CA. `profile`: as the client has it; `current`: a certificate that can be
    renewed, with its key.

    `wait`: lets the CA answer "waiting" that many times. `refuse`: makes it refuse every renewal
    from now on; returns a part of its words. `new_code`: an issue code for USER. `is_valid`:
    whether the CA takes a certificate as valid and confirmed. `issued`: how many certificates it
    has issued so far. `forge`: a refusal of a request that anybody on the way could have written in
    the CA's name; None if all that counts is TLS.
    """

    profile: Profile
    current: CertificateCredential
    wait: Callable[[int], None]
    refuse: Callable[[], str]
    new_code: Callable[[], str]
    is_valid: Callable[[Certificate], bool]
    issued: Callable[[], int]
    forge: Callable[[bytes], bytes] | None = None
    random_bytes: Callable[[int], bytes] = os.urandom
    lines: list[Line] = field(default_factory=list)

    @property
    def line(self) -> Line:
        """The line of the client that was made last."""
        return self.lines[-1]

    def client(self, profile: Profile | None = None) -> CaClient:
        """A client as after a restart, on a line of its own."""

        def recorded(transport: Transport) -> Transport:
            self.lines.append(Line(transport))
            return self.lines[-1]

        return ca_client_for(
            profile or self.profile,
            lambda: datetime.now(UTC),
            self.random_bytes,
            line=recorded,
        )

    def by_code(self) -> IssueCodeCredential:
        """A customer with a new, right issue code."""
        return IssueCodeCredential(USER, Secret(self.new_code()))


OLD_KEY, NEW_KEY, OTHER_KEY = 1, 2, 3
"""Numbers of `support.pki.rsa_signer`."""


def key(number: int) -> RsaSigner:
    return rsa_signer(number)


@contextmanager
def _practice(folder: Path, protocol: str) -> Iterator[CaCase]:
    with running_bank(folder) as bank:
        bank.write_profile(ProfileOptions(protocol=protocol))
        bank.add_customer(USER)
        text = bank.profile_path.read_text(encoding="utf-8")
        certificate = bank.issue_certificate(USER, key(OLD_KEY).spki, 20)
        yield CaCase(
            profile=profile_from_text(text, "practice.toml"),
            current=CertificateCredential(certificate, key(OLD_KEY), (bank.intermediate,)),
            wait=lambda polls: bank.set_policy(wait_polls=polls),
            refuse=lambda: _closed(bank),
            new_code=lambda: bank.issue_code(USER).reveal(),
            is_valid=lambda one: _state(bank, one) == "confirmed",
            issued=lambda: len(bank.bank.certificates()),
            forge=_unprotected_refusal if protocol == CMP else None,
        )


def _closed(bank: RunningBank) -> str:
    """It is too early for a renewal."""
    bank.set_policy(renewal=RenewalPolicy(renew_days_before=5))
    return "まだ更新できません"


def _unprotected_refusal(request: bytes) -> bytes:
    """It says that the customer's certificate is revoked."""
    status = PkiStatusInfo(PkiStatus.REJECTION, ("revoked",), frozenset({Failure.CERT_REVOKED}))
    nobody = ResponseProtection(make_lab().root.certificate.subject)
    return nobody.answer(Message.decode(request), ErrorMessage(status))


def _state(bank: RunningBank, certificate: Certificate) -> str:
    state = bank.state_of(certificate.serial_hex)
    return state.value if state is not None else ""


@contextmanager
def _json(folder: Path) -> Iterator[CaCase]:
    lab = make_lab()
    with plug_ins_in(install(folder)), json_bank(lab) as bank:
        certificate = lab.issue(key(OLD_KEY).spki, customer_name(USER), days=20)

        def refuse() -> str:
            bank.refuses = "窓口へお越しください"
            return bank.refuses

        def wait(polls: int) -> None:
            bank.waits = polls

        yield CaCase(
            profile=profile_from_text(bank.profile_text(), "json-bank.toml"),
            current=CertificateCredential(certificate, key(OLD_KEY), lab.chain),
            wait=wait,
            refuse=refuse,
            new_code=lambda: bank.issue_code(USER),
            is_valid=lambda one: one.der not in bank.revoked,
            issued=lambda: len(bank.issued),
        )


CLIENTS: Mapping[str, Callable[[Path], AbstractContextManager[CaCase]]] = {
    "cmp": lambda folder: _practice(folder, CMP),
    "est": lambda folder: _practice(folder, EST),
    "plug-in": _json,
}
