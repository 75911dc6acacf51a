"""The contract of transports: TLS with a client certificate. All servers are real.

The keys are in memory, so not on Windows, which knows its own only: tests/windows has WinHTTP's.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from certclient.ca.proxies import FixedProxy
from certclient.ca.transport import HttpRequest, HttpResponse, Timeouts, TlsIdentity, Transport
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm
from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer
from certclient.model.secret import Secret
from certclient.platform.proxies.logins import ProxyLogins
from contract.transports import TransportFactory
from support.pki import (
    CLIENT_AUTH,
    SERVER_AUTH,
    Lab,
    RsaSigner,
    certificate_pem,
    customer_name,
    ec_signer,
    make_lab,
    name,
    rsa_signer,
)
from support.raw_server import Piece, RawServer, always, http, raw_server, tls_context, tunnel

OLD_TLS, NEW_TLS = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.fixture
def identity(lab: Lab) -> TlsIdentity:
    """A customer's certificate with its key, below the lab's intermediate CA."""
    signer = rsa_signer(2)
    certificate = lab.intermediate.issue(signer.spki, customer_name(), usages=[CLIENT_AUTH])
    return TlsIdentity(certificate, tuple(lab.chain), signer)


@dataclass
class BankServer:
    """Contexts of servers that ask for a client certificate."""

    lab: Lab
    folder: Path

    def context(
        self,
        version: ssl.TLSVersion | None = None,
        *,
        trusted: Lab | None = None,
        host: str = "localhost",
        days: int = 365,
    ) -> ssl.SSLContext:
        """`trusted`: the CA whose clients are accepted; `host`, `days`: of its own certificate."""
        key = rsa_signer(1)
        leaf = self.lab.intermediate.issue(
            key.spki, usages=[SERVER_AUTH], dns_names=[host], days=days
        )
        context = tls_context(self.folder, [leaf, *self.lab.chain], key)
        context.verify_mode = ssl.CERT_REQUIRED
        anchors = (trusted or self.lab).anchors
        context.load_verify_locations(cadata=certificate_pem(*anchors).decode())
        if version is not None:
            context.minimum_version = context.maximum_version = version
        return context


@pytest.fixture
def bank(lab: Lab, tmp_path: Path) -> BankServer:
    return BankServer(lab, tmp_path)


def get(transport: Transport, server: RawServer, identity: TlsIdentity) -> HttpResponse:
    url = server.url("https", "localhost")
    return transport.exchange(HttpRequest("GET", url, identity=identity))


def error_of(
    transport: Transport, context: ssl.SSLContext, identity: TlsIdentity
) -> CertclientError:
    """The error of an exchange with a server that would answer after the handshake."""
    with raw_server(always(http("200 OK", b"welcome")), context) as server:
        with pytest.raises(CertclientError) as caught:
            get(transport, server, identity)
        return caught.value


@pytest.mark.parametrize("version", [OLD_TLS, NEW_TLS], ids=["1.2", "1.3"])
def test_server_that_asks_gets_the_certificate(
    make: TransportFactory, bank: BankServer, identity: TlsIdentity, version: ssl.TLSVersion
) -> None:
    transport = make(bank.lab.anchors)
    assert transport.can_authenticate(identity)
    with raw_server(always(http("200 OK", b"welcome")), bank.context(version)) as server:
        assert get(transport, server, identity).body == b"welcome"


@pytest.mark.parametrize("version", [OLD_TLS, NEW_TLS], ids=["1.2", "1.3"])
@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=["P-256", "P-384"])
def test_keys_on_curves_log_in(
    make: TransportFactory, bank: BankServer, curve: ec.EllipticCurve, version: ssl.TLSVersion
) -> None:
    signer = ec_signer(curve)
    certificate = bank.lab.intermediate.issue(signer.spki, customer_name(), usages=[CLIENT_AUTH])
    shuffled = (*bank.lab.anchors, *bank.lab.chain)
    identity = TlsIdentity(certificate, shuffled, signer)
    with raw_server(always(http("200 OK", b"welcome")), bank.context(version)) as server:
        assert get(make(bank.lab.anchors), server, identity).body == b"welcome"


def test_key_of_another_kind_cannot_log_in(make: TransportFactory, bank: BankServer) -> None:
    signer = ec_signer(ec.SECP521R1())
    certificate = bank.lab.intermediate.issue(signer.spki, customer_name(), usages=[CLIENT_AUTH])
    identity = TlsIdentity(certificate, (), signer)
    assert not make(bank.lab.anchors).can_authenticate(identity)
    error = error_of(make(bank.lab.anchors), bank.context(), identity)
    assert (error.code, error.data) == (ErrorCode.KEY_UNSUPPORTED, {"problem": "tls"})


@pytest.mark.parametrize("version", [OLD_TLS, NEW_TLS], ids=["1.2", "1.3"])
def test_server_that_refuses_the_certificate_is_reported(
    make: TransportFactory, bank: BankServer, identity: TlsIdentity, version: ssl.TLSVersion
) -> None:
    """In TLS 1.3 the refusal arrives only after the handshake (RFC 8446, 4.4.2.4)."""
    context = bank.context(version, trusted=make_lab(label="Other"))
    error = error_of(make(bank.lab.anchors), context, identity)
    assert error.code is ErrorCode.CLIENT_CERTIFICATE_REFUSED
    assert error.data["host"] == "localhost"
    assert "48" in error.data["reason"], "unknown_ca"


def test_server_that_does_not_ask_gets_no_signature(
    make: TransportFactory, bank: BankServer, identity: TlsIdentity
) -> None:
    context = bank.context()
    context.verify_mode = ssl.CERT_NONE
    with raw_server(always(http("200 OK", b"welcome")), context) as server:
        assert get(make(bank.lab.anchors), server, identity).status == 200
    assert not signed(identity)


@pytest.mark.parametrize("fault", ["authority", "host", "date"])
def test_server_that_is_not_the_bank_gets_no_signature(
    make: TransportFactory, bank: BankServer, identity: TlsIdentity, fault: str
) -> None:
    context = bank.context(
        host="other.example.jp" if fault == "host" else "localhost",
        days=-1 if fault == "date" else 365,
    )
    anchors = make_lab(label="Other").anchors if fault == "authority" else bank.lab.anchors
    error = error_of(make(anchors), context, identity)
    assert error.code is ErrorCode.TLS_UNTRUSTED
    assert {"authority": "issuer", "host": "mismatch", "date": "expired"}[fault] in (
        error.data["reason"]
    )
    assert error.data["issuer"] == "Example Issuing CA"
    assert not signed(identity)


def test_wrong_clock_is_told_from_a_wrong_server(
    make: TransportFactory, bank: BankServer, identity: TlsIdentity
) -> None:
    """The server's certificate ended yesterday; its own clock says that this was in future."""
    context = bank.context(days=-1)
    context.verify_mode = ssl.CERT_OPTIONAL
    answer = http("200 OK", b"welcome", "Date: Sun, 01 Mar 2020 10:00:00 GMT")
    with raw_server(always(answer), context) as server, pytest.raises(CertclientError) as caught:
        get(make(bank.lab.anchors), server, identity)
    assert caught.value.code is ErrorCode.CLOCK_WRONG
    assert not signed(identity)


