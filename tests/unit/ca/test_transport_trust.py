"""TLS and proxies between the client and the CA. All servers are real."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from certclient.ca.network_errors import network_error
from certclient.ca.proxies import FixedProxy
from certclient.ca.transport import HttpTransport
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
from support.raw_server import (
    RawServer,
    always,
    free_port,
    http,
    raw_server,
    tls_context,
    tunnel,
)

CMP = "application/pkixcmp"

IGNORE_UNEXPECTED_EOF = 1 << 7
"""SSL_OP_IGNORE_UNEXPECTED_EOF (openssl/ssl.h); Python's ssl names it from 3.12 on."""


def post(server: RawServer, transport: HttpTransport | None = None, **url: str) -> bytes:
    return (transport or HttpTransport()).post(server.url(**url), b"question", CMP)


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


@pytest.fixture(scope="module")
def tls_key() -> RsaSigner:
    return rsa_signer(1)


@pytest.fixture
def tls_server(lab: Lab, tls_key: RsaSigner, tmp_path: Path) -> Iterator[RawServer]:
    """A server at https://localhost:… with a complete chain."""
    leaf = lab.intermediate.issue(
        tls_key.spki, customer_name(), usages=[SERVER_AUTH], dns_names=["localhost"]
    )
    context = tls_context(tmp_path, [leaf, *lab.chain], tls_key)
    with raw_server(always(http("200 OK", b"answer")), context) as server:
        yield server


def test_configured_anchors_are_trusted(tls_server: RawServer, lab: Lab) -> None:
    transport = HttpTransport(lab.anchors)
    assert post(tls_server, transport, scheme="https", host="localhost") == b"answer"


@pytest.mark.parametrize("given", [True, False])
def test_unknown_authority_is_reported(tls_server: RawServer, *, given: bool) -> None:
    """As behind a proxy that intercepts TLS; with other anchors and with the system's."""
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


