"""The login test: WinHTTP with the new certificate, against the practice bank on Linux."""

from __future__ import annotations

import ssl
import sys
from dataclasses import replace
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from certclient.bootstrap import clock
from certclient.ca.factory import login_transport_for
from certclient.ca.proxies import FixedProxy
from certclient.ca.transport import TlsIdentity
from certclient.enrollment.login_test import LOGIN_REJECTIONS, log_in
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.model.profile import Profile
from certclient.platform.proxies.routes import DIRECT
from certclient.store.base import no_pin
from certclient.store.windows.store import WindowsStore
from support.bank_service import BankService
from support.pki import SERVER_AUTH, Lab, certificate_pem, make_lab, rsa_signer
from support.raw_server import always, free_port, http, raw_server, tls_context, tunnel
from support.windows_pc import CNG, WindowsPc

if CNG:
    pytest.skip("Wine's crypt32 finds no CNG key for TLS", allow_module_level=True)


@pytest.fixture
def installed(windows_pc: WindowsPc, bank_service: BankService) -> tuple[WindowsStore, Certificate]:
    """A customer's new certificate in the Windows store."""
    user_id = bank_service.new_customer()
    store = windows_pc.store()
    with store.open(no_pin) as session:
        key = session.create_key(KeySpec(), "certclient login")
        certificate = bank_service.issue_certificate(user_id, session.signer(key).spki, 300)
        session.install_intermediates([bank_service.intermediate()])
        session.install(key, certificate, "login")
    return store, certificate


Installed = tuple[WindowsStore, Certificate]


def login(installed: Installed, profile: Profile, proxy: str | None = None) -> None:
    store, certificate = installed
    transport = login_transport_for(profile, clock, None if proxy is None else FixedProxy(proxy))
    assert transport is not None
    key = next(s.key for s in store.certificates() if s.certificate == certificate)
    assert key is not None
    with store.open(no_pin) as session:
        identity = TlsIdentity(certificate, (), session.signer(key))
        assert transport.can_authenticate(identity)
        log_in(transport, identity, profile.login_test_url)


def refusal(installed: Installed, profile: Profile, proxy: str | None = None) -> CertclientError:
    with pytest.raises(CertclientError) as error:
        login(installed, profile, proxy)
    return error.value


def server_context(folder: Path, lab: Lab) -> ssl.SSLContext:
    """TLS context of a server named localhost."""
    key = rsa_signer()
    leaf = lab.intermediate.issue(key.spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    return tls_context(folder, (leaf, *lab.chain), key)


def test_new_certificate_logs_in(installed: Installed, bank_service: BankService) -> None:
    login(installed, bank_service.profile())


def test_revoked_certificate_is_refused(installed: Installed, bank_service: BankService) -> None:
    bank_service.revoke(installed[1])
    error = refusal(installed, bank_service.profile())
    assert (error.code, error.data["status"]) == (ErrorCode.LOGIN_REFUSED, "403")
    assert error.code in LOGIN_REJECTIONS


def test_server_with_other_anchors_is_rejected(
    installed: Installed, bank_service: BankService
) -> None:
    profile = replace(bank_service.profile(), tls_anchors=make_lab().anchors)
    error = refusal(installed, profile)
    assert error.code is ErrorCode.TLS_UNTRUSTED
    assert error.data["issuer"] == bank_service.intermediate().common_name
    assert error.code not in LOGIN_REJECTIONS, "it proves nothing about the certificate"


def test_windows_anchors_apply_without_profile_anchors(
    installed: Installed, bank_service: BankService
) -> None:
    error = refusal(installed, replace(bank_service.profile(), tls_anchors=()))
    result_under_wine = ErrorCode.LOGIN_FAILED
    assert error.code in (ErrorCode.TLS_UNTRUSTED, result_under_wine)


def test_unreachable_server_is_inconclusive(
    installed: Installed, bank_service: BankService
) -> None:
    url = f"https://localhost:{free_port()}/"
    profile = replace(bank_service.profile(), login_test_url=url)
    error = refusal(installed, profile)
    assert error.code is ErrorCode.NETWORK_UNREACHABLE
    assert error.code not in LOGIN_REJECTIONS


def test_tls_refusal_of_certificate_is_conclusive(
    installed: Installed, bank_service: BankService, tmp_path: Path
) -> None:
    """The server accepts certificates of another CA only, and aborts the handshake."""
    lab = make_lab(label="Another bank")
    context = server_context(tmp_path, lab)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=certificate_pem(*lab.anchors).decode())
    with raw_server(always(http("200 OK", b"come in")), context) as server:
        profile = replace(
            bank_service.profile(),
            login_test_url=server.url("https", "localhost"),
            tls_anchors=lab.anchors,
        )
        error = refusal(installed, profile)
    assert error.code in LOGIN_REJECTIONS
    assert server.requests == []


# Through a proxy set by an administrator or the environment


def test_login_uses_given_proxy(
    installed: Installed, bank_service: BankService, tmp_path: Path
) -> None:
    """REAL_WINDOWS.md covers a proxy with authentication: Wine continues as if it had accepted."""
    lab = make_lab()
    with (
        raw_server(always(http("200 OK", b"come in")), server_context(tmp_path, lab)) as server,
        raw_server(tunnel(server.port)) as proxy,
    ):
        profile = replace(
            bank_service.profile(),
            login_test_url=server.url("https", "localhost"),
            tls_anchors=lab.anchors,
        )
        login(installed, profile, f"http://127.0.0.1:{proxy.port}")
        login(installed, profile, DIRECT)
    (request,) = proxy.requests
    assert request.startswith(f"CONNECT localhost:{server.port} ".encode())
    assert len(server.requests) == 2


def test_unreachable_proxy_is_inconclusive(installed: Installed, bank_service: BankService) -> None:
    error = refusal(installed, bank_service.profile(), f"http://127.0.0.1:{free_port()}")
    assert error.code in (ErrorCode.NETWORK_UNREACHABLE, ErrorCode.PROXY_UNREACHABLE)


def test_deleted_certificate_cannot_log_in(installed: Installed, bank_service: BankService) -> None:
    store, certificate = installed
    profile = bank_service.profile()
    transport = login_transport_for(profile, clock)
    assert transport is not None
    key = next(s.key for s in store.certificates() if s.certificate == certificate)
    assert key is not None
    with store.open(no_pin) as session:
        identity = TlsIdentity(certificate, (), session.signer(key))
        session.delete(certificate)
        with pytest.raises(CertclientError) as error:
            log_in(transport, identity, profile.login_test_url)
    assert error.value.code is ErrorCode.CERTIFICATE_NOT_FOUND
