"""The Windows user's proxy settings, read by Windows itself and applied by the program.

A real proxy records its requests. The tests write the settings as the control panel does: one
binary value of flags and texts, which Wine reads, too. WPAD needs a network that announces a
script: REAL_WINDOWS.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

import secrets
import struct
import time
import winreg
from dataclasses import replace
from urllib.parse import urlsplit

from certclient.bootstrap import clock, code_vault
from certclient.ca.factory import ca_client_for
from certclient.ca.proxies import system_proxies
from certclient.ca.transports.winhttp import WinHttpTransport
from certclient.enrollment.journal import Journal
from certclient.enrollment.preflight import Check, CheckResult, Verdict
from certclient.enrollment.procedure import Enrollment, Environment, Finished
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.folders import journal_file
from certclient.platform.proxies.routes import DIRECT, Routes
from certclient.platform.winhttp.proxies import WindowsProxies
from certclient.store.registry import open_stores
from support.bank_service import BankService
from support.raw_server import Script, always, free_port, http, raw_server, tunnel
from support.scripted import ScriptedUser
from support.windows_pc import WindowsComputer

CA = "https://ca.example.jp/pkix/"
_SETTINGS = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
_CONNECTIONS = rf"{_SETTINGS}\Connections"
_FLAG_PROXY, _FLAG_SCRIPT, _FLAG_DETECT = 2, 4, 8

SetProxy = Callable[..., None]


@pytest.fixture
def set_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetProxy]:
    """Changes インターネット オプション → LAN の設定; clears it before and after the test."""
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
    """A PAC script: `proxy` for everything except *.direct.jp. It would return DIRECT for CA, too,
    if it received the path of the URL."""
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


def test_no_proxy_settings(set_proxy: SetProxy) -> None:
    assert system_proxies().routes(CA) == Routes()


def test_fixed_proxy_with_exceptions(set_proxy: SetProxy) -> None:
    exceptions = "<local>;*.internal.jp"
    set_proxy(proxy="http=other:1;https=proxy:3128", exceptions=exceptions)
    found = Routes(("http://proxy:3128",), exceptions=exceptions)
    assert system_proxies().routes(CA) == found


def test_exceptions_are_applied_by_winhttp(set_proxy: SetProxy) -> None:
    with raw_server(always(http("200 OK", b"x"))) as server, raw_server(always(b"")) as proxy:
        set_proxy(proxy=f"127.0.0.1:{proxy.port}", exceptions="<local>")
        WinHttpTransport(proxies=WindowsProxies()).probe(server.url(host="localhost"))
        assert len(server.requests) == 1
        assert proxy.requests == []


def test_local_addresses_bypass_proxy(set_proxy: SetProxy) -> None:
    set_proxy(proxy="proxy:3128")
    assert system_proxies().routes("https://localhost:8443/") == Routes((DIRECT,))


def test_environment_overrides_windows_settings(
    set_proxy: SetProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_proxy(proxy="proxy:3128")
    monkeypatch.setenv("HTTPS_PROXY", "http://other:1")
    found = system_proxies().routes(CA)
    assert (found.addresses, found.setting) == (("http://other:1",), "HTTPS_PROXY")


def test_socks_proxy_is_reported(set_proxy: SetProxy) -> None:
    set_proxy(proxy="socks=proxy:1080")
    found = system_proxies().routes(CA)
    assert found.addresses == (DIRECT,)
    assert found.problem is not None
    assert found.problem.data["reason"] == "SOCKS proxies are not supported"


def test_pac_script_decides_by_host_alone(set_proxy: SetProxy) -> None:
    with raw_server(script("proxy:3128")) as server:
        set_proxy(script=f"http://127.0.0.1:{server.port}/proxy.pac", proxy="never:1")
        assert system_proxies().routes(CA) == Routes(("http://proxy:3128",))
        assert system_proxies().routes("https://www.direct.jp/") == Routes((DIRECT,))
        assert server.requests[0].startswith(b"GET /proxy.pac ")


def test_automatic_detection_without_script_is_no_problem(set_proxy: SetProxy) -> None:
    """自動的に検出する is the default of Windows."""
    set_proxy(detect=True)
    assert WindowsProxies().routes(CA) == Routes()


@pytest.mark.parametrize("answer", [http("404 No", b""), http("200 OK", b"function ((")])
def test_unusable_pac_script_is_reported(set_proxy: SetProxy, answer: bytes) -> None:
    with raw_server(always(answer)) as server:
        address = f"http://127.0.0.1:{server.port}/broken-{len(answer)}.pac"
        set_proxy(script=address)
        problem = problem_of(WindowsProxies().routes(CA))
    assert problem.data["address"] == address
    assert "WinHttpGetProxyForUrl" in problem.data["reason"]


def test_fixed_proxy_is_fallback_for_unusable_pac_script(set_proxy: SetProxy) -> None:
    set_proxy(script=f"http://127.0.0.1:{free_port()}/x.pac", proxy="proxy:3128")
    found = WindowsProxies().routes(CA)
    assert found.addresses == ("http://proxy:3128",)
    assert found.problem is not None


def test_pac_script_download_times_out(set_proxy: SetProxy) -> None:
    with raw_server(always(1.5)) as server:
        set_proxy(script=f"http://127.0.0.1:{server.port}/slow.pac")
        problem = problem_of(WindowsProxies(time_limit=0.2).routes(CA))
        assert problem.data["reason"] == "no answer in 0.2 s"


# --- The way to the bank -------------------------------------------------------------------------


@pytest.fixture
def open_procedures(bank_service: BankService) -> Callable[[], Enrollment]:
    """Procedures that apply Windows' settings even to this computer, where the bank runs."""

    def procedures() -> Enrollment:
        profile = replace(bank_service.profile(), login_test_url="")
        environment = Environment(
            profile=profile,
            stores=open_stores(()),
            ca=ca_client_for(profile, clock, secrets.token_bytes, WindowsProxies()),
            vault=code_vault(Journal(journal_file())),
            clock=clock,
            sleep=time.sleep,
            random_bytes=secrets.token_bytes,
        )
        return Enrollment(environment, Journal(journal_file()))

    return procedures