def test_system_roots_apply_without_anchors(
    tls_server: RawServer, root_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", root_file)
    assert post(tls_server, HttpTransport(), scheme="https", host="localhost") == b"answer"


def test_configured_anchors_replace_all_other_roots(
    tls_server: RawServer, root_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the system's roots, the environment's, or the bundle shipped with requests."""
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(variable, root_file)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", root_file)
    transport = HttpTransport(make_lab(label="Other").anchors)
    with pytest.raises(CertclientError) as caught:
        post(tls_server, transport, scheme="https", host="localhost")
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED


def test_certificate_of_another_host_is_refused(tls_server: RawServer, lab: Lab) -> None:
    with pytest.raises(CertclientError) as caught:
        post(tls_server, HttpTransport(lab.anchors), scheme="https", host="127.0.0.1")
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert "mismatch" in caught.value.data["reason"]
    assert tls_server.requests == []


def test_expired_certificate_is_refused(lab: Lab, tls_key: RsaSigner, tmp_path: Path) -> None:
    leaf = lab.intermediate.issue(
        tls_key.spki, usages=[SERVER_AUTH], dns_names=["localhost"], days=-1
    )
    context = tls_context(tmp_path, [leaf, *lab.chain], tls_key)
    with raw_server(always(http("200 OK", b"answer")), context) as server:
        with pytest.raises(CertclientError) as caught:
            post(server, HttpTransport(lab.anchors), scheme="https", host="localhost")
        assert caught.value.code is ErrorCode.TLS_UNTRUSTED
        assert "expired" in caught.value.data["reason"]


def test_server_without_tls_is_not_trusted() -> None:
    with raw_server(always(), greeting=b"220 smtp.example.jp ESMTP\r\n") as server:
        with pytest.raises(CertclientError) as caught:
            post(server, scheme="https", host="localhost")
        assert caught.value.code is ErrorCode.TLS_UNTRUSTED
        assert caught.value.data["issuer"] == ""


@contextlib.contextmanager
def line_cut_in_handshake() -> Iterator[int]:
    """The port of a server whose connection is lost after the client's first message."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def cut() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)

        thread = threading.Thread(target=cut)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize("options", [0, IGNORE_UNEXPECTED_EOF])
def test_connection_lost_in_the_handshake_is_a_network_failure(options: int) -> None:
    """Some Pythons set the option by default, and OpenSSL then reports the loss otherwise."""
    context = ssl.create_default_context()
    context.options = (context.options & ~IGNORE_UNEXPECTED_EOF) | options
    with (
        line_cut_in_handshake() as port,
        socket.create_connection(("127.0.0.1", port)) as line,
        pytest.raises(ssl.SSLError) as lost,
    ):
        context.wrap_socket(line, server_hostname="localhost")
    error = network_error(requests.exceptions.SSLError(lost.value), "localhost", "")
    assert error.code is ErrorCode.NETWORK_UNREACHABLE


def through(proxy: RawServer, lab: Lab, credentials: str = "") -> HttpTransport:
    address = f"http://{credentials}127.0.0.1:{proxy.port}"
    return HttpTransport(lab.anchors, proxies=FixedProxy(address))


def test_connection_through_a_proxy_works(tls_server: RawServer, lab: Lab) -> None:
    with raw_server(tunnel(tls_server.port)) as proxy:
        transport = through(proxy, lab, "user:pass@")
        assert post(tls_server, transport, scheme="https", host="localhost") == b"answer"
        first = proxy.requests[0]
    assert first.startswith(f"CONNECT localhost:{tls_server.port} HTTP/1".encode())
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz" in first
    assert b"question" not in first


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_proxy_that_requires_a_password_is_reported(lab: Lab, scheme: str) -> None:
    challenge = http("407 Proxy Authentication Required", b"", "Proxy-Authenticate: Basic realm=x")
    with raw_server(always(challenge)) as proxy, pytest.raises(CertclientError) as caught:
        through(proxy, lab).post(f"{scheme}://localhost:1/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.PROXY_AUTHENTICATION
    assert caught.value.data == {"status": "407", "host": f"127.0.0.1:{proxy.port}"}


def test_proxy_that_refuses_the_connection_is_reported(lab: Lab) -> None:
    forbidden = http("403 Forbidden", b"policy")
    with raw_server(always(forbidden)) as proxy, pytest.raises(CertclientError) as caught:
        through(proxy, lab).post("https://ca.example.jp/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.PROXY_UNREACHABLE
    assert caught.value.data == {"status": "403", "host": f"127.0.0.1:{proxy.port}"}


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_unreachable_proxy_is_reported(lab: Lab, scheme: str) -> None:
    proxy = RawServer(free_port())
    with pytest.raises(CertclientError) as caught:
        through(proxy, lab).post(f"{scheme}://localhost:1/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.PROXY_UNREACHABLE
    assert caught.value.data["host"] == f"127.0.0.1:{proxy.port}"


def test_proxy_password_never_appears_in_an_error(lab: Lab) -> None:
    transport = through(RawServer(free_port()), lab, "user:hidden-pass@")
    with pytest.raises(CertclientError) as caught:
        transport.post("https://localhost:1/pkix/", b"question", CMP)
    assert "hidden-pass" not in str(caught.value)


def test_proxy_that_intercepts_tls_is_reported(tls_server: RawServer) -> None:
    """The user sees the name of the CA that issues the proxy's certificates."""
    other_lab = make_lab(label="Other")
    with raw_server(tunnel(tls_server.port)) as proxy, pytest.raises(CertclientError) as caught:
        post(tls_server, through(proxy, other_lab), scheme="https", host="localhost")
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert caught.value.data["issuer"] == "Example Issuing CA"


def test_system_proxy_is_used_except_for_loopback(
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
            HttpTransport().post("https://ca.example.jp/", b"question", CMP)
        assert caught.value.code is ErrorCode.PROXY_AUTHENTICATION


def test_probe_reports_an_unreachable_proxy(lab: Lab) -> None:
    with pytest.raises(CertclientError) as caught:
        through(RawServer(free_port()), lab).probe("https://localhost:1/pkix/")
    assert caught.value.code is ErrorCode.PROXY_UNREACHABLE
