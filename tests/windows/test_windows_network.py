"""WinHTTP with Windows' roots and with proxies that ask for a login.

Wine reads the roots once per process, so each test of them connects from a process of its own. Of
logins, Wine knows Basic, and only for http: it takes any response to CONNECT for yes
(REAL_WINDOWS.md).
"""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from cryptography.x509.oid import NameOID

from certclient.ca.proxies import FixedProxy
from certclient.ca.transports.winhttp import WinHttpTransport
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer
from certclient.model.secret import Secret
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import Routes
from certclient.store.windows import crypt32
from support.pki import SERVER_AUTH, Lab, make_lab, name, rsa_signer
from support.raw_server import Piece, RawServer, always, http, raw_server, tls_context

PROBE = """
import sys
from certclient.ca.transports.system import system_transport
from certclient.model.errors import CertclientError
try:
    remarks = system_transport().probe(sys.argv[1])
except CertclientError as error:
    remarks = [error]
print(*(f"{one.code.code} {one.data.get('issuer', '')}" for one in remarks), sep="\\n")
"""


def probed(server: RawServer, *roots: Certificate) -> list[str]:
    """What `probe` reports of the server, with `roots` among the user's trusted roots."""
    with crypt32.opened("Root", writable=True) as store:
        for root in roots:
            store.add(root, "", None)
        try:
            done = subprocess.run(
                [sys.executable, "-c", PROBE, server.url("https", "localhost")],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                capture_output=True,
                text=True,
                check=True,
            )
        finally:
            for root in roots:
                store.delete(root)
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


@pytest.fixture
def lab() -> Lab:
    return make_lab(label="Example Kogyo Proxy")


@pytest.mark.parametrize("trusted", [True, False])
def test_company_root_is_reported_if_trusted_and_refused_otherwise(
    lab: Lab, tmp_path: Path, trusted: bool
) -> None:
    key = rsa_signer(1)
    own = lab.intermediate.issue(key.spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    context = tls_context(tmp_path, (own, *lab.chain), key)
    with raw_server(always(http("405 No", b"")), context) as server:
        found = probed(server, *(lab.anchors if trusted else ()))
    code = "CC-NET-TLS-OPENED" if trusted else "CC-NET-TLS"
    assert found == [f"{code} Example Kogyo Proxy Issuing CA"]


def test_server_is_refused_without_subject_alternative_name(lab: Lab, tmp_path: Path) -> None:
    """Windows itself still takes a Common Name for the server's."""
    key = rsa_signer(1)
    common_name = name((NameOID.COMMON_NAME, "localhost"))
    own = lab.intermediate.issue(key.spki, common_name, usages=[SERVER_AUTH])
    context = tls_context(tmp_path, (own, *lab.chain), key)
    with raw_server(always(http("200 OK", b"")), context) as server:
        assert probed(server, *lab.anchors) == ["CC-NET-TLS Example Kogyo Proxy Issuing CA"]


def test_clock_that_is_years_off_is_named_in_place_of_the_server(lab: Lab, tmp_path: Path) -> None:
    key = rsa_signer(1)
    own = lab.intermediate.issue(key.spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    context = tls_context(tmp_path, (own, *lab.chain), key)
    now = datetime.now(UTC)
    answer = always(http("200 OK", b"", f"Date: {format_datetime(now, usegmt=True)}"))
    transport = WinHttpTransport(lab.anchors, clock=lambda: now + timedelta(days=4000))
    with raw_server(answer, context) as server, pytest.raises(CertclientError) as caught:
        transport.post(server.url("https", "localhost"), b"question", "application/pkixcmp")
    assert caught.value.code is ErrorCode.CLOCK_WRONG
    assert caught.value.data["days"] == "4000"


# --- Proxies that ask for a login ---------------------------------------------------------------

URL = "http://ca.example.jp/pkix/"
RIGHT = ProxyLogin("tarō", Secret("pa:ss ワード"))
WRONG = ProxyLogin("taro", Secret("wrong"))


def basic_proxy(request: bytes) -> Iterable[Piece]:
    """A proxy that lets `RIGHT` pass, and answers in the server's place."""
    pair = f"{RIGHT.user}:{RIGHT.password.reveal()}".encode()
    if b"Proxy-Authorization: Basic " + b64encode(pair) in request:
        return [http("200 OK", b"answer")]
    return [http("407 Login", b"", 'Proxy-Authenticate: Basic realm="Example Kogyo"')]


@pytest.fixture
def logins() -> ProxyLogins:
    return ProxyLogins()


def get(proxy: RawServer, logins: ProxyLogins) -> bytes:
    route = FixedProxy(f"http://127.0.0.1:{proxy.port}")
    return WinHttpTransport(proxies=route, logins=logins, allow_http=True).get(URL, "text/plain")


def refusal(proxy: RawServer, logins: ProxyLogins) -> CertclientError:
    with pytest.raises(CertclientError) as caught:
        get(proxy, logins)
    return caught.value


def attempts(proxy: RawServer) -> int:
    return sum(b"Proxy-Authorization" in request for request in proxy.requests)


def test_proxy_gets_the_login_that_the_user_has_given(logins: ProxyLogins) -> None:
    with raw_server(basic_proxy) as proxy:
        error = refusal(proxy, logins)
        assert error.code is ErrorCode.PROXY_AUTHENTICATION
        assert error.data == {
            "host": f"127.0.0.1:{proxy.port}",
            "realm": "Example Kogyo",
            "schemes": "Basic",
            "previous_incorrect": "",
        }
        assert attempts(proxy) == 0
        logins.answer(error.data["host"], ProxyLoginAnswer(RIGHT))
        assert get(proxy, logins) == b"answer"


def test_wrong_login_is_sent_once(logins: ProxyLogins) -> None:
    """Repeated failures lock accounts."""
    with raw_server(basic_proxy) as proxy:
        logins.answer(f"127.0.0.1:{proxy.port}", ProxyLoginAnswer(WRONG))
        first = refusal(proxy, logins)
        second = refusal(proxy, logins)
        assert attempts(proxy) == 1
    for error in (first, second):
        assert error.code is ErrorCode.PROXY_AUTHENTICATION
        assert error.data["previous_incorrect"] == "yes"
        assert "wrong" not in str(error.data)


def test_proxy_with_unknown_schemes_is_named() -> None:
    challenge = http("407 Login", b"", "Proxy-Authenticate: Bearer realm=x")
    with raw_server(always(challenge)) as proxy:
        error = refusal(proxy, ProxyLogins())
    assert error.code is ErrorCode.PROXY_SCHEME
    assert error.data["schemes"] == "Bearer"


def test_login_of_the_windows_user_goes_to_no_announced_proxy() -> None:
    """A proxy of a network that anyone may have announced (WPAD) is not logged in to silently."""
    challenge = http("407 Login", b"", "Proxy-Authenticate: NTLM")
    with raw_server(always(challenge)) as proxy:
        routes = Routes((f"http://127.0.0.1:{proxy.port}",), announced=True)
        transport = WinHttpTransport(proxies=Announced(routes), allow_http=True)
        with pytest.raises(CertclientError) as caught:
            transport.get(URL, "text/plain")
        assert attempts(proxy) == 0
    assert caught.value.code is ErrorCode.PROXY_AUTHENTICATION


@dataclass(frozen=True)
class Announced:
    """A `ProxyResolver` for a proxy that the network names."""

    found: Routes

    def routes(self, url: str) -> Routes:
        return self.found
