"""Debian's squid: scheme × http and https × right, wrong and no password × characters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from certclient.ca.proxies import FixedProxy
from certclient.ca.transports.http import HttpTransport
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer, login_request
from certclient.model.secret import Secret
from certclient.platform.proxies.logins import ProxyLogins
from support.pki import SERVER_AUTH, Lab, make_lab, rsa_signer
from support.raw_server import RawServer, always, http, raw_server, tls_context
from support.squid import REALM, Squid, SquidLogin, running_squid

CMP = "application/pkixcmp"

LOGINS = {
    "letters": SquidLogin("", "taro", "himitsu1"),
    "signs": SquidLogin("", "taro+1@example.jp", "p@ss:w/o rd\"'\\?#%,=;"),
    "Japanese": SquidLogin("", "太郎", "ひみつ"),
    "Latin-1": SquidLogin("", "jörg", "grün", "latin-1"),
    "domain": SquidLogin("", "example\\taro", "himitsu1"),
    "empty": SquidLogin("", "taro", ""),
}
IMPOSSIBLE = {
    ("basic", "empty"): "basic_ncsa_auth takes no empty password",
    ("digest", "domain"): "squid takes no backslash in Digest, from curl neither",
}


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


@pytest.fixture(scope="module", params=["http", "https"])
def bank(
    request: pytest.FixtureRequest, lab: Lab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RawServer, str]]:
    """A server and the scheme of its URL."""
    folder: Path = tmp_path_factory.mktemp("bank")
    key = rsa_signer(1)
    leaf = lab.intermediate.issue(key.spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    context = tls_context(folder, [leaf, *lab.chain], key)
    secure = request.param == "https"
    with raw_server(always(http("200 OK", b"answer")), context if secure else None) as server:
        yield server, request.param


@pytest.fixture(scope="module")
def squids() -> Iterator[dict[tuple[str, str], Squid]]:
    """Each proxy runs once."""
    with ExitStack() as stack:
        yield {
            (scheme, name): stack.enter_context(
                running_squid(SquidLogin(scheme, login.user, login.password, login.encoding))
            )
            for scheme in ("basic", "digest")
            for name, login in LOGINS.items()
            if (scheme, name) not in IMPOSSIBLE
        }


@pytest.mark.parametrize("given", ["right", "wrong", "none"])
@pytest.mark.parametrize(
    ("scheme", "name"),
    [(s, n) for s in ("basic", "digest") for n in LOGINS if (s, n) not in IMPOSSIBLE],
)
def test_login(
    squids: dict[tuple[str, str], Squid],
    bank: tuple[RawServer, str],
    lab: Lab,
    scheme: str,
    name: str,
    given: str,
) -> None:
    squid, login = squids[scheme, name], LOGINS[name]
    logins = ProxyLogins()
    password = login.password if given == "right" else "hidden-wrong"
    if given != "none":
        answer = ProxyLoginAnswer(ProxyLogin(login.user, Secret(password)))
        logins.answer(squid.netloc, answer)
    transport = HttpTransport(
        lab.anchors, proxies=FixedProxy(f"http://{squid.netloc}"), logins=logins
    )
    server, url_scheme = bank
    url = server.url(url_scheme, "localhost")
    if given == "right":
        assert transport.post(url, b"question", CMP) == b"answer"
        return
    with pytest.raises(CertclientError) as caught:
        transport.post(url, b"question", CMP)
    assert caught.value.code is ErrorCode.PROXY_AUTHENTICATION
    request = login_request(caught.value)
    assert request is not None
    assert (request.proxy, request.realm) == (squid.netloc, REALM)
    assert request.schemes == (scheme.capitalize(),)
    assert request.previous_incorrect is (given == "wrong")
    assert "hidden-wrong" not in str(caught.value)
