"""Who opens TLS on the way although this computer trusts it: warned of, and never a false alarm."""

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
from certclient.ca.tls.opener import KnownRoots, issuer_name, opener, system_roots
from certclient.ca.tls.probe import Way
from certclient.ca.transport import HttpTransport
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

Serve = Callable[[Sequence[Certificate]], Way]


def shown_by(lab: Lab) -> tuple[Certificate, ...]:
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
    """Starts a server that shows these certificates; gives the way to it."""
    with contextlib.ExitStack() as servers:

        def start(chain: Sequence[Certificate]) -> Way:
            context = tls_context(tmp_path, chain, rsa_signer(1))
            server = servers.enter_context(raw_server(always(), context))
            return Way(server.url("https", "localhost"), DIRECT, 10)

        yield start


def test_a_public_root_is_the_server_s_own(serve: Serve, bank: Lab) -> None:
    assert opener(serve(shown_by(bank)), KnownRoots(roots(bank))) is None


def test_a_public_root_is_no_alarm_whatever_its_name(serve: Serve) -> None:
    """Makers of security products run public CAs as well."""
    lab = make_lab(label="Cisco Public")
    assert opener(serve(shown_by(lab)), KnownRoots(roots(lab), roots(lab))) is None


def test_a_root_that_was_installed_here_is_named(serve: Serve, bank: Lab, company: Lab) -> None:
    known = KnownRoots(roots(bank), roots(company, bank))
    assert opener(serve(shown_by(company)), known) == "Example Kogyo Proxy Issuing CA"


def test_where_the_system_lists_no_roots_each_one_that_is_not_public_counts(
    serve: Serve, bank: Lab, company: Lab
) -> None:
    way = serve(shown_by(company))
    assert opener(way, KnownRoots(roots(bank))) == "Example Kogyo Proxy Issuing CA"


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_known_product_names_itself_even_where_its_root_is_not_found(
    serve: Serve, bank: Lab, product: str
) -> None:
    way = serve(shown_by(make_lab(label=product)))
    assert opener(way, KnownRoots(roots(bank), ())) == f"{product} Issuing CA"


def test_an_incomplete_chain_of_a_stranger_is_no_alarm(
    serve: Serve, bank: Lab, company: Lab
) -> None:
    """A server that leaves its intermediate CA out; Windows fetches that by itself."""
    assert opener(serve(shown_by(company)[:1]), KnownRoots(roots(bank), ())) is None


def test_a_missing_intermediate_that_this_computer_has_leads_to_the_public_root(
    serve: Serve, bank: Lab
) -> None:
    own, issuing = shown_by(bank)
    way = serve((own,))
    assert opener(way, KnownRoots(roots(bank), (), (issuing.der,))) is None
    assert opener(way, KnownRoots((), None, (issuing.der,))) == "Public Issuing CA", (
        "it helps to find the way, and is no root"
    )


def test_the_public_root_s_names_with_another_key_are_found_out(serve: Serve, bank: Lab) -> None:
    """The box copies the names of the real chain."""
    forged = make_lab(label="Forged").intermediate
    impostor = TestCa(bank.intermediate.certificate, forged.key, bank.now)
    own = impostor.issue(rsa_signer(1).spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    assert opener(serve((own, *bank.chain)), KnownRoots(roots(bank))) == "Public Issuing CA"


def test_the_bank_s_own_root_is_known_by_its_profile(serve: Serve, bank: Lab, company: Lab) -> None:
    known = KnownRoots(roots(bank)).knowing(company.anchors)
    assert opener(serve(shown_by(company)), known) is None


def test_no_connection_says_nothing(bank: Lab) -> None:
    way = Way(f"https://localhost:{free_port()}/", DIRECT, 10)
    assert opener(way, KnownRoots(roots(bank))) is None


def test_a_product_is_named_where_the_issuer_s_name_does_not_tell_it() -> None:
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


def test_this_computer_knows_public_roots() -> None:
    """All of them: banks in Japan use SECOM's, whose serial number 0 not every library reads."""
    known = system_roots()
    assert len(known.public) > 100
    secom = b"Security Communication RootCA2"
    assert any(secom in root for root in known.public)
    assert (known.local is None) is (sys.platform != "win32")


# --- Over a real connection ----------------------------------------------------------------------


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[tuple[RawServer, Lab]]:
    """A virus scanner that answers in the bank's place with a certificate of its own making."""
    lab = make_lab(label="ESET SSL Filter")
    context = tls_context(tmp_path, shown_by(lab), rsa_signer(1))
    with raw_server(always(http("405 Not Allowed", b"")), context) as server:
        yield server, lab


def probed(server: RawServer, transport: HttpTransport) -> Sequence[CertclientError]:
    return transport.probe(server.url("https", "localhost"))


def test_a_scanner_that_the_system_trusts_is_warned_of_and_does_not_stop(
    scanner: tuple[RawServer, Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, lab = scanner
    root = tmp_path / "root.pem"
    root.write_bytes(certificate_pem(*lab.anchors))
    monkeypatch.setenv("SSL_CERT_FILE", str(root))  # of no use on Windows; Wine trusts every root
    (remark,) = probed(server, HttpTransport())
    assert remark.code is ErrorCode.TLS_OPENED
    assert remark.data == {"host": "localhost", "issuer": "ESET SSL Filter Issuing CA"}


def test_it_is_found_behind_a_proxy_too(
    scanner: tuple[RawServer, Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, lab = scanner
    root = tmp_path / "root.pem"
    root.write_bytes(certificate_pem(*lab.anchors))
    monkeypatch.setenv("SSL_CERT_FILE", str(root))
    with raw_server(tunnel(server.port)) as proxy:
        transport = HttpTransport(proxies=FixedProxy(f"http://127.0.0.1:{proxy.port}"))
        (remark,) = probed(server, transport)
        assert len(proxy.requests) > 1, "the look at the certificate goes there as well"
    assert remark.code is ErrorCode.TLS_OPENED


def test_the_public_server_itself_is_not_warned_of(
    scanner: tuple[RawServer, Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, lab = scanner
    root = tmp_path / "root.pem"
    root.write_bytes(certificate_pem(*lab.anchors))
    monkeypatch.setenv("SSL_CERT_FILE", str(root))
    assert probed(server, HttpTransport(roots=lambda: KnownRoots(roots(lab)))) == []


def test_with_roots_of_the_profile_a_scanner_stops_and_those_of_the_bank_are_enough(
    scanner: tuple[RawServer, Lab],
) -> None:
    server, lab = scanner
    assert probed(server, HttpTransport(lab.anchors)) == []
    with pytest.raises(CertclientError) as caught:
        probed(server, HttpTransport(make_lab(label="Bank").anchors))
    assert caught.value.code is ErrorCode.TLS_UNTRUSTED
    assert caught.value.data["issuer"] == "ESET SSL Filter Issuing CA"
