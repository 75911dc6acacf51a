"""The contract of every transport: TLS and proxies on the way to the CA. All servers are real."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.x509.oid import NameOID

from certclient.ca.proxies import FixedProxy
from certclient.ca.transport import Timeouts, Transport
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer
from certclient.model.secret import Secret
from certclient.platform.proxies.logins import ProxyLogins
from contract.transports import TransportFactory, assert_refused_before_sending, trusted_by_windows
from support.pki import (
    SERVER_AUTH,
    Lab,
    RsaSigner,
    certificate_pem,
    customer_name,
    make_lab,
    name,
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


def post(
    transport: Transport, server: RawServer, scheme: str = "https", host: str = "localhost"
) -> bytes:
    return transport.post(server.url(scheme, host), b"question", CMP)


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


def test_configured_anchors_are_trusted(
    make: TransportFactory, tls_server: RawServer, lab: Lab
) -> None:
    transport = make(lab.anchors)
    assert post(transport, tls_server) == b"answer"


@pytest.mark.parametrize("given", [True, False])
def test_unknown_authority_is_reported(
    make: TransportFactory, tls_server: RawServer, *, given: bool
) -> None:
    """As behind a proxy that intercepts TLS; with other anchors and with the system's."""
    anchors = make_lab(label="Other").anchors if given else ()
    with pytest.raises(CertclientError) as caught:
        post(make(anchors), tls_server)
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert caught.value.data["issuer"] == "Example Issuing CA"
    assert caught.value.data["host"] == "localhost"
    assert "self-signed" in caught.value.data["reason"] or "issuer" in caught.value.data["reason"]
    assert_refused_before_sending(make, tls_server)


@pytest.fixture
def root_file(lab: Lab, tmp_path: Path) -> str:
    path = tmp_path / "root.pem"
    path.write_bytes(certificate_pem(*lab.anchors))
    return str(path)


