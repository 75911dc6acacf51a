"""The way to the CA: network, TLS, proxies, and servers that behave badly. All servers are real."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certclient import __version__
from certclient.ca.transport import HttpTransport, Timeouts
from certclient.model.errors import CertclientError, ErrorCode
from support.pki import (
    SERVER_AUTH,
    Lab,
    RsaSigner,
    certificate_pem,
    customer_name,
    make_lab,
    rsa_signer,
)
from support.raw_server import Piece, RawServer, Script, http, raw_server, tls_context, tunnel

CMP = "application/pkixcmp"
SHORT = Timeouts(connect=2.0, read=0.3, total=0.6)


def always(*pieces: Piece) -> Script:
    return lambda _request: pieces


def post(server: RawServer, transport: HttpTransport | None = None, **url: str) -> bytes:
    return (transport or HttpTransport(timeouts=SHORT)).post(server.url(**url), b"question", CMP)


def error_from(*pieces: Piece, transport: HttpTransport | None = None) -> CertclientError:
    with raw_server(always(*pieces)) as server, pytest.raises(CertclientError) as caught:
        post(server, transport)
    return caught.value


def test_a_message_is_posted_with_its_length_and_type_and_nothing_personal() -> None:
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


def test_the_server_s_time_is_kept() -> None:
    transport = HttpTransport()
    assert transport.server_time() is None
    date = "Date: Fri, 20 Nov 2026 10:00:00 GMT"
    with raw_server(always(http("200 OK", b"answer", date))) as server:
        post(server, transport)
    assert transport.server_time() == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("date", ["nonsense", "Fri, 99 Nov 2026 10:00:00 GMT", ""])
def test_a_nonsense_time_is_no_time(date: str) -> None:
    transport = HttpTransport()
    with raw_server(always(http("200 OK", b"answer", f"Date: {date}"))) as server:
        post(server, transport)
    assert transport.server_time() is None


# --- Servers that say no -------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error", "401 Who"])
def test_an_error_status_is_named(status: str) -> None:
    error = error_from(http(status, b"<html>"))
    assert error.code is ErrorCode.SERVER_ERROR
    assert error.data == {"status": status[:3]}


def test_a_cmp_message_counts_whatever_the_status() -> None:
    answer = http("400 Bad Request", b"answer", "Content-Type: Application/PKIXCMP; a=b")
    with raw_server(always(answer)) as server:
        assert post(server) == b"answer"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Again", "308 Moved"])
def test_redirects_are_not_followed(status: str) -> None:
    with raw_server(always(http("200 OK", b"stolen"))) as thief:
        moved = http(status, b"", f"Location: {thief.url()}", f"Content-Type: {CMP}")
        error = error_from(moved)
        assert error.code is ErrorCode.SERVER_ERROR
        assert thief.requests == []


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
def test_a_busy_server_says_when_to_come_again(
    status: str, header: str, data: dict[str, str]
) -> None:
    error = error_from(http(status, b"", "Date: Fri, 20 Nov 2026 10:00:00 GMT", header))
    assert error.code is ErrorCode.SERVER_BUSY
    assert error.data == {"status": status[:3], **data}


# --- Answers that are cut, slow or endless -------------------------------------------------------


def test_a_server_that_never_answers_is_given_up() -> None:
    begin = time.monotonic()
    assert error_from(2.0).code is ErrorCode.NETWORK_TIMEOUT
    assert time.monotonic() - begin < 5


def test_an_answer_that_drips_is_given_up_although_each_drop_is_in_time() -> None:
    drops: list[Piece] = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"]
    drops += [0.1, b"x"] * 30
    begin = time.monotonic()
    assert error_from(*drops).code is ErrorCode.NETWORK_TIMEOUT
    assert time.monotonic() - begin < 2.5


def test_an_answer_that_stops_in_the_middle_is_given_up() -> None:
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"
    assert error_from(begun, 1.0).code is ErrorCode.NETWORK_TIMEOUT


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
def test_a_truncated_answer_is_never_taken_for_a_whole_one(pieces: list[Piece]) -> None:
    assert error_from(*pieces).code is ErrorCode.NETWORK_UNREACHABLE


@pytest.mark.parametrize("told", ["Content-Length: 99999999", "X: y", "Transfer-Encoding: chunked"])
def test_an_endless_answer_is_cut_off(told: str) -> None:
    def endless(_request: bytes) -> Iterator[Piece]:
        yield f"HTTP/1.1 200 OK\r\n{told}\r\n\r\n".encode()
        for _ in range(100):
            yield b"2000\r\n" + bytes(0x2000) + b"\r\n" if "chunked" in told else bytes(0x2000)

    transport = HttpTransport(max_bytes=50_000)
    with raw_server(endless) as server, pytest.raises(CertclientError) as caught:
        post(server, transport)
    assert caught.value.code is ErrorCode.CA_MALFORMED


def test_a_compressed_bomb_is_not_opened() -> None:
    packed = http("200 OK", b"\x1f\x8b\x08 packed", "Content-Encoding: gzip")
    with raw_server(always(packed)) as server:
        assert post(server) == b"\x1f\x8b\x08 packed"


# --- No way to the server ------------------------------------------------------------------------


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port: int = closed.getsockname()[1]
        return port


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_a_server_that_is_not_there_is_unreachable(host: str) -> None:
    transport = HttpTransport(timeouts=SHORT, allow_http=True, proxies={})
    with pytest.raises(CertclientError) as caught:
        transport.post(f"http://{host}:{free_port()}/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.NETWORK_UNREACHABLE
    assert caught.value.data["host"] == host


def test_plain_http_leaves_this_computer_only_if_told() -> None:
    with pytest.raises(CertclientError) as caught:
        HttpTransport(proxies={}).post("http://ca.example.jp/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert caught.value.data["reason"] == "not https"


# --- TLS -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


@pytest.fixture(scope="module")
def tls_key() -> RsaSigner:
    return rsa_signer(1)


@pytest.fixture
def tls_server(lab: Lab, tls_key: RsaSigner, tmp_path: Path) -> Iterator[RawServer]:
    """https://localhost:…, its chain complete."""
    leaf = lab.intermediate.issue(
        tls_key.spki, customer_name(), usages=[SERVER_AUTH], dns_names=["localhost"]
    )
    context = tls_context(tmp_path, [leaf, *lab.chain], tls_key)
    with raw_server(always(http("200 OK", b"answer")), context) as server:
        yield server


