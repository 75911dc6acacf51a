"""A CMP server without HTTP with scripted responses, for faults that no real CA produces."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from certclient.ca.client import CaClient, CertificateCredential, Issued
from certclient.ca.cmp.client import CmpClient
from certclient.ca.transport import HttpRequest, HttpResponse, TlsIdentity
from certclient.cmp.bodies import (
    Body,
    CertificateReply,
    CertificateRequest,
    CertResponse,
    PkiStatusInfo,
)
from certclient.cmp.mac import new_parameters
from certclient.cmp.messages import Header, Message
from certclient.cmp.names import directory_name
from certclient.cmp.protection import protect_with_mac, protect_with_signature
from certclient.cmp.status import PkiStatus
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.model.keys import Signer
from certclient.model.profile import CaSettings, MacAlgorithm
from certclient.model.secret import Secret
from support.pki import Lab
from support.scripted_transport import ScriptedTransport

URL = "https://ca.example.jp/pkix/"

Responder = Callable[[Message], bytes]


@dataclass
class ScriptedServer(ScriptedTransport):
    """A `ca.transport.Transport`: each request goes to the next responder, then to the last one."""

    responders: list[Responder]
    requests: list[Message] = field(default_factory=list)
    time: datetime | None = None

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        assert (url, content_type) == (URL, "application/pkixcmp")
        request = Message.decode(body)
        self.requests.append(request)
        responder = self.responders[0] if len(self.responders) == 1 else self.responders.pop(0)
        return responder(request)

    def exchange(self, request: HttpRequest) -> HttpResponse:
        raise AssertionError("a CMP client only posts")

    def get(self, url: str, accept: str) -> bytes:
        raise AssertionError("a CMP client only posts")

    def can_authenticate(self, identity: TlsIdentity) -> bool:
        return False

    def probe(self, url: str) -> Sequence[CertclientError]:
        assert url == URL
        return ()


@dataclass(frozen=True)
class ResponseProtection:
    """Protects responses with a MAC (`code`), a signature (`key`) or not at all."""

    name: bytes
    key: Signer | None = None
    extra_certs: tuple[Certificate, ...] = ()
    code: Secret | None = None

    def answer(self, request: Message, body: Body, **changes: Any) -> bytes:
        """A response (DER) to `request`; `changes` replace fields of its header."""
        header = replace(reply_header(request, self.name), **changes)
        extra = tuple(c.der for c in self.extra_certs)
        if self.code is not None:
            parameters = new_parameters(MacAlgorithm.PBMAC1, os.urandom)
            return protect_with_mac(header, body, self.code, parameters, extra).encode()
        if self.key is not None:
            return protect_with_signature(header, body, self.key, extra).encode()
        return Message.build(header, body, extra).encode()


def signing_ca(lab: Lab) -> ResponseProtection:
    """The issuing CA, which sends its certificate and the root along."""
    issuing = lab.intermediate
    certificates = (issuing.certificate, lab.root.certificate)
    return ResponseProtection(issuing.certificate.subject, issuing.signer, certificates)


def reply_header(request: Message, name: bytes) -> Header:
    return Header(
        sender=directory_name(name),
        recipient=request.header.sender,
        transaction_id=request.header.transaction_id,
        sender_nonce=os.urandom(16),
        recip_nonce=request.header.sender_nonce,
        message_time=datetime.now(UTC),
    )


def certificate_reply(
    request: Message,
    certificate: Certificate | None,
    status: PkiStatusInfo | None = None,
    **changes: Any,
) -> CertificateReply:
    """ip or kup with one response; `changes` replace fields of that response."""
    assert isinstance(request.body, CertificateRequest)
    status_info = status or PkiStatusInfo(PkiStatus.ACCEPTED)
    response = CertResponse(0, status_info, certificate.der if certificate else None)
    return CertificateReply(request.body.kind.reply, (replace(response, **changes),))


def issuing(lab: Lab, protection: ResponseProtection) -> Responder:
    """A responder that issues the requested certificate from the lab's intermediate CA."""

    def respond(request: Message) -> bytes:
        assert isinstance(request.body, CertificateRequest)
        spki = request.body.requests[0].request.template.spki
        assert spki is not None
        return protection.answer(request, certificate_reply(request, lab.issue(spki)))

    return respond


def repeating(der: bytes) -> Responder:
    """A responder that always answers with these bytes."""
    return lambda _request: der


def answering(protection: ResponseProtection, body: Body, **changes: Any) -> Responder:
    """A responder that always answers with `body`."""
    return lambda request: protection.answer(request, body, **changes)


def client_of(server: ScriptedServer, lab: Lab, *, implicit: bool = False) -> CmpClient:
    """A client of the lab's CA, whose clock is fixed at `lab.now`."""
    settings = CaSettings(URL, lab.anchors, implicit_confirm=implicit)
    return CmpClient(settings, server, lambda: lab.now, os.urandom)


def renewed(client: CaClient, credential: CertificateCredential, new_key: Signer) -> Issued:
    """Sends a renewal request that must be answered with a certificate immediately."""
    answer = client.send(client.prepare_renew(credential, new_key), credential)
    assert isinstance(answer, Issued)
    return answer


def error_of(call: Callable[[], object]) -> CertclientError:
    """The error that `call` must raise."""
    with pytest.raises(CertclientError) as caught:
        call()
    return caught.value


def reply_with(
    lab: Lab, protection: ResponseProtection, spki: bytes, **header: object
) -> Responder:
    """A responder that issues for `spki`; `header` replaces fields of the response's header."""

    def respond(request: Message) -> bytes:
        return protection.answer(request, certificate_reply(request, lab.issue(spki)), **header)

    return respond
