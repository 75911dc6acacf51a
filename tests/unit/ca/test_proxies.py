"""Proxies: where settings come from, which proxy is tried, what is reported if none works."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from certclient.ca.proxies import (
    EnvironmentProxies,
    FirstConfigured,
    FixedProxy,
    fixed_proxy,
    offer_login,
    system_proxies,
)
from certclient.ca.transport import Timeouts
from certclient.ca.transports.http import HttpTransport
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import DIRECT, Routes
from certclient.platform.proxies.text import proxies_in
from support.raw_server import RawServer, always, free_port, http, raw_server

CMP = "application/pkixcmp"
CA = "https://ca.example.jp/pkix/"
UNREADABLE = CertclientError(ErrorCode.PROXY_SCRIPT, address="http://wpad/x.pac", reason="gone")
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True)
class Scripted:
    """A `ProxyResolver` that gives the same answer for every URL."""

    answer: Routes

    def routes(self, url: str) -> Routes:
        return self.answer


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


# --- Windows' notation ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("proxy:8080", ["http://proxy:8080"]),
        ("proxy", ["http://proxy:80"]),
        ("http://proxy:8080/", ["http://proxy:8080"]),
        ("http=a:1;https=b:2;ftp=c:3", ["http://b:2"]),
        ("HTTPS=http://b:2 http=a:1", ["http://b:2"]),
        ("a:1;b:2", ["http://a:1", "http://b:2"]),
        ("https=a:1;https=b:2", ["http://a:1", "http://b:2"]),
        ("[2001:db8::1]:8080", ["http://[2001:db8::1]:8080"]),
        ("http=a:1", []),
        ("socks=s:1080", []),
        ("socks5://s:1080", []),
        ("https=", []),
        ("user:secret@proxy:8080", []),
        ("", []),
        (" ; ;", []),
    ],
)
def test_windows_proxy_list_is_parsed(text: str, found: list[str]) -> None:
    assert list(proxies_in(text, "https")) == found


# --- Precedence -----------------------------------------------------------------------------------


def test_unset_environment_yields_no_routes() -> None:
    assert EnvironmentProxies().routes(CA) == Routes()


def test_environment_variables_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "internal.jp")
    found = Routes(("http://proxy:3128",), setting="HTTPS_PROXY")
    assert EnvironmentProxies().routes(CA) == found
    assert EnvironmentProxies().routes("https://a.internal.jp/") == Routes((DIRECT,))
    assert system_proxies().routes(CA) == found


@pytest.mark.parametrize(
    ("environment", "address", "setting"),
    [
        (
            {"https_proxy": "http://low:1", "HTTPS_PROXY": "http://up:1"},
            "http://low:1",
            "https_proxy",
        ),
        ({"https_proxy": "", "HTTPS_PROXY": "http://up:1"}, None, ""),
        ({"ALL_PROXY": "http://all:1"}, "http://all:1", "ALL_PROXY"),
        ({"ALL_PROXY": "http://all:1", "HTTPS_PROXY": "http://up:1"}, "http://up:1", "HTTPS_PROXY"),
        ({"ALL_PROXY": "socks://127.0.0.1:1080/"}, "socks://127.0.0.1:1080", "ALL_PROXY"),
        ({"HTTPS_PROXY": "  proxy:8080 "}, "http://proxy:8080", "HTTPS_PROXY"),
        ({"HTTP_PROXY": "http://for.http:1"}, None, ""),
        ({"HTTPS_PROXY": " "}, None, ""),
    ],
)
def test_variable_that_applies_is_named(
    environment: dict[str, str], address: str | None, setting: str
) -> None:
    found = EnvironmentProxies(environment).routes(CA)
    assert found == Routes((address,) if address else (), setting=setting)


def test_login_in_the_environment_is_kept_apart_from_the_address() -> None:
    found = EnvironmentProxies({"HTTPS_PROXY": "http://taro:pa%2Fss@proxy:8080"}).routes(CA)
    assert found.addresses == ("http://proxy:8080",)
    assert found.login is not None
    assert (found.login.user, found.login.password.reveal()) == ("taro", "pa/ss")
    assert "pa/ss" not in repr(found)
    logins = ProxyLogins()
    variables = FixedProxy("http://taro:secret@proxy:8080")
    offer_login(variables.routes(CA), logins)
    known = logins.login("proxy:8080")
    assert known is not None
    assert known.user == "taro"
    assert "secret" not in repr(variables)


def test_administrator_setting_overrides_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    assert fixed_proxy("http://other:1").routes(CA) == Routes(("http://other:1",))
    assert fixed_proxy(DIRECT).routes(CA) == Routes((DIRECT,))


def test_loopback_addresses_bypass_the_proxy() -> None:
    for url in ("https://localhost:8443/", "https://127.0.0.1/", "https://[::1]/"):
        assert fixed_proxy("http://other:1").routes(url) == Routes((DIRECT,))


def test_first_source_with_a_setting_wins_and_problems_are_kept() -> None:
    unset, broken = Scripted(Routes()), Scripted(Routes((), UNREADABLE))
    last = FixedProxy("http://last:1")
    assert FirstConfigured((unset, broken, last)).routes(CA) == Routes(
        ("http://last:1",), UNREADABLE
    )
    assert FirstConfigured((unset, broken)).routes(CA) == Routes((), UNREADABLE)


# --- Use by the transport -------------------------------------------------------------------------


def post_error(routes: Routes, url: str = CA) -> CertclientError:
    transport = HttpTransport(
        proxies=Scripted(routes), timeouts=Timeouts(connect=2.0), allow_http=True
    )
    with pytest.raises(CertclientError) as caught:
        transport.post(url, b"question", CMP)
    return caught.value


def address(proxy: RawServer) -> str:
    return f"http://127.0.0.1:{proxy.port}"


def test_unreachable_proxy_is_skipped_for_the_next() -> None:
    unreachable = f"http://127.0.0.1:{free_port()}"
    with raw_server(always(http("403 Forbidden", b""))) as second:
        error = post_error(Routes((unreachable, address(second))))
        assert second.requests[0].startswith(b"CONNECT ca.example.jp:443 ")
    assert error.code is ErrorCode.PROXY_UNREACHABLE
    assert error.data["host"] == f"127.0.0.1:{second.port}"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("407 Who", ErrorCode.PROXY_AUTHENTICATION),
        ("403 No", ErrorCode.PROXY_UNREACHABLE),
    ],
)
def test_refusal_by_a_proxy_is_final(status: str, code: ErrorCode) -> None:
    with raw_server(always(http(status, b""))) as first, raw_server(always()) as second:
        assert post_error(Routes((address(first), address(second)))).code is code
        assert second.requests == []


def test_message_is_sent_once_if_the_first_proxy_is_unreachable() -> None:
    unreachable = f"http://127.0.0.1:{free_port()}"
    with raw_server(always(http("200 OK", b"answer"))) as server:
        transport = HttpTransport(proxies=Scripted(Routes((unreachable, DIRECT))))
        assert transport.post(server.url(), b"question", CMP) == b"answer"
        assert len(server.requests) == 1


def test_unreadable_settings_are_reported_if_the_connection_fails() -> None:
    closed = f"http://127.0.0.1:{free_port()}/"
    assert post_error(Routes((), UNREADABLE), closed) is UNREADABLE
    assert post_error(Routes(), closed).code is ErrorCode.NETWORK_UNREACHABLE


def test_unreadable_settings_are_a_warning_if_the_connection_works() -> None:
    with raw_server(always(http("200 OK", b""))) as server:
        transport = HttpTransport(proxies=Scripted(Routes((), UNREADABLE)))
        assert transport.probe(server.url()) == [UNREADABLE]


def test_server_errors_are_not_blamed_on_unreadable_settings() -> None:
    with raw_server(always(http("500 Oops", b""))) as server:
        assert post_error(Routes((), UNREADABLE), server.url()).code is ErrorCode.SERVER_ERROR