@pytest.fixture
def system_trusts_lab(lab: Lab, root_file: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """OpenSSL reads the variable, WinHTTP the store."""
    monkeypatch.setenv("SSL_CERT_FILE", root_file)
    with trusted_by_windows(lab.anchors):
        yield


@pytest.mark.usefixtures("system_trusts_lab")
def test_system_roots_apply_without_anchors(make: TransportFactory, tls_server: RawServer) -> None:
    assert post(make(), tls_server) == b"answer"


@pytest.mark.usefixtures("system_trusts_lab")
def test_system_roots_require_a_subject_alternative_name(
    make: TransportFactory, lab: Lab, tls_key: RsaSigner, tmp_path: Path
) -> None:
    common_name = name((NameOID.COMMON_NAME, "localhost"))
    leaf = lab.intermediate.issue(tls_key.spki, common_name, usages=[SERVER_AUTH])
    context = tls_context(tmp_path, [leaf, *lab.chain], tls_key)
    answer = always(http("200 OK", b"answer"))
    with raw_server(answer, context) as server, pytest.raises(CertclientError) as caught:
        post(make(), server)
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED


def test_configured_anchors_replace_all_other_roots(
    make: TransportFactory, tls_server: RawServer, root_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the system's roots or the environment's."""
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(variable, root_file)
    transport = make(make_lab(label="Other").anchors)
    with pytest.raises(CertclientError) as caught:
        post(transport, tls_server)
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED


def test_certificate_of_another_host_is_refused(
    make: TransportFactory, tls_server: RawServer, lab: Lab
) -> None:
    with pytest.raises(CertclientError) as caught:
        post(make(lab.anchors), tls_server, host="127.0.0.1")
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert "mismatch" in caught.value.data["reason"]
    assert_refused_before_sending(make, tls_server)


def test_certificate_without_subject_alternative_name_is_refused(
    make: TransportFactory, lab: Lab, tls_key: RsaSigner, tmp_path: Path
) -> None:
    """Its Common Name is the host's: RFC 9110, 4.3.4 forbids to fall back to it."""
    leaf = lab.intermediate.issue(
        tls_key.spki, name((NameOID.COMMON_NAME, "localhost")), usages=[SERVER_AUTH]
    )
    context = tls_context(tmp_path, [leaf, *lab.chain], tls_key)
    with raw_server(always(http("200 OK", b"answer")), context) as server:
        with pytest.raises(CertclientError) as caught:
            post(make(lab.anchors), server)
        assert caught.value.code is ErrorCode.TLS_UNTRUSTED
        assert_refused_before_sending(make, server)


def test_expired_certificate_is_refused(
    make: TransportFactory, lab: Lab, tls_key: RsaSigner, tmp_path: Path
) -> None:
    leaf = lab.intermediate.issue(
        tls_key.spki, usages=[SERVER_AUTH], dns_names=["localhost"], days=-1
    )
    context = tls_context(tmp_path, [leaf, *lab.chain], tls_key)
    with raw_server(always(http("200 OK", b"answer")), context) as server:
        with pytest.raises(CertclientError) as caught:
            post(make(lab.anchors), server)
        assert caught.value.code is ErrorCode.TLS_UNTRUSTED
        assert "expired" in caught.value.data["reason"]


def test_server_that_would_take_a_client_certificate_is_answered_without_one(
    make: TransportFactory, lab: Lab, tls_key: RsaSigner, tmp_path: Path
) -> None:
    """As a CA that offers EST on the same port."""
    leaf = lab.intermediate.issue(tls_key.spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    context = tls_context(tmp_path, [leaf, *lab.chain], tls_key)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=certificate_pem(*lab.anchors).decode())
    with raw_server(always(http("200 OK", b"answer")), context) as server:
        assert post(make(lab.anchors), server) == b"answer"


def test_server_that_asks_as_a_proxy_would_gets_no_login(
    make: TransportFactory, lab: Lab, tls_key: RsaSigner, tmp_path: Path
) -> None:
    """A 407 behind TLS is the server's; the proxy's login is not for it."""
    leaf = lab.intermediate.issue(tls_key.spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    context = tls_context(tmp_path, [leaf, *lab.chain], tls_key)
    challenge = http("407 Login", b"", "Proxy-Authenticate: Basic realm=x")
    with (
        raw_server(always(challenge), context) as server,
        raw_server(tunnel(server.port)) as proxy,
    ):
        logins = ProxyLogins()
        logins.answer(
            f"127.0.0.1:{proxy.port}", ProxyLoginAnswer(ProxyLogin("taro", Secret("secret")))
        )
        transport = make(
            lab.anchors, proxies=FixedProxy(f"http://127.0.0.1:{proxy.port}"), logins=logins
        )
        with pytest.raises(CertclientError) as caught:
            post(transport, server)
        assert b"proxy-authorization" not in b"".join(server.requests).lower()
    assert caught.value.code is ErrorCode.SERVER_ADDRESS


def test_server_without_tls_is_not_trusted(make: TransportFactory) -> None:
    with raw_server(always(), greeting=b"220 smtp.example.jp ESMTP\r\n") as server:
        with pytest.raises(CertclientError) as caught:
            post(make(timeouts=Timeouts(connect=2.0, read=2.0, total=4.0)), server)
        assert caught.value.code is ErrorCode.TLS_UNTRUSTED
        assert caught.value.data["issuer"] == ""


def through(make: TransportFactory, proxy: RawServer, lab: Lab, credentials: str = "") -> Transport:
    address = f"http://{credentials}127.0.0.1:{proxy.port}"
    return make(lab.anchors, proxies=FixedProxy(address))


def test_connection_through_a_proxy_works(
    make: TransportFactory, tls_server: RawServer, lab: Lab
) -> None:
    with raw_server(tunnel(tls_server.port)) as proxy:
        assert post(through(make, proxy, lab), tls_server) == b"answer"
        first = proxy.requests[0]
    assert first.startswith(f"CONNECT localhost:{tls_server.port} HTTP/1".encode())
    assert b"question" not in first


def test_what_a_proxy_sends_before_tls_is_never_taken_for_the_server(
    make: TransportFactory, lab: Lab, tls_server: RawServer
) -> None:
    """Without TLS, anybody on the way to the proxy could send such an answer."""
    with (
        raw_server(tunnel(tls_server.port, http("200 OK", b"forged"))) as proxy,
        contextlib.suppress(CertclientError),  # such a proxy may be refused as well
    ):
        assert post(through(make, proxy, lab), tls_server) == b"answer"


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_proxy_that_requires_a_password_is_reported(
    make: TransportFactory, lab: Lab, scheme: str
) -> None:
    challenge = http("407 Proxy Authentication Required", b"", "Proxy-Authenticate: Basic realm=x")
    with raw_server(always(challenge)) as proxy, pytest.raises(CertclientError) as caught:
        through(make, proxy, lab).post(f"{scheme}://localhost:1/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.PROXY_AUTHENTICATION
    assert caught.value.data == {
        "host": f"127.0.0.1:{proxy.port}",
        "realm": "x",
        "schemes": "Basic",
        "previous_incorrect": "",
    }


def test_proxy_that_refuses_the_connection_is_reported(make: TransportFactory, lab: Lab) -> None:
    forbidden = http("403 Forbidden", b"policy")
    with raw_server(always(forbidden)) as proxy, pytest.raises(CertclientError) as caught:
        through(make, proxy, lab).post("https://ca.example.jp/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.PROXY_UNREACHABLE
    assert caught.value.data == {"status": "403", "host": f"127.0.0.1:{proxy.port}"}


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Unavailable", "504 Timeout"])
def test_proxy_that_cannot_reach_the_server_is_not_to_blame(
    make: TransportFactory, lab: Lab, status: str
) -> None:
    with raw_server(always(http(status, b""))) as proxy, pytest.raises(CertclientError) as caught:
        through(make, proxy, lab).post("https://ca.example.jp/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.NETWORK_UNREACHABLE
    assert caught.value.data["host"] == "ca.example.jp"


@pytest.mark.parametrize("host", ["a..b", "a" * 64])
def test_proxy_whose_name_is_none_is_reported(make: TransportFactory, host: str) -> None:
    """When its address is read, or when it is to be connected to: as an error of the proxy."""
    with pytest.raises(CertclientError) as caught:
        make(proxies=FixedProxy(f"http://{host}:8080")).get("https://localhost:1/", "text/plain")
    assert caught.value.code in (ErrorCode.PROXY_SETTING, ErrorCode.PROXY_UNREACHABLE)


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".jp"])
def test_server_whose_name_is_none_is_unreachable_through_a_proxy(
    make: TransportFactory, tls_server: RawServer, host: str
) -> None:
    with raw_server(tunnel(tls_server.port)) as proxy:
        transport = make(proxies=FixedProxy(f"http://127.0.0.1:{proxy.port}"))
        with pytest.raises(CertclientError) as caught:
            transport.get(f"https://{host}/", "text/plain")
    assert caught.value.code in (ErrorCode.NETWORK_UNREACHABLE, ErrorCode.TLS_UNTRUSTED)


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_unreachable_proxy_is_reported(make: TransportFactory, lab: Lab, scheme: str) -> None:
    proxy = RawServer(free_port())
    with pytest.raises(CertclientError) as caught:
        through(make, proxy, lab).post(f"{scheme}://localhost:1/pkix/", b"question", CMP)
    assert caught.value.code is ErrorCode.PROXY_UNREACHABLE
    assert caught.value.data["host"] == f"127.0.0.1:{proxy.port}"


def test_proxy_password_never_appears_in_an_error(make: TransportFactory, lab: Lab) -> None:
    transport = through(make, RawServer(free_port()), lab, "user:hidden-pass@")
    with pytest.raises(CertclientError) as caught:
        transport.post("https://localhost:1/pkix/", b"question", CMP)
    assert "hidden-pass" not in str(caught.value)


def test_proxy_that_intercepts_tls_is_reported(
    make: TransportFactory, tls_server: RawServer
) -> None:
    """The user sees the name of the CA that issues the proxy's certificates."""
    other_lab = make_lab(label="Other")
    with raw_server(tunnel(tls_server.port)) as proxy, pytest.raises(CertclientError) as caught:
        post(through(make, proxy, other_lab), tls_server)
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert caught.value.data["issuer"] == "Example Issuing CA"


def test_system_proxy_is_used_except_for_loopback(
    make: TransportFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        raw_server(always(http("407 No", b"", "Proxy-Authenticate: Basic realm=x"))) as proxy,
        raw_server(always(http("200 OK", b"answer"))) as server,
    ):
        monkeypatch.setenv("https_proxy", proxy.url())
        monkeypatch.setenv("http_proxy", proxy.url())
        monkeypatch.delenv("no_proxy", raising=False)
        assert make().post(server.url(), b"question", CMP) == b"answer"
        with pytest.raises(CertclientError) as caught:
            make().post("https://ca.example.jp/", b"question", CMP)
        assert caught.value.code is ErrorCode.PROXY_AUTHENTICATION


def test_probe_reports_an_unreachable_proxy(make: TransportFactory, lab: Lab) -> None:
    with pytest.raises(CertclientError) as caught:
        through(make, RawServer(free_port()), lab).probe("https://localhost:1/pkix/")
    assert caught.value.code is ErrorCode.PROXY_UNREACHABLE
