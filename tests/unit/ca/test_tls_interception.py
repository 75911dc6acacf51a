"""Interception of TLS by a trusted root causes a warning, without false alarms."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from certclient.ca.proxies import FixedProxy
from certclient.ca.tls.interception import KnownRoots, find_interceptor, issuer_name, system_roots
from certclient.ca.tls.probe import TlsRoute
from certclient.ca.transports.http import HttpTransport
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.proxies.routes import DIRECT
from support.pki import (
    SERVER_AUTH,
    Lab,
    TestCa,
    ca_name,
    certificate_pem,
    ec_key,
    make_lab,
    name,
    rsa_signer,
)
from support.raw_server import RawServer, always, free_port, http, raw_server, tls_context, tunnel

PRODUCTS = ("ESET SSL Filter", "Kaspersky Anti-Virus Personal", "Avast Web/Mail Shield", "Zscaler")

Serve = Callable[[Sequence[Certificate]], TlsRoute]


def served_chain(lab: Lab) -> tuple[Certificate, ...]:
    own = lab.intermediate.issue(rsa_signer(1).spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    return (own, *lab.chain)


def roots(*labs: Lab) -> tuple[bytes, ...]:
    return tuple(anchor.der for lab in labs for anchor in lab.anchors)


@pytest.fixture(scope="module")
def bank() -> Lab:
    return make_lab(label="Public")


@pytest.fixture(scope="module")
def company() -> Lab:
    return make_lab(label="Example Kogyo Proxy")


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a server with the given chain and returns the route to it."""
    with contextlib.ExitStack() as servers:

        def start(chain: Sequence[Certificate]) -> TlsRoute:
            context = tls_context(tmp_path, chain, rsa_signer(1))
            server = servers.enter_context(raw_server(always(), context))
            return TlsRoute(server.url("https", "localhost"), DIRECT, 10)

        yield start


def test_public_root_is_not_reported(serve: Serve, bank: Lab) -> None:
    assert find_interceptor(serve(served_chain(bank)), KnownRoots(roots(bank))) is None


def test_public_root_named_like_a_security_product_is_not_reported(serve: Serve) -> None:
    """Vendors of security products operate public CAs, too."""
    lab = make_lab(label="Cisco Public")
    assert find_interceptor(serve(served_chain(lab)), KnownRoots(roots(lab), roots(lab))) is None


def test_locally_installed_root_is_reported(serve: Serve, bank: Lab, company: Lab) -> None:
    known = KnownRoots(roots(bank), roots(company, bank))
    assert find_interceptor(serve(served_chain(company)), known) == "Example Kogyo Proxy Issuing CA"


def test_any_non_public_root_is_reported_if_the_system_lists_no_roots(
    serve: Serve, bank: Lab, company: Lab
) -> None:
    route = serve(served_chain(company))
    assert find_interceptor(route, KnownRoots(roots(bank))) == "Example Kogyo Proxy Issuing CA"


@pytest.mark.parametrize("product", PRODUCTS)
def test_known_product_is_reported_even_if_its_root_is_not_found(
    serve: Serve, bank: Lab, product: str
) -> None:
    route = serve(served_chain(make_lab(label=product)))
    assert find_interceptor(route, KnownRoots(roots(bank), ())) == f"{product} Issuing CA"


def test_incomplete_chain_of_an_unknown_issuer_is_not_reported(
    serve: Serve, bank: Lab, company: Lab
) -> None:
    """A server that omits its intermediate CA certificate; Windows fetches it automatically."""
    assert find_interceptor(serve(served_chain(company)[:1]), KnownRoots(roots(bank), ())) is None


def test_missing_intermediate_is_completed_from_the_system_store(serve: Serve, bank: Lab) -> None:
    own, issuing = served_chain(bank)
    route = serve((own,))
    assert find_interceptor(route, KnownRoots(roots(bank), (), (issuing.der,))) is None
    assert find_interceptor(route, KnownRoots((), None, (issuing.der,))) == "Public Issuing CA", (
        "an intermediate completes the path but is not a root"
    )


