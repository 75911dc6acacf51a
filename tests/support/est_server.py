"""An EST server without HTTP with scripted responses, for faults that no real CA produces."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from certclient.ca.answers import ResponseHead
from certclient.ca.est.client import EstClient
from certclient.ca.pkcs10 import requested_key
from certclient.ca.transport import HttpRequest, HttpResponse, TlsIdentity
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.model.profile import EST, CaSettings
from support.pki import Lab
from support.scripted_transport import ScriptedTransport

BASE = "https://ca.example.jp/.well-known/est"
USER = "TKYM1408054"

DIGEST = 'Digest realm="est", nonce="n1", qop="auth", algorithm=SHA-256'
BASIC = 'Basic realm="est"'


@dataclass(frozen=True)
class Reply:
    """A response to be sent; `headers` as name: value."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def to(self, url: str) -> HttpResponse:
        return HttpResponse(ResponseHead.of(url, self.status, self.headers), self.body)


def text(status: int, words: str, kind: str = "text/plain") -> Reply:
    return Reply(status, words.encode(), (("Content-Type", kind),))


def challenge(*offers: str) -> Reply:
    return Reply(401, b"", tuple(("WWW-Authenticate", one) for one in offers))


def certs_only(*certificates: Certificate) -> bytes:
    parsed = [x509.load_der_x509_certificate(one.der) for one in certificates]
    return base64.encodebytes(pkcs7.serialize_certificates(parsed, Encoding.DER))


@dataclass
class Issuing:
    """Issues for the key in the request, and sends the certificate among `others`."""

    lab: Lab
    others: Sequence[Certificate] = ()
    issued: list[Certificate] = field(default_factory=list)

    def reply(self, request: HttpRequest) -> Reply:
        spki = requested_key(base64.b64decode(request.body))
        self.issued.append(self.lab.issue(spki))
        return Reply(200, certs_only(*self.others, self.issued[-1]))


Answer = Reply | Issuing | CertclientError


@dataclass
class ScriptedEst(ScriptedTransport):
    """A `ca.transport.Transport`: each POST gets the next answer, then the last one.

    `gets`: the answers to the other operations by name. `cannot_authenticate`: why this computer
    cannot show a client certificate.
    """

    answers: list[Answer] = field(default_factory=list)
    gets: dict[str, Answer] = field(default_factory=dict)
    requests: list[HttpRequest] = field(default_factory=list)
    time: datetime | None = None
    cannot_authenticate: CertclientError | None = None

    @property
    def posts(self) -> list[HttpRequest]:
        return [one for one in self.requests if one.method == "POST"]

    @property
    def asked(self) -> list[str]:
        """The operations in their order."""
        return [urlsplit(one.url).path.rpartition("/")[2] for one in self.requests]

    def exchange(self, request: HttpRequest) -> HttpResponse:
        if request.identity is not None and self.cannot_authenticate is not None:
            raise self.cannot_authenticate
        self.requests.append(request)
        if request.method == "POST":
            answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        else:
            answer = self.gets[self.asked[-1]]
        if isinstance(answer, CertclientError):
            raise answer
        reply = answer.reply(request) if isinstance(answer, Issuing) else answer
        return reply.to(request.url)

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        raise AssertionError("an EST client needs the status")

    def get(self, url: str, accept: str) -> bytes:
        raise AssertionError("an EST client needs the status")

    def can_authenticate(self, identity: TlsIdentity) -> bool:
        return self.cannot_authenticate is None

    def probe(self, url: str) -> Sequence[CertclientError]:
        assert url == f"{BASE}/cacerts"
        return ()


def est_of(lab: Lab, *answers: Answer, attributes: bytes | None = None) -> ScriptedEst:
    """A server with the lab's CA certificates; `attributes`: the body of csrattrs."""
    return ScriptedEst(
        list(answers),
        {
            "cacerts": Reply(200, certs_only(*lab.chain, *lab.anchors)),
            "csrattrs": Reply(404) if attributes is None else Reply(200, attributes),
        },
    )


def client_of(
    server: ScriptedEst, lab: Lab, url: str = BASE, anchors: Iterable[Certificate] = ()
) -> EstClient:
    """A client that trusts the lab's root, or `anchors`."""
    settings = CaSettings(url, tuple(anchors) or lab.anchors, protocol=EST)
    return EstClient(settings, server, lambda: datetime.now(UTC), os.urandom)
