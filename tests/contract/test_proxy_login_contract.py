"""The contract of every transport: proxies that ask for a user and a password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certclient.ca.proxies import FixedProxy
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer, login_request
from certclient.model.secret import Secret
from certclient.platform.proxies.logins import ProxyLogins
from contract.transports import TransportFactory
from support.login_proxy import REALM, LoginProxy
from support.pki import SERVER_AUTH, Lab, customer_name, rsa_signer
from support.raw_server import RawServer, always, http, raw_server, tls_context

CMP = "application/pkixcmp"
SCHEMES = ("basic", "md5", "sha-256")


@pytest.fixture
def bank(lab: Lab, tmp_path: Path) -> Iterator[RawServer]:
    """A server at https://localhost:…"""
    key = rsa_signer(1)
    leaf = lab.intermediate.issue(
        key.spki, customer_name(), usages=[SERVER_AUTH], dns_names=["localhost"]
    )
    context = tls_context(tmp_path, [leaf, *lab.chain], key)
    with raw_server(always(http("200 OK", b"answer")), context) as server:
        yield server


def answer(user: str, password: str) -> ProxyLoginAnswer:
    return ProxyLoginAnswer(ProxyLogin(user, Secret(password)))


def netloc(proxy: RawServer) -> str:
    return f"127.0.0.1:{proxy.port}"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("user", "password"),
    [("taro", "secret"), ("EXAMPLE\\taro", 'p@ss:w"o\\rd/?#%20'), ("太郎", "ひみつ")],
)
def test_login_from_the_holder_opens_the_proxy(
    make: TransportFactory, bank: RawServer, lab: Lab, scheme: str, user: str, password: str
) -> None:
    logins = ProxyLogins()
    script = LoginProxy(bank.port, user, password, scheme).script()
    with raw_server(script) as proxy:
        transport = make(lab.anchors, proxies=FixedProxy(f"http://{netloc(proxy)}"), logins=logins)
        logins.answer(netloc(proxy), answer(user, password))
        assert transport.post(bank.url("https", "localhost"), b"question", CMP) == b"answer"
        assert not any(b"question" in one for one in proxy.requests)
    assert len(bank.requests) == 1


@pytest.mark.parametrize("scheme", SCHEMES)
def test_missing_login_is_asked_for_and_the_request_repeated(
    make: TransportFactory, bank: RawServer, lab: Lab, scheme: str
) -> None:
    logins = ProxyLogins()
    with raw_server(LoginProxy(bank.port, "taro", "secret", scheme).script()) as proxy:
        transport = make(lab.anchors, proxies=FixedProxy(f"http://{netloc(proxy)}"), logins=logins)
        with pytest.raises(CertclientError) as caught:
            transport.post(bank.url("https", "localhost"), b"question", CMP)
        request = login_request(caught.value)
        assert request is not None
        assert request.proxy == netloc(proxy)
        assert request.realm == REALM
        assert not request.previous_incorrect
        logins.answer(request.proxy, answer("taro", "secret"))
        assert transport.post(bank.url("https", "localhost"), b"question", CMP) == b"answer"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_wrong_login_is_sent_once_and_then_asked_for(
    make: TransportFactory, bank: RawServer, lab: Lab, scheme: str
) -> None:
    """Repeated failures lock accounts."""
    logins = ProxyLogins()
    with raw_server(LoginProxy(bank.port, "taro", "secret", scheme).script()) as proxy:
        transport = make(lab.anchors, proxies=FixedProxy(f"http://{netloc(proxy)}"), logins=logins)
        logins.answer(netloc(proxy), answer("taro", "hidden-wrong"))
        for _ in range(3):
            with pytest.raises(CertclientError) as caught:
                transport.post(bank.url("https", "localhost"), b"question", CMP)
            assert caught.value.code is ErrorCode.PROXY_AUTHENTICATION
            assert caught.value.data["previous_incorrect"] == "yes"
            assert "hidden-wrong" not in str(caught.value)
        sent = [one for one in proxy.requests if b"proxy-authorization" in one.lower()]
    assert len(sent) == 1
    assert bank.requests == []


def test_login_in_the_setting_is_the_first_one(
    make: TransportFactory, bank: RawServer, lab: Lab
) -> None:
    with raw_server(LoginProxy(bank.port, "taro", "p/ä", "md5").script()) as proxy:
        address = f"http://taro:p/%C3%A4@{netloc(proxy)}"
        transport = make(lab.anchors, proxies=FixedProxy(address))
        assert transport.post(bank.url("https", "localhost"), b"question", CMP) == b"answer"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_probe_and_get_use_the_login_as_well(
    make: TransportFactory, bank: RawServer, lab: Lab, scheme: str
) -> None:
    logins = ProxyLogins()
    with raw_server(LoginProxy(bank.port, "taro", "secret", scheme).script()) as proxy:
        transport = make(lab.anchors, proxies=FixedProxy(f"http://{netloc(proxy)}"), logins=logins)
        with pytest.raises(CertclientError) as caught:
            transport.probe(bank.url("https", "localhost"))
        assert caught.value.code is ErrorCode.PROXY_AUTHENTICATION
        logins.answer(netloc(proxy), answer("taro", "secret"))
        transport.probe(bank.url("https", "localhost"))
        assert transport.get(bank.url("https", "localhost"), "text/plain") == b"answer"
