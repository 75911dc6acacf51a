"""The proxy settings of the Windows user, read by Windows itself and followed by the program.

A real proxy records what it is asked for. Settings are written as the control panel keeps them:
one binary value of flags and texts, which Wine reads too. WPAD needs a network that announces a
script: REAL_WINDOWS.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

import contextlib
import secrets
import struct
import time
import winreg
from dataclasses import replace
from urllib.parse import urlsplit

from certclient.bootstrap import clock
from certclient.ca.factory import ca_client_for
from certclient.ca.proxies import system_proxies
from certclient.ca.transport import HttpTransport
from certclient.enrollment.journal import Journal
from certclient.enrollment.preflight import Check, CheckResult, Verdict
from certclient.enrollment.procedure import Enrollment, Environment, Finished
from certclient.enrollment.vault import system_vault
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.folders import journal_file
from certclient.platform.proxies.routes import DIRECT, Routes
from certclient.platform.proxies.windows import WindowsProxies, user_settings
from certclient.store.registry import open_stores
from certclient.store.windows import crypt32
from support.bank_office import BankOffice
from support.pki import SERVER_AUTH, make_lab, rsa_signer
from support.raw_server import Script, always, free_port, http, raw_server, tls_context, tunnel
from support.scripted import Person
from support.windows_pc import Computer

CA = "https://ca.example.jp/pkix/"
_SETTINGS = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
_CONNECTIONS = rf"{_SETTINGS}\Connections"
_FLAG_PROXY, _FLAG_SCRIPT, _FLAG_DETECT = 2, 4, 8

SetProxy = Callable[..., None]


@pytest.fixture
def set_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetProxy]:
    """Sets what インターネット オプション → LAN の設定 sets; nothing is set before and after."""
    for variable in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
    _write(detect=False)
    yield _write
    _write(detect=False)


def _write(
    *, proxy: str = "", exceptions: str = "", script: str = "", detect: bool = False
) -> None:
    flags = 1 | _FLAG_PROXY * bool(proxy) | _FLAG_SCRIPT * bool(script) | _FLAG_DETECT * detect
    texts = b"".join(
        struct.pack("<I", len(text)) + text.encode() for text in (proxy, exceptions, script)
    )
    blob = struct.pack("<III", 70, 1, flags) + texts + bytes(32)
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _CONNECTIONS) as key:
        winreg.SetValueEx(key, "DefaultConnectionSettings", 0, winreg.REG_BINARY, blob)


def script(proxy: str) -> Script:
    """A PAC script: `proxy` for everything but *.direct.jp."""
    text = (
        "function FindProxyForURL(url, host) {"
        ' if (shExpMatch(host, "*.direct.jp") || url.indexOf("pkix") > 0) return "DIRECT";'
        f' return "PROXY {proxy}; DIRECT"; }}'
    )
    return always(http("200 OK", text.encode(), "Content-Type: application/x-ns-proxy-autoconfig"))


def problem_of(routes: Routes) -> CertclientError:
    assert routes.addresses == ()
    assert routes.problem is not None
    assert routes.problem.code is ErrorCode.PROXY_SCRIPT
    return routes.problem


def test_nothing_is_set(set_proxy: SetProxy) -> None:
    assert system_proxies().routes(CA) == Routes()


def test_a_named_proxy_with_exceptions(set_proxy: SetProxy) -> None:
    set_proxy(proxy="http=other:1;https=proxy:3128", exceptions="<local>;*.internal.jp")
    assert system_proxies().routes(CA) == Routes(("http://proxy:3128",))
    assert system_proxies().routes("https://a.internal.jp/") == Routes((DIRECT,))
    assert system_proxies().routes("https://intranet/") == Routes((DIRECT,))


def test_no_proxy_leads_to_this_very_computer(set_proxy: SetProxy) -> None:
    set_proxy(proxy="proxy:3128")
    assert system_proxies().routes("https://localhost:8443/") == Routes((DIRECT,))


def test_the_environment_comes_first(set_proxy: SetProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    set_proxy(proxy="proxy:3128")
    monkeypatch.setenv("HTTPS_PROXY", "http://other:1")
    assert system_proxies().routes(CA) == Routes(("http://other:1",))


def test_socks_is_told_and_not_passed_over(set_proxy: SetProxy) -> None:
    set_proxy(proxy="socks=proxy:1080")
    found = system_proxies().routes(CA)
    assert found.addresses == (DIRECT,)
    assert found.problem is not None
    assert found.problem.data["reason"] == "SOCKS proxies are not supported"


def test_a_script_decides_for_each_address_and_learns_the_host_alone(set_proxy: SetProxy) -> None:
    with raw_server(script("proxy:3128")) as server:
        set_proxy(script=f"http://127.0.0.1:{server.port}/proxy.pac", proxy="never:1")
        assert system_proxies().routes(CA) == Routes(("http://proxy:3128",))
        assert system_proxies().routes("https://www.direct.jp/") == Routes((DIRECT,))
        assert server.requests[0].startswith(b"GET /proxy.pac ")


def test_a_network_that_announces_no_script_is_no_problem(set_proxy: SetProxy) -> None:
    """自動的に検出する is on by default."""
    set_proxy(detect=True)
    assert user_settings().auto_detect
    assert WindowsProxies().routes(CA) == Routes()


@pytest.mark.parametrize("answer", [http("404 No", b""), http("200 OK", b"function ((")])
def test_a_script_that_cannot_be_used_is_told(set_proxy: SetProxy, answer: bytes) -> None:
    with raw_server(always(answer)) as server:
        address = f"http://127.0.0.1:{server.port}/broken-{len(answer)}.pac"
        set_proxy(script=address)
        problem = problem_of(WindowsProxies().routes(CA))
    assert problem.data["address"] == address
    assert "WinHttpGetProxyForUrl" in problem.data["reason"]


def test_the_named_proxy_counts_where_the_script_cannot_be_used(set_proxy: SetProxy) -> None:
    set_proxy(script=f"http://127.0.0.1:{free_port()}/x.pac", proxy="proxy:3128")
    found = WindowsProxies().routes(CA)
    assert found.addresses == ("http://proxy:3128",)
    assert found.problem is not None


def test_a_script_that_never_comes_is_given_up(set_proxy: SetProxy) -> None:
    with raw_server(always(1.5)) as server:
        set_proxy(script=f"http://127.0.0.1:{server.port}/slow.pac")
        problem = problem_of(WindowsProxies(time_limit=0.2).routes(CA))
        assert problem.data["reason"] == "no answer in 0.2 s"


# --- The way to the bank -------------------------------------------------------------------------


@pytest.fixture
def through_windows(bank_office: BankOffice) -> Callable[[], Enrollment]:
    """Procedures that follow Windows' settings even to this computer, where the bank runs."""

    def front() -> Enrollment:
        profile = replace(bank_office.profile(), login_test_url="")
        environment = Environment(
            profile=profile,
            stores=open_stores(()),
            ca=ca_client_for(profile, clock, secrets.token_bytes, WindowsProxies()),
            vault=system_vault(),
            clock=clock,
            sleep=time.sleep,
            random_bytes=secrets.token_bytes,
        )
        return Enrollment(environment, Journal(journal_file()))

    return front