def bank_port(bank_service: BankService) -> int:
    return urlsplit(bank_service.profile().ca.url).port or 443


def connection(procedures: Enrollment) -> dict[Check, CheckResult]:
    return {result.check: result for result in procedures.readiness(None, None)}


def test_renewal_uses_proxy_from_pac_script(
    set_proxy: SetProxy,
    computer: WindowsComputer,
    bank_service: BankService,
    open_procedures: Callable[[], Enrollment],
) -> None:
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    (current,) = computer.store.certificates()
    port = bank_port(bank_service)
    with (
        raw_server(tunnel(port)) as proxy,
        raw_server(script(f"127.0.0.1:{proxy.port}")) as server,
    ):
        set_proxy(script=f"http://127.0.0.1:{server.port}/renewal.pac")
        done = open_procedures().renew(current, computer.store, ScriptedUser())
        asked = [request.split(b"\r\n")[0] for request in proxy.requests]
    assert isinstance(done, Finished)
    assert computer.usable() == [done.certificate]
    assert done.certificate != old
    assert len(asked) >= 3, "check, request, confirmation"
    assert set(asked) <= {f"CONNECT localhost:{port} HTTP/1.{n}".encode() for n in (0, 1)}


def test_unusable_pac_script_gives_warning_if_bank_is_reachable(
    set_proxy: SetProxy, computer: WindowsComputer, open_procedures: Callable[[], Enrollment]
) -> None:
    set_proxy(script=f"http://127.0.0.1:{free_port()}/gone.pac")
    found = connection(open_procedures())
    assert found[Check.PROXY].verdict is Verdict.WARNING
    assert found[Check.CA_REACHABLE].verdict is Verdict.PASSED
    error = found[Check.PROXY].error
    assert error is not None
    assert error.code is ErrorCode.PROXY_SCRIPT
