"""The contract of every transport: messages within `kept_open`. All servers are real."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certclient.ca.proxies import FixedProxy
from certclient.ca.transport import Timeouts, Transport
from certclient.model.errors import CertclientError, ErrorCode
from contract.transports import TransportFactory
from support.pki import SERVER_AUTH, customer_name, make_lab, rsa_signer
from support.raw_server import Piece, RawServer, always, http, raw_server, tls_context, tunnel

CMP = "application/pkixcmp"
ANSWER = http("200 OK", b"answer")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nanswer\r\n0\r\nX: y\r\n\r\n"
MANY = 10
KEEPS = pytest.mark.skipif(sys.platform == "win32", reason="not with WinHTTP (ADR 45)")


def post(transport: Transport, server: RawServer) -> bytes:
    return transport.post(server.url(), b"question", CMP)


def closing(answer: bytes) -> bytes:
    return answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


@KEEPS
@pytest.mark.parametrize("answer", [ANSWER, CHUNKED], ids=["length", "chunks"])
def test_one_connection_carries_all_messages(make: TransportFactory, answer: bytes) -> None:
    transport = make()
    with raw_server(_headless(answer), requests_each=MANY) as server:
        with transport.kept_open():
            transport.probe(server.url())
            assert [post(transport, server) for _ in range(2)] == [b"answer"] * 2
            assert transport.get(server.url(), "text/plain") == b"answer"
        assert server.connections == 1
        post(transport, server)
        assert server.connections == 2, "nothing is kept outside of the block"


def _headless(answer: bytes) -> Callable[[bytes], Iterable[Piece]]:
    """A server that answers HEAD as RFC 9110, 9.3.2 says: without the body."""
    head = answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    return lambda request: [head if request.startswith(b"HEAD") else answer]


@pytest.mark.parametrize(
    ("answer", "requests_each"),
    [
        pytest.param(closing(ANSWER), MANY, id="announced"),
        pytest.param(ANSWER, 1, id="silently"),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nanswer", MANY, id="HTTP 1.0"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nanswer", 1, id="no length"),
        pytest.param(ANSWER + ANSWER, MANY, id="an answer that nobody asked for", marks=KEEPS),
        pytest.param(
            http("200 OK", b"answer", "Keep-Alive: timeout=1"), MANY, id="kept for a second only"
        ),
    ],
)
def test_connection_that_the_server_does_not_keep_is_opened_anew(
    make: TransportFactory, answer: bytes, requests_each: int
) -> None:
    transport = make()
    with raw_server(always(answer), requests_each=requests_each) as server:
        with transport.kept_open():
            for _ in range(3):
                assert post(transport, server) == b"answer"
                _until_closed(requests_each)
        assert (server.connections, len(server.requests)) == (3, 3)


def _until_closed(requests_each: int) -> None:
    """A server that closes without a word has done so before the next message."""
    if requests_each == 1:
        handlers = [t for t in threading.enumerate() if t.name.startswith("raw-server")]
        for handler in handlers:
            handler.join(60)


@contextmanager
def server_that_drops_second_requests() -> Iterator[RawServer]:
    """Reads the second request on each connection and closes it without an answer: as if it had
    closed the idle connection while the request was on the way."""
    seen: dict[str, int] = {"requests": 0}

    def script(_request: bytes) -> Iterable[Piece]:
        seen["requests"] += 1
        return [] if seen["requests"] == 2 else [ANSWER]

    with raw_server(script, requests_each=2) as server:
        yield server


@KEEPS
def test_message_that_may_be_repeated_is_sent_again(make: TransportFactory) -> None:
    transport = make()
    with server_that_drops_second_requests() as server, transport.kept_open():
        post(transport, server)
        assert transport.get(server.url(), "text/plain") == b"answer"
        assert [request[:4] for request in server.requests] == [b"POST", b"GET ", b"GET "]


@KEEPS
def test_message_that_may_not_be_repeated_is_an_error(make: TransportFactory) -> None:
    """The CA may have carried it out: only the procedure knows whether to send it again."""
    transport = make()
    with server_that_drops_second_requests() as server, transport.kept_open():
        post(transport, server)
        with pytest.raises(CertclientError) as lost:
            post(transport, server)
        assert lost.value.code is ErrorCode.NETWORK_UNREACHABLE
        assert len(server.requests) == 2
        assert post(transport, server) == b"answer", "the next one has another connection"


def test_answer_that_was_not_read_to_its_end_ends_the_connection(make: TransportFactory) -> None:
    answers = iter((http("404 Not Found", b"x" * 200), ANSWER))
    transport = make()
    with raw_server(lambda _request: [next(answers)], requests_each=MANY) as server:
        with transport.kept_open():
            with pytest.raises(CertclientError):
                post(transport, server)
            assert post(transport, server) == b"answer"
        assert server.connections == 2


def test_each_server_has_a_connection_of_its_own(make: TransportFactory) -> None:
    transport, other = make(), http("200 OK", b"other")
    with (
        raw_server(always(ANSWER), requests_each=MANY) as first,
        raw_server(always(other), requests_each=MANY) as second,
        transport.kept_open(),
    ):
        assert [post(transport, one) for one in (first, second, first)] == [
            b"answer",
            b"other",
            b"answer",
        ]


def test_time_limit_counts_for_each_message(make: TransportFactory) -> None:
    """A message over a kept connection has as long as the first one, and not longer."""
    answers = iter(([ANSWER], [60.0]))
    transport = make(timeouts=Timeouts(connect=2.0, read=0.3, total=0.6))
    with (
        raw_server(lambda _request: next(answers), requests_each=MANY) as server,
        transport.kept_open(),
    ):
        post(transport, server)
        with pytest.raises(CertclientError) as late:
            post(transport, server)
    assert late.value.code is ErrorCode.NETWORK_TIMEOUT


def test_kept_connection_can_be_interrupted(make: TransportFactory) -> None:
    transport, asked = make(), threading.Event()

    def stop() -> None:
        asked.wait(60)
        transport.interrupt()

    def script(request: bytes) -> Iterable[Piece]:
        if b"question" in request:
            return [ANSWER]
        asked.set()
        return [600.0]

    with raw_server(script, requests_each=MANY) as server, transport.kept_open():
        post(transport, server)
        stopper = threading.Thread(target=stop)
        stopper.start()
        with pytest.raises(CertclientError) as stopped:
            transport.get(server.url(), "text/plain")
        stopper.join()
    assert stopped.value.code is ErrorCode.NETWORK_STOPPED


@KEEPS
def test_no_other_connection_is_opened_for_a_message_that_was_stopped(
    make: TransportFactory,
) -> None:
    transport = make()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(ANSWER)
                connection.recv(65536)
                transport.interrupt()
                connection.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        with transport.kept_open():
            transport.get(url, "text/plain")
            with pytest.raises(CertclientError) as stopped:
                transport.get(url, "text/plain")
        thread.join()
        assert stopped.value.code is ErrorCode.NETWORK_STOPPED
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


@KEEPS
def test_tunnel_of_a_proxy_and_its_tls_are_kept(make: TransportFactory, tmp_path: Path) -> None:
    lab, key = make_lab(), rsa_signer(1)
    leaf = lab.intermediate.issue(
        key.spki, customer_name(), usages=[SERVER_AUTH], dns_names=["localhost"]
    )
    context: ssl.SSLContext = tls_context(tmp_path, [leaf, *lab.chain], key)
    with (
        raw_server(always(ANSWER), context, requests_each=MANY) as server,
        raw_server(tunnel(server.port)) as proxy,
    ):
        transport = make(lab.anchors, proxies=FixedProxy(f"http://127.0.0.1:{proxy.port}"))
        with transport.kept_open():
            for _ in range(3):
                assert transport.post(server.url("https", "localhost"), b"q", CMP) == b"answer"
        assert (server.connections, proxy.connections) == (1, 1)


@KEEPS
def test_connection_ends_with_the_block(make: TransportFactory) -> None:
    """The server sees the end at once: nothing is left to the collection of garbage."""
    transport = make()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        ended = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(ANSWER)
                if connection.recv(1) == b"":
                    ended.set()

        thread = threading.Thread(target=serve)
        thread.start()
        with transport.kept_open():
            transport.get(url, "text/plain")
            assert not ended.is_set()
        assert ended.wait(60)
        thread.join()