def bank_port(bank_office: BankOffice) -> int:
    return urlsplit(bank_office.profile().ca.url).port or 443


def connection(front: Enrollment) -> dict[Check, CheckResult]:
    return {result.check: result for result in front.readiness(None, None)}


def test_a_renewal_goes_through_the_proxy_that_a_script_names(
    set_proxy: SetProxy,
    computer: Computer,
    bank_office: BankOffice,
    through_windows: Callable[[], Enrollment],
) -> None:
    old = computer.give(bank_office, bank_office.new_customer(), 20)
    (current,) = computer.store.certificates()
    port = bank_port(bank_office)
    with (
        raw_server(tunnel(port)) as proxy,
        raw_server(script(f"127.0.0.1:{proxy.port}")) as server,
    ):
        set_proxy(script=f"http://127.0.0.1:{server.port}/renewal.pac")
        done = through_windows().renew(current, computer.store, Person())
        asked = [request.split(b"\r\n")[0] for request in proxy.requests]
    assert isinstance(done, Finished)
    assert computer.usable() == [done.certificate]
    assert done.certificate != old
    assert len(asked) >= 3, "looked, sent, confirmed"
    assert set(asked) <= {f"CONNECT localhost:{port} HTTP/1.{n}".encode() for n in (0, 1)}


def test_a_proxy_that_wants_a_password_stops_at_the_proxy(
    set_proxy: SetProxy, computer: Computer, through_windows: Callable[[], Enrollment]
) -> None:
    with (
        raw_server(always(http("407 Who are you", b""))) as proxy,
        raw_server(script(f"127.0.0.1:{proxy.port}")) as server,
    ):
        set_proxy(script=f"http://127.0.0.1:{server.port}/407.pac")
        result = connection(through_windows())[Check.PROXY]
    assert result.verdict is Verdict.FAILED
    assert result.error is not None
    assert result.error.code is ErrorCode.PROXY_AUTHENTICATION
    assert result.error.data["host"] == f"127.0.0.1:{proxy.port}"


def test_settings_that_cannot_be_read_are_noted_where_the_bank_is_reached(
    set_proxy: SetProxy, computer: Computer, through_windows: Callable[[], Enrollment]
) -> None:
    set_proxy(script=f"http://127.0.0.1:{free_port()}/gone.pac")
    found = connection(through_windows())
    assert found[Check.PROXY].verdict is Verdict.WARNING
    assert found[Check.CA_REACHABLE].verdict is Verdict.PASSED
    error = found[Check.PROXY].error
    assert error is not None
    assert error.code is ErrorCode.PROXY_SCRIPT


# --- Who opens TLS -------------------------------------------------------------------------------


@pytest.mark.parametrize("trusted", [True, False])
def test_a_company_s_own_root_is_told_from_the_public_ones(tmp_path: Path, trusted: bool) -> None:
    """Wine trusts every root, as Windows would trust this one."""
    lab = make_lab(label="Example Kogyo Proxy")
    own = lab.intermediate.issue(rsa_signer(1).spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    context = tls_context(tmp_path, (own, *lab.chain), rsa_signer(1))
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(raw_server(always(http("405 No", b"")), context))
        store = stack.enter_context(crypt32.opened("Root", writable=True))
        if trusted:
            store.add(lab.anchors[0], "", None)
            stack.callback(store.delete, lab.anchors[0])
        remarks = HttpTransport().probe(server.url("https", "localhost"))
    assert [remark.data["issuer"] for remark in remarks] == (
        ["Example Kogyo Proxy Issuing CA"] if trusted else []
    )
