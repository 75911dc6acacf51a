"""Addresses of proxies as people write them, and NO_PROXY."""

from __future__ import annotations

import pytest

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.proxies.address import read_address
from certclient.platform.proxies.no_proxy import is_listed


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://proxy:8080", "http://proxy:8080"),
        ("http://Proxy.Example.JP:8080/", "http://proxy.example.jp:8080"),
        ("proxy:8080", "http://proxy:8080"),
        ("proxy", "http://proxy:80"),
        ("http://proxy", "http://proxy:80"),
        ("HTTP://proxy:8080", "http://proxy:8080"),
        ("https://proxy", "https://proxy:443"),
        ("http://[2001:db8::1]:8080", "http://[2001:db8::1]:8080"),
        ("[::1]:3128", "http://[::1]:3128"),
        ("::1", "http://[::1]:80"),
        ("192.0.2.1:3128", "http://192.0.2.1:3128"),
        ("socks://127.0.0.1:1080/", "socks://127.0.0.1:1080"),
        ("socks5://proxy", "socks5://proxy:1080"),
        ("socks5h://proxy:9050", "socks5h://proxy:9050"),
        ("socks4a://proxy", "socks4a://proxy:1080"),
        (" http://proxy:8080 ", "http://proxy:8080"),
    ],
)
def test_address_is_read(text: str, address: str) -> None:
    found, login = read_address(text, "HTTPS_PROXY")
    assert (str(found), login) == (address, None)


@pytest.mark.parametrize(
    ("text", "user", "password"),
    [
        ("http://user:pass@proxy:8080", "user", "pass"),
        ("user:pass@proxy:8080", "user", "pass"),
        ("http://user@proxy:8080", "user", ""),
        ("http://user:a/b@proxy:8080", "user", "a/b"),
        ("http://user:a@b@proxy:8080", "user", "a@b"),
        ("http://user:a#b?c:d@proxy:8080", "user", "a#b?c:d"),
        ("http://%E5%A4%AA%E9%83%8E:%E3%81%82@proxy:8080", "太郎", "あ"),
        ("http://user:%FC@proxy:8080", "user", "ü"),
        ("http://DOMAIN%5Cuser:100%25@proxy:8080", "DOMAIN\\user", "100%"),
        ("http://太郎:あ@proxy:8080", "太郎", "あ"),
        ("http://us\udce9r:p\udcff@proxy:8080", "us\xe9r", "p\xff"),
        ("http://user:\udcfc@proxy:8080", "user", "ü"),
        ("http://user:\udce3\udc81\udc82@proxy:8080", "user", "あ"),
        ("http://user:%41\udcfc@proxy:8080", "user", "Aü"),
    ],
)
def test_login_in_an_address_is_read(text: str, user: str, password: str) -> None:
    found, login = read_address(text, "HTTPS_PROXY")
    assert str(found) == "http://proxy:8080"
    assert login is not None
    assert (login.user, login.password.reveal()) == (user, password)


@pytest.mark.parametrize(
    "text",
    [
        "http://user:hidden@proxy:80800",
        "http://user:hidden@proxy:0",
        "http://user:hidden@proxy:port",
        "http://user:hidden@proxy:-1",
        "http://user:hidden@proxy:\u0661",
        "http://user:hidden@",
        "http://user:hidden:8080",
        "http://hidden proxy:8080",
        "http://[hidden]:8080",
        "http://[::1:8080",
        "ftp://user:hidden@proxy:21",
        "socks6://user:hidden@proxy",
        "http://",
        "://hidden",
        "http:hidden@proxy:8080:90",
        "http://プロキシhidden:8080",
        "http://user:hidden\ud83d@proxy:8080",
        "http://hidden\udcff:8080",
    ],
)
def test_unusable_address_is_blamed_on_its_setting_without_being_repeated(text: str) -> None:
    with pytest.raises(CertclientError) as caught:
        read_address(text, "HTTPS_PROXY")
    assert caught.value.code is ErrorCode.PROXY_SETTING
    assert caught.value.data["setting"] == "HTTPS_PROXY"
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("rules", "listed"),
    [
        ("", False),
        ("*", True),
        ("example.jp", True),
        (".example.jp", True),
        ("*.example.jp", True),
        ("EXAMPLE.JP", True),
        ("example.jp.", True),
        ("ca.example.jp", True),
        ("*.ca.example.jp", False),
        ("xample.jp", False),
        ("ca.example.jp.evil", False),
        ("ca.example.jp:443", True),
        ("example.jp:443", True),
        ("ca.example.jp:8443", False),
        ("ca.*.jp", True),
        ("other.jp,example.jp", True),
        (" other.jp ,\texample.jp ", True),
        ("other.jp example.jp", True),
        (",,", False),
        (".", False),
        ("10.0.0.0/8", False),
    ],
)
def test_no_proxy_matches_names(rules: str, listed: bool) -> None:
    assert is_listed("https://ca.example.jp/pkix/", rules) is listed


@pytest.mark.parametrize(
    ("url", "rules", "listed"),
    [
        ("https://10.1.2.3/", "10.0.0.0/8", True),
        ("https://10.1.2.3/", "10.1.2.3", True),
        ("https://10.1.2.3/", "10.1.2.3:443", True),
        ("https://10.1.2.3/", "10.1.2.3:80", False),
        ("https://10.1.2.3/", "10.1.2.0/24,192.0.2.0/24", True),
        ("https://11.1.2.3/", "10.0.0.0/8", False),
        ("https://10.1.2.3/", ".2.3", False),
        ("https://10.1.2.3/", "*", True),
        ("https://10.1.2.3/", "10.0.0.0/99", False),
        ("https://[2001:db8::1]/", "2001:db8::/32", True),
        ("https://[2001:db8::1]/", "[2001:db8::1]", True),
        ("https://[2001:DB8:0::1]/", "2001:db8::1", True),
        ("https://[2001:db8::1]:8443/", "[2001:db8::1]:8443", True),
        ("https://[2001:db8::1]:8443/", "[2001:db8::1]:443", False),
        ("https://[2001:db9::1]/", "2001:db8::/32", False),
        ("http://ca.example.jp/", "ca.example.jp:80", True),
        ("https://ca.example.jp./", "ca.example.jp", True),
        ("https://ca:8443/", "ca:8443", True),
    ],
)
def test_no_proxy_matches_addresses_networks_and_ports(url: str, rules: str, listed: bool) -> None:
    assert is_listed(url, rules) is listed