def test_system_roots_apply_without_anchors(
    make: TransportFactory,
    bank: BankServer,
    identity: TlsIdentity,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root_file = tmp_path / "root.pem"
    root_file.write_bytes(certificate_pem(*bank.lab.anchors))
    with raw_server(always(http("200 OK", b"welcome")), bank.context()) as server:
        with pytest.raises(CertclientError) as caught:
            get(make(), server, identity)
        assert caught.value.code is ErrorCode.TLS_UNTRUSTED
        monkeypatch.setenv("SSL_CERT_FILE", str(root_file))
        assert get(make(), server, identity).body == b"welcome"


@pytest.mark.parametrize(
    "others",
    [
        (),
        (x509.RFC822Name("web@bank.example.jp"),),
        (x509.IPAddress(ip_address("192.0.2.1")),),
    ],
    ids=["alone", "beside a mail address", "beside an IP address"],
)
def test_common_name_is_no_host_name(
    make: TransportFactory,
    bank: BankServer,
    identity: TlsIdentity,
    tmp_path: Path,
    others: tuple[x509.GeneralName, ...],
) -> None:
    key = rsa_signer(1)
    common_name = name((NameOID.COMMON_NAME, "localhost"))
    leaf = bank.lab.intermediate.issue(
        key.spki, common_name, usages=[SERVER_AUTH], other_names=others
    )
    context = tls_context(tmp_path, [leaf, *bank.lab.chain], key)
    error = error_of(make(bank.lab.anchors), context, identity)
    assert error.code is ErrorCode.TLS_UNTRUSTED
    assert not signed(identity)
    assert "host name mismatch" in error.data["reason"]


def test_certificate_of_a_client_is_no_servers(
    make: TransportFactory, bank: BankServer, identity: TlsIdentity, tmp_path: Path
) -> None:
    """A customer of the same bank could else play its server."""
    key = rsa_signer(1)
    leaf = bank.lab.intermediate.issue(key.spki, usages=[CLIENT_AUTH], dns_names=["localhost"])
    context = tls_context(tmp_path, [leaf, *bank.lab.chain], key)
    error = error_of(make(bank.lab.anchors), context, identity)
    assert error.code is ErrorCode.TLS_UNTRUSTED
    assert not signed(identity)


def signed(identity: TlsIdentity) -> bool:
    """Whether the key has been used."""
    assert isinstance(identity.signer, RsaSigner)
    return bool(identity.signer.signed)


def test_plain_http_is_refused(make: TransportFactory, identity: TlsIdentity) -> None:
    with raw_server(always(http("200 OK", b"welcome"))) as server:
        with pytest.raises(CertclientError) as caught:
            make().exchange(HttpRequest("GET", server.url(), identity=identity))
        assert server.requests == []
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED


def test_silent_and_closing_servers_are_network_errors(
    make: TransportFactory, bank: BankServer, identity: TlsIdentity
) -> None:
    short = Timeouts(connect=5.0, read=0.3, total=0.6)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never says anything
        request = HttpRequest(
            "GET", f"https://localhost:{silent.getsockname()[1]}/", identity=identity
        )
        with pytest.raises(CertclientError) as caught:
            make(bank.lab.anchors, timeouts=short).exchange(request)
    assert caught.value.code is ErrorCode.NETWORK_TIMEOUT
    with (
        raw_server(always(), bank.context()) as server,
        pytest.raises(CertclientError) as caught,
    ):
        get(make(bank.lab.anchors), server, identity)
    assert caught.value.code is ErrorCode.NETWORK_UNREACHABLE


def test_interrupt_ends_a_handshake(
    make: TransportFactory, bank: BankServer, identity: TlsIdentity
) -> None:
    transport = make(bank.lab.anchors)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(100)
        url = f"https://localhost:{silent.getsockname()[1]}/"

        def interrupt() -> None:
            with silent.accept()[0]:
                transport.interrupt()

        accepted = threading.Thread(target=interrupt)
        accepted.start()
        with pytest.raises(CertclientError) as caught:
            transport.exchange(HttpRequest("GET", url, identity=identity))
        accepted.join()
    assert caught.value.code is ErrorCode.NETWORK_STOPPED


def test_way_through_a_proxy_with_a_login(
    make: TransportFactory, bank: BankServer, identity: TlsIdentity
) -> None:
    def guarded(request: bytes) -> Iterable[Piece]:
        if b"Proxy-Authorization: Basic " not in request:
            return [http("407 Login", b"", "Proxy-Authenticate: Basic realm=x")]
        return tunnel(server.port)(request)

    logins = ProxyLogins()
    with (
        raw_server(always(http("200 OK", b"welcome")), bank.context()) as server,
        raw_server(guarded) as proxy,
    ):
        address = f"127.0.0.1:{proxy.port}"
        logins.answer(address, ProxyLoginAnswer(ProxyLogin("taro", Secret("secret"))))
        transport = make(bank.lab.anchors, proxies=FixedProxy(f"http://{address}"), logins=logins)
        assert get(transport, server, identity).body == b"welcome"


@dataclass(frozen=True)
class WithoutPss:
    """A key on a token that signs by PKCS#1 v1.5 only."""

    inner: RsaSigner

    @property
    def spki(self) -> bytes:
        return self.inner.spki

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        return self.inner.sign(data, algorithm)

    def sign_digest(self, digest: bytes, algorithm: SignatureAlgorithm) -> bytes:
        if "PSS" in algorithm.name:
            raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="CKR_MECHANISM_INVALID")
        return self.inner.sign_digest(digest, algorithm)


