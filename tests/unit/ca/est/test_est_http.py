"""The EST client over real HTTP, on this computer: headers and bodies as servers send them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from certclient.ca.client import IssueCodeCredential, Issued, Waiting, is_proven
from certclient.ca.est.client import EstClient
from certclient.ca.transports.system import system_transport
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import EST, CaSettings
from certclient.model.secret import Secret
from support.est_server import USER, certs_only
from support.pki import make_lab, rsa_signer
from support.raw_server import RawServer, http, raw_server

LAB = make_lab(datetime.now(UTC))
KEY = rsa_signer(2)
LEAF = LAB.issue(KEY.spki)
BY_CODE = IssueCodeCredential(USER, Secret("himitsu-4711"))

TWO_OFFERS = http(
    "401 Unauthorized",
    b"<html>Log in</html>",
    "Content-Type: text/html",
    'WWW-Authenticate: Negotiate, Basic realm="a, b"',
    'WWW-Authenticate: Digest realm="est", nonce="n", qop="auth,auth-int", algorithm=SHA-256',
)


def chunked(body: bytes) -> bytes:
    head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/pkcs7-mime"
    half = len(body) // 2
    chunks = (b"%x\r\n%b\r\n" % (len(one), one) for one in (body[:half], body[half:]))
    return head.encode() + b"\r\n\r\n" + b"".join(chunks) + b"0\r\n\r\n"


@contextmanager
def est_server(*answers: bytes) -> Iterator[tuple[RawServer, EstClient]]:
    """Sends the answers to POSTs in turn; has cacerts, and no csrattrs."""
    waiting = list(answers)

    def script(request: bytes) -> Iterable[bytes]:
        if request.startswith(b"GET /est/cacerts "):
            return [http("200 OK", certs_only(*LAB.chain))]
        if request.startswith(b"GET "):
            return [http("404 Not Found", b"<html>", "Content-Type: text/html")]
        return [waiting.pop(0)]

    with raw_server(script) as server:
        settings = CaSettings(f"http://127.0.0.1:{server.port}/est/", LAB.anchors, protocol=EST)
        transport = system_transport(LAB.anchors)
        yield server, EstClient(settings, transport, lambda: datetime.now(UTC), os.urandom)


def test_offers_in_several_headers_and_an_answer_in_chunks() -> None:
    with est_server(TWO_OFFERS, chunked(certs_only(LEAF))) as (server, client):
        answer = client.send(client.prepare_obtain(BY_CODE, KEY), BY_CODE)
    assert isinstance(answer, Issued)
    assert answer.certificate == LEAF
    asked, again = (one for one in server.requests if one.startswith(b"POST /est/simpleenroll "))
    assert b"Authorization" not in asked
    assert b"Authorization: Digest" in again
    assert b"himitsu" not in b"".join(server.requests)


def test_waiting_without_a_body() -> None:
    with est_server(http("202 Accepted", b"", "Retry-After: 5")) as (_, client):
        answer = client.send(client.prepare_obtain(BY_CODE, KEY), BY_CODE)
    assert isinstance(answer, Waiting)
    assert (answer.check_after, answer.message) == (5, "")


def test_a_refusal_without_tls_is_not_proven() -> None:
    refusal = http("403 Forbidden", "停止中".encode(), "Content-Type: text/plain")
    with est_server(refusal) as (_, client), pytest.raises(CertclientError) as raised:
        client.send(client.prepare_obtain(BY_CODE, KEY), BY_CODE)
    assert raised.value.code is ErrorCode.CA_REFUSED
    assert not is_proven(raised.value)
    assert raised.value.data["message"] == "停止中"
