"""Addresses from outside: their host is a DNS name or an IP address, wherever one is taken."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certclient.model.errors import CertclientError
from certclient.model.hosts import read_authority
from certclient.model.policy import PROXY, StoredValue, policy_from
from certclient.model.urls import check_signed_url, check_url
from certclient.platform.proxies.address import read_address

GOOD = [
    "https://bank.example.jp/",
    "https://BANK.example.jp:8443/a?b=c#",
    "https://xn--zckzah.example.jp/%E3%81%82",
    "https://proxy_1/",
    "https://192.0.2.7/",
    "https://[2001:db8::7]:443/",
    "http://127.0.0.1:8000/",
    "http://[::1]/",
]

HOSTS = [
    r"evil.com\.bank.example.jp",
    "evil.com%2f.bank.example.jp",
    "bank.example.jp.",
    "bank..example.jp",
    ".bank.example.jp",
    "-bank.example.jp",
    "bank-.example.jp",
    "b" * 64 + ".example.jp",
    "b." * 127 + "jp",
    "bank!.example.jp",
    "bank,evil.example.jp",
    "bank;evil.example.jp",
    "*.example.jp",
    "bank'.example.jp",
    "銀行.example.jp",
    "bank\u3002example.jp",
    "ｂank.example.jp",
    "127.1",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "2130706433",
    "192.0.2.256",
    "192.0.2.7.8",
    "[fe80::1%25eth0]",
    "[v1.fe80]",
    "[::1",
    "::1",
    "bank.example.jp:0",
    "bank.example.jp:65536",
    "bank.example.jp:+443",
    "bank.example.jp:４４３",
    "bank.example.jp:44a",
    "bank.example.jp:443:443",
    "bank.example.jp\t",
    "bank.exa\nmple.jp",
    "bank\x00.example.jp",
    "bank\x7f.example.jp",
    "bank\u202e.example.jp",
    "bank example.jp",
    "user@bank.example.jp",
    "bank.example.jp@evil.example",
    r"bank.example.jp\@evil.example",
    "@bank.example.jp",
    "",
]

OTHERS = [
    "https:bank.example.jp/",
    r"https:\\bank.example.jp/",
    "https:/bank.example.jp/",
    "//bank.example.jp/",
    r"https://bank.example.jp\x/",
    'https://bank.example.jp/"x',
    "https://bank.example.jp/<x>",
    "https://bank.example.jp/`x`",
    " https://bank.example.jp/",
    "https://bank.example.jp/#x",
    "https://bank.example.jp/" + "a" * 2000,
]


@pytest.mark.parametrize("url", GOOD)
def test_an_address_is_kept_as_it_is(url: str) -> None:
    assert check_url(url) == url
    assert check_signed_url(url) == url


@pytest.mark.parametrize("url", [*(f"https://{host}/" for host in HOSTS), *OTHERS])
def test_what_another_program_could_read_differently_is_refused(url: str) -> None:
    for check in (check_url, check_signed_url):
        with pytest.raises(ValueError, match="address"):
            check(url)


@pytest.mark.parametrize("host", HOSTS)
def test_a_proxys_host_has_the_same_form(host: str) -> None:
    text = f"http://{host}" if ":" in host.rpartition("]")[2] else f"http://{host}:8080"
    with pytest.raises(CertclientError):
        policy_from({PROXY: StoredValue(text, "policy.toml")})


@pytest.mark.parametrize("host", [r"evil\.example", "a..b", "-a", "a.", "127.1", "0x7f.1", ""])
def test_a_proxy_of_the_system_has_the_same_form(host: str) -> None:
    with pytest.raises(CertclientError):
        read_address(f"http://{host}:8080", "HTTPS_PROXY")


@given(st.text(alphabet=st.characters(max_codepoint=0x2100), max_size=40))
@example("A:")
@example("[::1]:8443")
def test_an_authority_is_ascii_and_has_nothing_but_host_and_port(text: str) -> None:
    read = read_authority(text)
    if read is not None:
        bracketed = f"[{read.host}]" if ":" in read.host else read.host
        rest = text[len(bracketed) :]
        assert text.isascii()
        assert text.lower().startswith(bracketed)
        assert rest[:1] in ("", ":")
        # A port may be empty (RFC 3986, 3.2.3).
        assert (int(rest[1:]) if rest[1:] else None) == read.port