@pytest.fixture
def without_pss(identity: TlsIdentity) -> TlsIdentity:
    assert isinstance(identity.signer, RsaSigner)
    return replace(identity, signer=WithoutPss(identity.signer))


def test_key_without_pss_logs_in_by_tls_1_2(
    make: TransportFactory, bank: BankServer, without_pss: TlsIdentity
) -> None:
    with raw_server(always(http("200 OK", b"welcome")), bank.context()) as server:
        assert get(make(bank.lab.anchors), server, without_pss).body == b"welcome"


def test_key_without_pss_is_told_where_only_tls_1_3_is_taken(
    make: TransportFactory, bank: BankServer, without_pss: TlsIdentity
) -> None:
    error = error_of(make(bank.lab.anchors), bank.context(NEW_TLS), without_pss)
    assert error.code is ErrorCode.KEY_UNSUPPORTED
    assert error.data == {"problem": "tls-pss", "reason": "CKR_MECHANISM_INVALID"}


def test_error_of_the_store_passes_through(
    make: TransportFactory, bank: BankServer, identity: TlsIdentity
) -> None:
    class Removed(WithoutPss):
        def sign_digest(self, digest: bytes, algorithm: SignatureAlgorithm) -> bytes:
            raise CertclientError(ErrorCode.TOKEN_REMOVED, token="BANK-01")

    assert isinstance(identity.signer, RsaSigner)
    removed = replace(identity, signer=Removed(identity.signer))
    error = error_of(make(bank.lab.anchors), bank.context(), removed)
    assert (error.code, error.data) == (ErrorCode.TOKEN_REMOVED, {"token": "BANK-01"})
