"""Deep links are untrusted: any web page may contain one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certclient.model.deep_link import MAX_LENGTH, DeepLink, LinkError, Verb, parse
from certclient.model.link_scheme import is_link


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("certclient:open", DeepLink(Verb.OPEN)),
        ("certclient:renew", DeepLink(Verb.RENEW)),
        (
            "certclient:renew?profile=rei-shinkin&user=TKYM1408054",
            DeepLink(Verb.RENEW, "rei-shinkin", "TKYM1408054"),
        ),
        (
            "certclient:obtain?user=TKYM1408054&ticket=tk-9f_3C",
            DeepLink(Verb.OBTAIN, "", "TKYM1408054", "tk-9f_3C"),
        ),
    ],
)
def test_valid_link_is_parsed(text: str, link: DeepLink) -> None:
    assert parse(text) == link


@pytest.mark.parametrize(
    "text",
    [
        "",
        "certclient:",
        "certclient:?user=A",
        "certclient:delete?user=TKYM1408054",
        "certclient:RENEW",
        "Certclient:renew",
        "certclient://renew",
        "certclient:renew?",
        "certclient:renew?user=",
        "certclient:renew?user",
        "certclient:renew?user=A&user=B",
        "certclient:renew?user=A&",
        "certclient:renew?profile=../../etc/passwd",
        "certclient:renew?profile=C:\\evil.toml",
        "certclient:renew?profile=Rei",
        "certclient:renew?url=https",
        "certclient:renew?user=%54KYM",
        "certclient:renew?user=TKYM1408054%201403",
        "certclient:renew?user=A;B",
        "certclient:renew?user=A\n",
        "certclient:renew?user=１２３４",
        "certclient:renew?user=" + "A" * 33,
        "certclient:renew?ticket=" + "a" * MAX_LENGTH,
        "certclient:renew#user=A",
        " certclient:renew",
        "certclient:renew --profile /tmp/evil.toml",
        "https://bank.example.jp/",
    ],
)
def test_any_other_link_is_refused(text: str) -> None:
    with pytest.raises(LinkError) as refused:
        parse(text)
    assert refused.value.args == (), "the link is not echoed"


@given(st.text(max_size=400))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for candidate in (text, "certclient:" + text):
        try:
            link = parse(candidate)
        except LinkError:
            continue
        assert parse(link.text) == link


def test_link_is_recognized_by_its_scheme() -> None:
    assert is_link("CertClient:whatever")
    assert not is_link("renew")


def test_repr_hides_the_ticket() -> None:
    assert "secret-word" not in repr(parse("certclient:renew?ticket=secret-word"))