def test_the_given_anchors_are_trusted(tls_server: RawServer, lab: Lab) -> None:
    transport = HttpTransport(lab.anchors)
    assert post(tls_server, transport, scheme="https", host="localhost") == b"answer"


@pytest.mark.parametrize("given", [True, False])
def test_an_unknown_authority_is_named(tls_server: RawServer, *, given: bool) -> None:
    """What a proxy that opens TLS looks like; by other anchors and by the system's."""
    anchors = make_lab(label="Other").anchors if given else ()
    with pytest.raises(CertclientError) as caught:
        post(tls_server, HttpTransport(anchors), scheme="https", host="localhost")
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert caught.value.data["issuer"] == "Example Issuing CA"
    assert caught.value.data["host"] == "localhost"
    assert "self-signed" in caught.value.data["reason"] or "issuer" in caught.value.data["reason"]
    assert tls_server.requests == []


@pytest.fixture
def root_file(lab: Lab, tmp_path: Path) -> str:
    path = tmp_path / "root.pem"
    path.write_bytes(certificate_pem(*lab.anchors))
    return str(path)


def test_the_system_s_roots_count_where_no_anchors_are_given(
    tls_server: RawServer, root_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", root_file)
    assert post(tls_server, HttpTransport(), scheme="https", host="localhost") == b"answer"


def test_nothing_but_the_given_anchors_counts(
    tls_server: RawServer, root_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the system's roots, nor the environment's, nor the bundle that requests brings."""
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(variable, root_file)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", root_file)
    transport = HttpTransport(make_lab(label="Other").anchors)
    with pytest.raises(CertclientError) as caught:
        post(tls_server, transport, scheme="https", host="localhost")
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED


def test_another_host_s_certificate_is_refused(tls_server: RawServer, lab: Lab) -> None:
    with pytest.raises(CertclientError) as caught:
        post(tls_server, HttpTransport(lab.anchors), scheme="https", host="127.0.0.1")
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert "mismatch" in caught.value.data["reason"]
    assert tls_server.requests == []


def test_an_expired_certificate_is_refused(lab: Lab, tls_key: RsaSigner, tmp_path: Path) -> None:
    leaf = lab.intermediate.issue(
        tls_key.spki, usages=[SERVER_AUTH], dns_names=["localhost"], days=-1
    )
    context = tls_context(tmp_path, [leaf, *lab.chain], tls_key)
    with raw_server(always(http("200 OK", b"answer")), context) as server:
        with pytest.raises(CertclientError) as caught:
            post(server, HttpTransport(lab.anchors), scheme="https", host="localhost")
        assert caught.value.code is ErrorCode.TLS_UNTRUSTED
        assert "expired" in caught.value.data["reason"]


def test_a_server_that_speaks_no_tls_is_not_trusted() -> None:
    with raw_server(always(), greeting=b"220 smtp.example.jp ESMTP\r\n") as server:
        with pytest.raises(CertclientError) as caught:
            post(server, scheme="https", host="localhost")
        assert caught.value.code is ErrorCode.TLS_UNTRUSTED
        assert caught.value.data["issuer"] == ""


# --- Proxies -------------------------------------------------------------------------------------


def through(proxy: RawServer, lab: Lab, credentials: str = "") -> HttpTransport:
    address = f"http://{credentials}127.0.0.1:{proxy.port}"
    return HttpTransport(lab.anchors, timeouts=SHORT, proxies={"https": address, "http": address})


def test_a_proxy_leads_to_the_server(tls_server: RawServer, lab: Lab) -> None:
    with raw_server(tunnel(tls_server.port)) as proxy:
        transport = through(proxy, lab, "user:pass@")
        assert post(tls_server, transport, scheme="https", host="localhost") == b"answer"
        first = proxy.requests[0]
    assert first.startswith(f"CONNECT localhost:{tls_server.port} HTTP/1".encode())
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz" in first
    assert b"question" not in first


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_proxy_that_wants_a_password_is_told_apart(lab: Lab, scheme: str) -> None:
    wants = http("407 Proxy Authentication Required", b"", "Proxy-Authenticate: Basic realm=x")
    with raw_server(always(wants)) as proxy, pytest.raises(CertclientError) as caught:
        through(proxy, lab).post(f"{scheme}://localhost:1/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.PROXY_AUTHENTICATION
    assert caught.value.data == {"status": "407"}


def test_a_proxy_that_does_not_let_us_through_is_named(lab: Lab) -> None:
    forbidden = http("403 Forbidden", b"policy")
    with raw_server(always(forbidden)) as proxy, pytest.raises(CertclientError) as caught:
        through(proxy, lab).post("https://ca.example.jp/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.PROXY_UNREACHABLE
    assert caught.value.data == {"status": "403"}


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_proxy_that_is_not_there_is_named(lab: Lab, scheme: str) -> None:
    transport = through(RawServer(free_port()), lab)
    with pytest.raises(CertclientError) as caught:
        transport.post(f"{scheme}://localhost:1/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.PROXY_UNREACHABLE


def test_no_password_of_a_proxy_shows_in_an_error(lab: Lab) -> None:
    transport = through(RawServer(free_port()), lab, "user:hidden-pass@")
    with pytest.raises(CertclientError) as caught:
        transport.post("https://localhost:1/pkix/", b"question", CMP)
    assert "hidden-pass" not in str(caught.value)


def test_a_proxy_that_opens_tls_is_found_out(tls_server: RawServer) -> None:
    """The user sees the name of the authority that the proxy makes its certificates with."""
    strangers = make_lab(label="Other")
    with raw_server(tunnel(tls_server.port)) as proxy, pytest.raises(CertclientError) as caught:
        post(tls_server, through(proxy, strangers), scheme="https", host="localhost")
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert caught.value.data["issuer"] == "Example Issuing CA"


def test_the_system_s_proxy_is_used_but_not_for_this_computer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        raw_server(always(http("407 No", b""))) as proxy,
        raw_server(always(http("200 OK", b"answer"))) as server,
    ):
        monkeypatch.setenv("https_proxy", proxy.url())
        monkeypatch.setenv("http_proxy", proxy.url())
        monkeypatch.delenv("no_proxy", raising=False)
        assert post(server) == b"answer"
        with pytest.raises(CertclientError) as caught:
            HttpTransport(timeouts=SHORT).post("https://ca.example.jp/", b"question", CMP)
        assert caught.value.code is ErrorCode.PROXY_AUTHENTICATION


# --- Asking whether the way is open --------------------------------------------------------------


def test_a_probe_reaches_a_server_that_answers_anything() -> None:
    transport = HttpTransport(timeouts=SHORT)
    date = "Date: Fri, 20 Nov 2026 10:00:00 GMT"
    with raw_server(always(http("405 Not Allowed", b"", date))) as server:
        transport.probe(server.url())
        assert server.requests[0].startswith(b"HEAD /pkix/ HTTP/1.1\r\n")
    assert transport.server_time() == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def test_a_probe_names_what_is_in_the_way(lab: Lab) -> None:
    with pytest.raises(CertclientError) as caught:
        through(RawServer(free_port()), lab).probe("https://localhost:1/pkix/")
    assert caught.value.code is ErrorCode.PROXY_UNREACHABLE