def test_forged_chain_with_the_names_of_a_public_root_is_reported(serve: Serve, bank: Lab) -> None:
    """The intercepting appliance copies the names of the genuine chain."""
    forged = make_lab(label="Forged").intermediate
    impostor = TestCa(bank.intermediate.certificate, forged.key, bank.now)
    own = impostor.issue(rsa_signer(1).spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    assert (
        find_interceptor(serve((own, *bank.chain)), KnownRoots(roots(bank))) == "Public Issuing CA"
    )


def test_root_from_the_profile_is_not_reported(serve: Serve, bank: Lab, company: Lab) -> None:
    known = KnownRoots(roots(bank)).with_anchors(company.anchors)
    assert find_interceptor(serve(served_chain(company)), known) is None


def test_failed_connection_reports_nothing(bank: Lab) -> None:
    route = TlsRoute(f"https://localhost:{free_port()}/", DIRECT, 10)
    assert find_interceptor(route, KnownRoots(roots(bank))) is None


def test_issuer_name_includes_the_organization() -> None:
    authority = name(
        (NameOID.ORGANIZATION_NAME, "Fortinet"), (NameOID.COMMON_NAME, "FGT60E4Q16000001")
    )
    key = ec_key()
    builder = x509.CertificateBuilder().issuer_name(authority).subject_name(ca_name("localhost"))
    now = datetime.now(UTC)
    made = (
        builder.public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    shown = Certificate.from_der(made.public_bytes(Encoding.DER))
    assert issuer_name((shown,)) == "FGT60E4Q16000001 (Fortinet)"
    assert issuer_name(()) == ""


def test_system_roots_include_the_public_roots() -> None:
    """Including SECOM's: Japanese banks use it, and some libraries reject its serial number 0."""
    known = system_roots()
    assert len(known.public) > 100
    secom = b"Security Communication RootCA2"
    assert any(secom in root for root in known.public)
    assert (known.local is None) is (sys.platform != "win32")


# --- Over a real connection ----------------------------------------------------------------------


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[tuple[RawServer, Lab]]:
    """An antivirus scanner that impersonates the bank with a certificate it issued itself."""
    lab = make_lab(label="ESET SSL Filter")
    context = tls_context(tmp_path, served_chain(lab), rsa_signer(1))
    with raw_server(always(http("405 Not Allowed", b"")), context) as server:
        yield server, lab


def probed(server: RawServer, transport: HttpTransport) -> Sequence[CertclientError]:
    return transport.probe(server.url("https", "localhost"))


def test_trusted_scanner_is_a_warning_not_an_error(
    scanner: tuple[RawServer, Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, lab = scanner
    root = tmp_path / "root.pem"
    root.write_bytes(certificate_pem(*lab.anchors))
    monkeypatch.setenv("SSL_CERT_FILE", str(root))  # no effect on Windows; Wine trusts every root
    (warning,) = probed(server, HttpTransport())
    assert warning.code is ErrorCode.TLS_OPENED
    assert warning.data == {"host": "localhost", "issuer": "ESET SSL Filter Issuing CA"}


def test_scanner_behind_a_proxy_is_reported(
    scanner: tuple[RawServer, Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, lab = scanner
    root = tmp_path / "root.pem"
    root.write_bytes(certificate_pem(*lab.anchors))
    monkeypatch.setenv("SSL_CERT_FILE", str(root))
    with raw_server(tunnel(server.port)) as proxy:
        transport = HttpTransport(proxies=FixedProxy(f"http://127.0.0.1:{proxy.port}"))
        (warning,) = probed(server, transport)
        assert len(proxy.requests) > 1, "the certificate check uses the proxy, too"
    assert warning.code is ErrorCode.TLS_OPENED


def test_genuine_public_server_causes_no_warning(
    scanner: tuple[RawServer, Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, lab = scanner
    root = tmp_path / "root.pem"
    root.write_bytes(certificate_pem(*lab.anchors))
    monkeypatch.setenv("SSL_CERT_FILE", str(root))
    assert probed(server, HttpTransport(roots=lambda: KnownRoots(roots(lab)))) == []


def test_genuine_public_server_is_known_by_the_connection_that_is_open(
    scanner: tuple[RawServer, Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, lab = scanner
    root = tmp_path / "root.pem"
    root.write_bytes(certificate_pem(*lab.anchors))
    monkeypatch.setenv("SSL_CERT_FILE", str(root))
    with raw_server(tunnel(server.port)) as proxy:
        way = FixedProxy(f"http://127.0.0.1:{proxy.port}")
        transport = HttpTransport(proxies=way, roots=lambda: KnownRoots(roots(lab)))
        assert probed(server, transport) == []
        assert len(proxy.requests) == 1


def test_profile_anchors_decide_whether_a_scanner_is_an_error(
    scanner: tuple[RawServer, Lab],
) -> None:
    server, lab = scanner
    assert probed(server, HttpTransport(lab.anchors)) == []
    with pytest.raises(CertclientError) as caught:
        probed(server, HttpTransport(make_lab(label="Bank").anchors))
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert caught.value.data["issuer"] == "ESET SSL Filter Issuing CA"
