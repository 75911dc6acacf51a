"""The contract of every transport: probing a server, and ending an exchange from outside."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest

from certclient.ca.transport import Timeouts
from certclient.model.errors import CertclientError, ErrorCode
from contract.transports import TransportFactory
from support.raw_server import Piece, always, free_port, http, raw_server

CMP = "application/pkixcmp"
SHORT = Timeouts(connect=2.0, read=0.5, total=1.0)


@pytest.mark.parametrize(
    "status", ["200 OK", "405 Not Allowed", "501 No", "404 No", "302 Elsewhere"]
)
def test_any_answer_to_head_counts_as_reached(make: TransportFactory, status: str) -> None:
    transport = make()
    date = "Date: Fri, 20 Nov 2026 10:00:00 GMT"
    with raw_server(always(http(status, b"", date))) as server:
        assert transport.probe(server.url()) == []
        assert server.requests[0].startswith(b"HEAD /pkix/ HTTP/1.1\r\n")
    assert transport.server_time() == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([], id="closed"),
        pytest.param([5.0], id="silent"),
        pytest.param([b"garbage\r\n\r\n"], id="garbage"),
    ],
)
def test_server_that_does_not_answer_head_is_reachable_all_the_same(
    make: TransportFactory, pieces: list[Piece]
) -> None:
    """RFC 9811 asks for POST only."""
    with raw_server(always(*pieces)) as server:
        (finding,) = make(timeouts=SHORT).probe(server.url())
    assert finding.code is ErrorCode.PROBE_UNANSWERED
    assert finding.data["host"] == "127.0.0.1"


def test_server_that_is_not_there_is_unreachable(make: TransportFactory) -> None:
    with pytest.raises(CertclientError) as caught:
        make().probe(f"http://127.0.0.1:{free_port()}/")
    assert caught.value.code is ErrorCode.NETWORK_UNREACHABLE


def test_server_that_speaks_no_tls_is_an_obstacle(make: TransportFactory) -> None:
    with (
        raw_server(always(), greeting=b"220 smtp.example.jp ESMTP\r\n") as server,
        pytest.raises(CertclientError) as caught,
    ):
        make().probe(server.url("https", "localhost"))
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_interrupted_exchange_ends(make: TransportFactory, scheme: str) -> None:
    """Over https it waits in the handshake, which the server never answers."""
    transport = make()
    with raw_server(always(60.0)) as server:
        over = threading.Event()

        def interrupt() -> None:
            while not over.wait(0.2):
                transport.interrupt()

        thread = threading.Thread(target=interrupt)
        begin = time.monotonic()
        thread.start()
        with pytest.raises(CertclientError) as caught:
            transport.post(server.url(scheme, "localhost"), b"question", CMP)
        over.set()
        thread.join()
        assert time.monotonic() - begin < 25
        assert caught.value.code is ErrorCode.NETWORK_STOPPED


def test_exchange_after_an_interrupted_one_works(make: TransportFactory) -> None:
    transport = make()
    transport.interrupt()
    with raw_server(always(http("200 OK", b"answer"))) as server:
        assert transport.post(server.url(), b"question", CMP) == b"answer"
