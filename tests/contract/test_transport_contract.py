"""The contract of every transport: requests, limits, misbehaving servers. All servers are real."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from certclient import __version__
from certclient.ca.proxies import FixedProxy
from certclient.ca.transport import HttpRequest, Timeouts, Transport
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.proxies.routes import DIRECT
from contract.transports import TransportFactory
from support.raw_server import (
    Piece,
    RawServer,
    always,
    free_port,
    http,
    raw_server,
)

CMP = "application/pkixcmp"
SHORT = Timeouts(connect=60.0, read=0.3, total=0.6)
LONG = 600.0
"""Seconds that a server would go on, if the test did not end before."""
GUARD = 300.0
"""Seconds after which a time limit was not kept, however busy the machine is."""


def post(transport: Transport, server: RawServer) -> bytes:
    return transport.post(server.url(), b"question", CMP)


def error_from(transport: Transport, *pieces: Piece) -> CertclientError:
    with raw_server(always(*pieces)) as server, pytest.raises(CertclientError) as caught:
        post(transport, server)
    return caught.value


def test_request_has_length_and_type_and_nothing_personal(make: TransportFactory) -> None:
    with raw_server(always(http("200 OK", b"answer"))) as server:
        assert post(make(), server) == b"answer"
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


def test_server_time_is_recorded(make: TransportFactory) -> None:
    transport = make()
    assert transport.server_time() is None
    date = "Date: Fri, 20 Nov 2026 10:00:00 GMT"
    with raw_server(always(http("200 OK", b"answer", date))) as server:
        post(transport, server)
    assert transport.server_time() == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("date", ["nonsense", "Fri, 99 Nov 2026 10:00:00 GMT", ""])
def test_invalid_date_header_is_ignored(make: TransportFactory, date: str) -> None:
    transport = make()
    with raw_server(always(http("200 OK", b"answer", f"Date: {date}"))) as server:
        post(transport, server)
    assert transport.server_time() is None


# --- Error statuses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status", ["500 Internal Server Error", "502 Bad Gateway", "504 Gateway Timeout", "408 Late"]
)
def test_error_status_is_reported(make: TransportFactory, status: str) -> None:
    error = error_from(make(), http(status, b"<html>"))
    assert error.code is ErrorCode.SERVER_ERROR
    assert error.data == {"status": status[:3], "host": "127.0.0.1"}


@pytest.mark.parametrize("status", ["404 Not Found", "401 Who", "403 Forbidden", "410 Gone"])
def test_address_without_service_is_reported_as_such(make: TransportFactory, status: str) -> None:
    """It does not pass by itself, so it is not retried."""
    error = error_from(make(), http(status, b"<html>"))
    assert error.code is ErrorCode.SERVER_ADDRESS
    assert error.data == {"status": status[:3], "host": "127.0.0.1"}
    assert not error.code.retriable


def test_cmp_message_is_accepted_with_any_status(make: TransportFactory) -> None:
    answer = http("400 Bad Request", b"answer", "Content-Type: Application/PKIXCMP; a=b")
    with raw_server(always(answer)) as server:
        assert post(make(), server) == b"answer"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Again", "308 Moved"])
def test_redirects_are_not_followed(make: TransportFactory, status: str) -> None:
    with raw_server(always(http("200 OK", b"stolen"))) as redirect_target:
        moved = http(status, b"", f"Location: {redirect_target.url()}", f"Content-Type: {CMP}")
        error = error_from(make(), moved)
        assert error.code is ErrorCode.SERVER_ADDRESS
        assert error.data["location"] == f"http://127.0.0.1:{redirect_target.port}"
        assert redirect_target.requests == []


def test_cookies_are_not_sent_back(make: TransportFactory) -> None:
    transport = make()
    with raw_server(always(http("200 OK", b"a", "Set-Cookie: track=me"))) as server:
        post(transport, server)
        post(transport, server)
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
    make: TransportFactory, status: str, header: str, data: dict[str, str]
) -> None:
    error = error_from(make(), http(status, b"", "Date: Fri, 20 Nov 2026 10:00:00 GMT", header))
    assert error.code is ErrorCode.SERVER_BUSY
    assert error.data == {"status": status[:3], "host": "127.0.0.1", **data}


# --- Truncated, slow and endless responses --------------------------------------------------------


def test_silent_server_times_out(make: TransportFactory) -> None:
    begin = time.monotonic()
    assert error_from(make(timeouts=SHORT), LONG).code is ErrorCode.NETWORK_TIMEOUT
    assert time.monotonic() - begin < GUARD


def test_dripping_response_exceeds_the_total_timeout(make: TransportFactory) -> None:
    drops: list[Piece] = [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"]
    drops += [0.1, b"x"] * int(LONG / 0.1)
    begin = time.monotonic()
    assert error_from(make(timeouts=SHORT), *drops).code is ErrorCode.NETWORK_TIMEOUT
    assert time.monotonic() - begin < GUARD


def test_stalled_response_times_out(make: TransportFactory) -> None:
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"
    assert error_from(make(timeouts=SHORT), begun, LONG).code is ErrorCode.NETWORK_TIMEOUT


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
def test_truncated_response_is_an_error(make: TransportFactory, pieces: list[Piece]) -> None:
    assert error_from(make(), *pieces).code is ErrorCode.NETWORK_UNREACHABLE


@pytest.mark.parametrize(
    "header", ["Content-Length: 99999999", "X: y", "Transfer-Encoding: chunked"]
)
def test_endless_response_is_cut_off(make: TransportFactory, header: str) -> None:
    def endless(_request: bytes) -> Iterator[Piece]:
        yield f"HTTP/1.1 200 OK\r\n{header}\r\n\r\n".encode()
        for _ in range(100):
            yield b"2000\r\n" + bytes(0x2000) + b"\r\n" if "chunked" in header else bytes(0x2000)

    transport = make(max_bytes=50_000)
    with raw_server(endless) as server, pytest.raises(CertclientError) as caught:
        post(transport, server)
    assert caught.value.code is ErrorCode.CA_MALFORMED


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"answer")),
        ("x-gzip", gzip.compress(b"answer")),
        ("deflate", zlib.compress(b"answer")),
        ("deflate", zlib.compress(b"answer", wbits=-15)),
        ("identity", b"answer"),
    ],
)
def test_response_compressed_unasked_is_decoded(
    make: TransportFactory, encoding: str, packed: bytes
) -> None:
    answer = http("200 OK", packed, f"Content-Encoding: {encoding}")
    with raw_server(always(answer)) as server:
        assert post(make(), server) == b"answer"
        assert b"accept-encoding: gzip" not in server.requests[0].lower()


def test_compressed_response_that_expands_without_end_is_cut_off(make: TransportFactory) -> None:
    bomb = gzip.compress(bytes(100_000_000))
    error = error_from(make(), http("200 OK", bomb, "Content-Encoding: gzip"))
    assert error.code is ErrorCode.CA_MALFORMED


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", b"no gzip"), ("gzip", gzip.compress(b"answer")[:-9]), ("br", b"x")],
)
def test_damaged_or_unknown_encoding_is_a_foreign_answer(
    make: TransportFactory, encoding: str, body: bytes
) -> None:
    error = error_from(make(), http("200 OK", body, f"Content-Encoding: {encoding}"))
    assert error.code in (ErrorCode.FOREIGN_ANSWER, ErrorCode.NETWORK_UNREACHABLE)
    assert error.code.retriable


# --- Other forms of responses ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "interim",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n" * 5 + b"HTTP/1.1 103 Early Hints\r\n\r\n",
    ],
)
def test_interim_responses_are_skipped(make: TransportFactory, interim: bytes) -> None:
    with raw_server(always(interim, 0.05, http("200 OK", b"answer"))) as server:
        assert post(make(), server) == b"answer"


def test_endless_interim_responses_end(make: TransportFactory) -> None:
    error = error_from(make(), b"HTTP/1.1 102 Processing\r\n\r\n" * 1000)
    assert error.code is ErrorCode.NETWORK_UNREACHABLE


def test_response_without_a_length_ends_with_the_connection(make: TransportFactory) -> None:
    with raw_server(always(b"HTTP/1.1 200 OK\r\n\r\nanswer")) as server:
        assert post(make(), server) == b"answer"


def test_response_of_http_1_0_is_read(make: TransportFactory) -> None:
    with raw_server(always(b"HTTP/1.0 200 OK\r\n\r\nanswer")) as server:
        assert post(make(), server) == b"answer"


def test_headers_that_drip_exceed_the_total_timeout(make: TransportFactory) -> None:
    drops: list[Piece] = [b"HTTP/1.1 200 OK\r\nX: "]
    drops += [0.1, b"x"] * int(LONG / 0.1)
    begin = time.monotonic()
    assert error_from(make(timeouts=SHORT), *drops).code is ErrorCode.NETWORK_TIMEOUT
    assert time.monotonic() - begin < GUARD


@pytest.mark.parametrize("headers", [b"X: y\r\n" * 10_000, b"X: " + b"y" * 1_000_000 + b"\r\n"])
def test_endless_headers_are_cut_off(make: TransportFactory, headers: bytes) -> None:
    error = error_from(make(), b"HTTP/1.1 200 OK\r\n" + headers + b"\r\nanswer")
    assert error.code is ErrorCode.NETWORK_UNREACHABLE


def test_network_that_wants_a_sign_in_is_named(make: TransportFactory) -> None:
    """RFC 6585, 6."""
    error = error_from(make(), http("511 Network Authentication Required", b"<html>"))
    assert error.code is ErrorCode.FOREIGN_ANSWER


def test_web_page_is_no_announcement(make: TransportFactory) -> None:
    page = http("200 OK", b"<html>sign in", "Content-Type: text/html; charset=utf-8")
    with raw_server(always(page)) as server, pytest.raises(CertclientError) as caught:
        make().get(server.url(), "application/jose+json")
    assert caught.value.code is ErrorCode.FOREIGN_ANSWER


# --- Exchanges whose status the caller judges -----------------------------------------------------


@pytest.mark.parametrize(
    "status",
    ["202 Accepted", "204 No Content", "302 Found", "401 Who", "404 No", "429 Many", "503 Busy"],
)
def test_exchange_returns_any_status_with_its_headers(make: TransportFactory, status: str) -> None:
    """An EST client reads them itself (RFC 7030, 4.2.3)."""
    body = b"" if status.startswith("204") else b"later"
    headers = ("Content-Type: Text/Plain; charset=utf-8", "Retry-After: 90", "Location: /other")
    transport = make()
    with raw_server(always(http(status, body, *headers))) as server:
        response = transport.exchange(HttpRequest("GET", server.url()))
    assert (response.status, response.body) == (int(status[:3]), body)
    assert response.head.media_type == "text/plain"
    assert response.head.retry_after == 90
    assert response.head.headers["location"] == "/other"


def test_exchange_sends_what_it_is_given(make: TransportFactory) -> None:
    with raw_server(always(http("200 OK", b"answer"))) as server:
        request = HttpRequest(
            "POST",
            server.url(),
            b"question",
            content_type="application/pkcs10",
            accept="application/pkcs7-mime",
            headers=(("Authorization", "Basic dGFybzpzZWNyZXQ="),),
        )
        assert make().exchange(request).body == b"answer"
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /pkix/ HTTP/1.1"
    assert {
        "Content-Type: application/pkcs10",
        "Accept: application/pkcs7-mime",
        "Authorization: Basic dGFybzpzZWNyZXQ=",
        "Content-Length: 8",
    } <= set(lines)
    assert body == b"question"
    assert "dGFybzpzZWNyZXQ" not in repr(request)


def test_exchange_joins_the_challenges_of_a_server(make: TransportFactory) -> None:
    offers = ("WWW-Authenticate: Digest realm=a, nonce=b", "WWW-Authenticate: Basic realm=c")
    with raw_server(always(http("401 Who", b"", *offers))) as server:
        response = make().exchange(HttpRequest("POST", server.url(), b"question"))
    assert response.status == 401
    joined = response.head.headers["www-authenticate"]
    assert joined == "Digest realm=a, nonce=b, Basic realm=c"


def test_exchange_reports_connection_problems(make: TransportFactory) -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"
    cases = (
        (half, ErrorCode.NETWORK_UNREACHABLE),
        (http("511 Network Authentication Required", b"<html>"), ErrorCode.FOREIGN_ANSWER),
        (http("200 OK", bytes(60_000)), ErrorCode.CA_MALFORMED),
    )
    for answer, code in cases:
        with raw_server(always(answer)) as server, pytest.raises(CertclientError) as caught:
            make(max_bytes=50_000).exchange(HttpRequest("GET", server.url()))
        assert caught.value.code is code


@pytest.mark.parametrize(
    "header", [("X\r\nY", "z"), ("X", "z\r\nY: z"), ("X", "\u4e00"), ("", "z"), ("X", "z\0")]
)
def test_header_that_would_end_its_line_is_no_header(header: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="not a header"):
        HttpRequest("GET", "https://ca.example.jp/", headers=(header,))


# --- Unreachable servers --------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid", "a..b", "a" * 64 + ".jp"])
def test_missing_server_is_unreachable(make: TransportFactory, host: str) -> None:
    transport = make(allow_http=True, proxies=FixedProxy(DIRECT))
    with pytest.raises(CertclientError) as caught:
        transport.post(f"http://{host}:{free_port()}/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.NETWORK_UNREACHABLE
    assert caught.value.data["host"] == host


def test_plain_http_beyond_loopback_requires_permission(make: TransportFactory) -> None:
    with pytest.raises(CertclientError) as caught:
        make().post("http://ca.example.jp/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert caught.value.data["reason"] == "not https"
