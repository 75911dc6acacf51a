"""HTTP transport to the CA: requests, limits and misbehaving servers. All servers are real."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from certclient import __version__
from certclient.ca.proxies import FixedProxy
from certclient.ca.transport import HttpTransport, Timeouts
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.proxies.routes import DIRECT
from support.raw_server import (
    Piece,
    RawServer,
    always,
    free_port,
    http,
    raw_server,
)

CMP = "application/pkixcmp"
SHORT = Timeouts(connect=2.0, read=0.3, total=0.6)


def post(server: RawServer, transport: HttpTransport | None = None, **url: str) -> bytes:
    return (transport or HttpTransport()).post(server.url(**url), b"question", CMP)


def short_timeout_transport() -> HttpTransport:
    return HttpTransport(timeouts=SHORT)


def error_from(*pieces: Piece, transport: HttpTransport | None = None) -> CertclientError:
    with raw_server(always(*pieces)) as server, pytest.raises(CertclientError) as caught:
        post(server, transport)
    return caught.value


def test_request_has_length_and_type_and_nothing_personal() -> None:
    with raw_server(always(http("200 OK", b"answer"))) as server:
        assert post(server) == b"answer"
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {line.split(": ")[0].lower(): line.split(": ")[1] for line in lines}
    assert first == "POST /pkix/ HTTP/1.1"
    assert body == b"question"
    assert headers.pop("host") == f"127.0.0.1:{server.port}"
    assert headers == {
        "user-agent": f"certclient/{__version__}",
        "content-type": CMP,
        "content-length": "8",
        "accept": CMP,
        "accept-encoding": "identity",
        "connection": "close",
    }


def test_server_time_is_recorded() -> None:
    transport = HttpTransport()
    assert transport.server_time() is None
    date = "Date: Fri, 20 Nov 2026 10:00:00 GMT"
    with raw_server(always(http("200 OK", b"answer", date))) as server:
        post(server, transport)
    assert transport.server_time() == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("date", ["nonsense", "Fri, 99 Nov 2026 10:00:00 GMT", ""])
def test_invalid_date_header_is_ignored(date: str) -> None:
    transport = HttpTransport()
    with raw_server(always(http("200 OK", b"answer", f"Date: {date}"))) as server:
        post(server, transport)
    assert transport.server_time() is None


# --- Error statuses -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error", "401 Who"])
def test_error_status_is_reported(status: str) -> None:
    error = error_from(http(status, b"<html>"))
    assert error.code is ErrorCode.SERVER_ERROR
    assert error.data == {"status": status[:3]}


def test_cmp_message_is_accepted_with_any_status() -> None:
    answer = http("400 Bad Request", b"answer", "Content-Type: Application/PKIXCMP; a=b")
    with raw_server(always(answer)) as server:
        assert post(server) == b"answer"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Again", "308 Moved"])
def test_redirects_are_not_followed(status: str) -> None:
    with raw_server(always(http("200 OK", b"stolen"))) as redirect_target:
        moved = http(status, b"", f"Location: {redirect_target.url()}", f"Content-Type: {CMP}")
        error = error_from(moved)
        assert error.code is ErrorCode.SERVER_ERROR
        assert redirect_target.requests == []


def test_cookies_are_not_sent_back() -> None:
    transport = HttpTransport()
    with raw_server(always(http("200 OK", b"a", "Set-Cookie: track=me"))) as server:
        post(server, transport)
        post(server, transport)
        assert b"cookie" not in server.requests[1].lower()


@pytest.mark.parametrize(
    ("header", "data"),
    [
        ("Retry-After: 120", {"retry_after": "120"}),
        ("Retry-After: 99999999999999999999", {}),
        ("Retry-After: 999999999", {"retry_after": "86400"}),
        ("Retry-After: -5", {}),
        ("Retry-After: Fri, 20 Nov 2026 10:05:00 GMT", {"retry_after": "300"}),
        ("Retry-After: Fri, 20 Nov 2026 09:00:00 GMT", {"retry_after": "0"}),
        ("Retry-After: soon", {}),
        ("X: y", {}),
    ],
)
@pytest.mark.parametrize("status", ["503 Unavailable", "429 Too Many"])
def test_busy_server_error_carries_retry_after(
    status: str, header: str, data: dict[str, str]
) -> None:
    error = error_from(http(status, b"", "Date: Fri, 20 Nov 2026 10:00:00 GMT", header))
    assert error.code is ErrorCode.SERVER_BUSY
    assert error.data == {"status": status[:3], **data}


# --- Truncated, slow and endless responses --------------------------------------------------------


def test_silent_server_times_out() -> None:
    begin = time.monotonic()
    assert error_from(1.0, transport=short_timeout_transport()).code is ErrorCode.NETWORK_TIMEOUT
    assert time.monotonic() - begin < 5


def test_dripping_response_exceeds_the_total_timeout() -> None:
    drops: list[Piece] = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"]
    drops += [0.1, b"x"] * 30
    begin = time.monotonic()
    assert error_from(*drops, transport=short_timeout_transport()).code is ErrorCode.NETWORK_TIMEOUT
    assert time.monotonic() - begin < 2.5


def test_stalled_response_times_out() -> None:
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"
    assert (
        error_from(begun, 1.0, transport=short_timeout_transport()).code
        is ErrorCode.NETWORK_TIMEOUT
    )


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"], id="body"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Le"], id="header"),
        pytest.param([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"], id="chunk"),
        pytest.param([], id="nothing"),
        pytest.param([b"220 smtp.example.jp ESMTP\r\n"], id="another protocol"),
    ],
)
def test_truncated_response_is_an_error(pieces: list[Piece]) -> None:
    assert error_from(*pieces).code is ErrorCode.NETWORK_UNREACHABLE


@pytest.mark.parametrize(
    "header", ["Content-Length: 99999999", "X: y", "Transfer-Encoding: chunked"]
)
def test_endless_response_is_cut_off(header: str) -> None:
    def endless(_request: bytes) -> Iterator[Piece]:
        yield f"HTTP/1.1 200 OK\r\n{header}\r\n\r\n".encode()
        for _ in range(100):
            yield b"2000\r\n" + bytes(0x2000) + b"\r\n" if "chunked" in header else bytes(0x2000)

    transport = HttpTransport(max_bytes=50_000)
    with raw_server(endless) as server, pytest.raises(CertclientError) as caught:
        post(server, transport)
    assert caught.value.code is ErrorCode.CA_MALFORMED


def test_compressed_response_is_not_decompressed() -> None:
    packed = http("200 OK", b"\x1f\x8b\x08 packed", "Content-Encoding: gzip")
    with raw_server(always(packed)) as server:
        assert post(server) == b"\x1f\x8b\x08 packed"


# --- Unreachable servers --------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_missing_server_is_unreachable(host: str) -> None:
    transport = HttpTransport(allow_http=True, proxies=FixedProxy(DIRECT))
    with pytest.raises(CertclientError) as caught:
        transport.post(f"http://{host}:{free_port()}/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.NETWORK_UNREACHABLE
    assert caught.value.data["host"] == host


def test_plain_http_beyond_loopback_requires_permission() -> None:
    with pytest.raises(CertclientError) as caught:
        HttpTransport().post("http://ca.example.jp/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert caught.value.data["reason"] == "not https"


# --- Probing the connection -----------------------------------------------------------------------


def test_probe_accepts_any_response() -> None:
    transport = HttpTransport()
    date = "Date: Fri, 20 Nov 2026 10:00:00 GMT"
    with raw_server(always(http("405 Not Allowed", b"", date))) as server:
        transport.probe(server.url())
        assert server.requests[0].startswith(b"HEAD /pkix/ HTTP/1.1\r\n")
    assert transport.server_time() == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
