"""Basic and Digest: the RFCs' examples, odd challenges, and what is never sent twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from certclient.ca.http.authentication import ProxyAuthentication
from certclient.ca.http.challenges import (
    Challenge,
    Request,
    basic,
    challenges,
    digest,
    strongest,
)
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer
from certclient.model.secret import Secret
from certclient.platform.proxies.logins import ProxyLogins

PROXY = "proxy:8080"
CONNECT = Request("CONNECT", "ca.example.jp:443")


def login(user: str = "taro", password: str = "secret") -> ProxyLogin:
    return ProxyLogin(user, Secret(password))


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_is_that_of_rfc_7616(algorithm: str, response: str) -> None:
    """RFC 7616, 3.9.1."""
    offer = Challenge(
        "Digest",
        {
            "realm": "http-auth@example.org",
            "qop": "auth, auth-int",
            "algorithm": algorithm,
            "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
        },
    )
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    sent = digest(
        login("Mufasa", "Circle of Life"), offer, Request("GET", "/dir/index.html"), cnonce
    )
    assert f'response="{response}"'.encode() in sent
    assert b"qop=auth, nc=00000001" in sent


def test_digest_without_qop_is_that_of_rfc_2069() -> None:
    """As in test case 64 of curl."""
    offer = Challenge("Digest", {"realm": "testrealm", "nonce": "1053604145"})
    sent = digest(login("testuser", "testpass"), offer, Request("GET", "/64"), "x")
    assert b'response="c55f7f30d83d774a3d2dcacf725abaca"' in sent
    assert b"qop" not in sent


def test_basic_is_that_of_rfc_7617() -> None:
    """RFC 7617, 2 and 2.1."""
    assert basic(login("Aladdin", "open sesame")) == b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert basic(login("test", "123£")) == b"Basic dGVzdDoxMjPCow=="


@pytest.mark.parametrize(
    ("headers", "schemes"),
    [
        (['Basic realm="x"'], ["Basic"]),
        (["Negotiate", "NTLM", 'Basic realm="a, b"'], ["Negotiate", "NTLM", "Basic"]),
        (['Negotiate, NTLM, Basic realm="x", Digest nonce="n", qop="auth"'],
         ["Negotiate", "NTLM", "Basic", "Digest"]),
        (["NTLM TlRMTVNTUAACAAAA==, Basic realm=x"], ["NTLM", "Basic"]),
        (['Digest realm="say \\"hello\\"", nonce="n"'], ["Digest"]),
        ([""], []),
        ([", ,"], []),
        (['="broken"'], []),
    ],
)  # fmt: skip
def test_offers_are_read(headers: list[str], schemes: list[str]) -> None:
    assert [one.scheme for one in challenges(headers)] == schemes


def test_quoted_parameters_are_unescaped() -> None:
    (offer,) = challenges(['Digest realm="say \\"hello\\"", nonce = "a,b=c" , qop=auth'])
    assert offer.parameters == {"realm": 'say "hello"', "nonce": "a,b=c", "qop": "auth"}


def test_strongest_offer_is_taken() -> None:
    offers = challenges(
        [
            'Basic realm="x"',
            'Digest nonce="1", algorithm=MD5, qop="auth"',
            'Digest nonce="2", algorithm=SHA-256, qop="auth"',
            'Digest nonce="3", algorithm=SHA-512-256, qop="auth"',
        ]
    )
    best = strongest(offers)
    assert best is not None
    assert best.parameters["nonce"] == "2"
    assert strongest(challenges(['Digest nonce="1", qop="auth-int"'])) is None


def attempts(logins: ProxyLogins, answers: Sequence[str]) -> tuple[list[bytes], CertclientError]:
    """Responds to each challenge in `answers`, the last one again and again."""
    exchange = ProxyAuthentication(PROXY, logins, bytes)
    sent: list[bytes] = []
    for number in range(20):
        if header := exchange.header(CONNECT):
            sent.append(header)
        try:
            exchange.challenged([answers[min(number, len(answers) - 1)]])
        except CertclientError as error:
            return sent, error
    pytest.fail("never gives up")


def given(user: str, password: str) -> ProxyLogins:
    logins = ProxyLogins()
    logins.answer(PROXY, ProxyLoginAnswer(login(user, password)))
    return logins


def test_without_a_login_nothing_is_sent() -> None:
    sent, error = attempts(ProxyLogins(), ['Basic realm="Kaisha\x1b[2J"'])
    assert sent == []
    assert error.code is ErrorCode.PROXY_AUTHENTICATION
    assert error.data == {
        "host": PROXY,
        "realm": "Kaisha\ufffd[2J",
        "schemes": "Basic",
        "previous_incorrect": "",
    }


@pytest.mark.parametrize("offer", ['Basic realm="x"', 'Digest realm="x", nonce="n", qop="auth"'])
def test_wrong_login_is_sent_once_and_forgotten(offer: str) -> None:
    logins = given("taro", "wrong")
    sent, error = attempts(logins, [offer])
    assert len(sent) == 1
    assert error.data["previous_incorrect"] == "yes"
    assert logins.login(PROXY) is None
    again, error = attempts(logins, [offer])
    assert again == []
    assert error.data["previous_incorrect"] == "yes"


def test_stale_nonce_is_replaced_once() -> None:
    offer = 'Digest realm="x", nonce="{}", qop="auth", stale=true'
    sent, _ = attempts(given("taro", "right"), [offer.format(n) for n in ("one", "two", "three")])
    assert [re.search(rb'nonce="(\w+)"', one)[1] for one in sent] == [b"one", b"two"]  # type: ignore[index] # each has one


@pytest.mark.parametrize(
    ("password", "offer", "tries"),
    [
        ("grün", 'Basic realm="x"', 2),
        ("grün", 'Basic realm="x", charset="UTF-8"', 1),
        ("あ", 'Basic realm="x"', 1),
        ("grün", 'Digest realm="x", nonce="n", qop="auth"', 2),
        ("plain", 'Basic realm="x"', 1),
    ],
)
def test_latin_1_is_tried_where_it_can_matter(password: str, offer: str, tries: int) -> None:
    sent, _ = attempts(given("taro", password), [offer])
    assert len(sent) == len(set(sent)) == tries


def test_schemes_that_are_not_possible_are_named() -> None:
    sent, error = attempts(given("taro", "secret"), ["Negotiate, NTLM"])
    assert sent == []
    assert error.code is ErrorCode.PROXY_SCHEME
    assert error.data == {"host": PROXY, "schemes": "Negotiate, NTLM"}


def test_proxy_that_alternates_its_schemes_is_left() -> None:
    both = ['Basic realm="x"', 'Digest realm="x", nonce="n", qop="auth"'] * 10
    sent, error = attempts(given("taro", "wrong"), both)
    assert len(sent) <= 5
    assert error.data["previous_incorrect"] == "yes"


@pytest.mark.parametrize("user", ['ta"ro', "ta\\ro", "ta\r\nX: y", "太郎", "a:b"])
def test_any_characters_stay_inside_the_header(user: str) -> None:
    offer = Challenge("Digest", {"realm": 'a "b"', "nonce": "n", "qop": "auth"})
    sent = digest(login(user), offer, CONNECT, "c")
    assert b"\r" not in sent
    assert b"\n" not in sent
    assert b"secret" not in sent
