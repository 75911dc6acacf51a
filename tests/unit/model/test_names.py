"""Distinguished names of any origin: what is shown of them, and which of them are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certclient.model.names import attributes, canonical_name, dn_lines, same_name
from support.odd_certificates import (
    BMP,
    IA5,
    PRINTABLE,
    T61,
    UNIVERSAL,
    UTF8,
    attribute,
    name,
    rdn,
    simple_name,
    tlv,
)


def organization(raw: bytes, tag: int) -> bytes:
    return name(rdn(attribute("O", raw, tag)))


@pytest.mark.parametrize(
    ("raw", "tag", "text"),
    [
        ("Müller & Söhne".encode("latin-1"), T61, "Müller & Söhne"),
        ("Crédit Lyonnais".encode("latin-1"), T61, "Crédit Lyonnais"),
        ("株式会社しんきん".encode("cp932"), T61, "株式会社しんきん"),
        ("ｼﾝｷﾝ ﾃｽﾄ".encode("cp932"), PRINTABLE, "ｼﾝｷﾝ ﾃｽﾄ"),
        ("株式会社しんきん".encode(), T61, "株式会社しんきん"),
        ("株式会社しんきん".encode("utf-16-be"), BMP, "株式会社しんきん"),
        ("𠮷野家".encode("utf-16-be"), BMP, "𠮷野家"),
        ("株式会社しんきん".encode("utf-32-be"), UNIVERSAL, "株式会社しんきん"),
        (b"A&B Shoji", PRINTABLE, "A&B Shoji"),
        ("信金".encode("cp932"), UTF8, "信金"),
        (b"", UTF8, ""),
        (b"\x00\x41\x00", BMP, "A\ufffd"),
        (b"\x00\x11\x00\x00", UNIVERSAL, "\ufffd"),
    ],
)
def test_text_of_every_string_type_is_read(raw: bytes, tag: int, text: str) -> None:
    assert dn_lines(organization(raw, tag)) == (("Organization", text),)


def test_a_string_in_pieces_is_put_together() -> None:
    value = tlv(UTF8 | 0x20, tlv(0x04, b"Shin"), tlv(0x04, b"kin"))
    oid = bytes.fromhex("060355040a")
    assert dn_lines(name(rdn(tlv(0x30, oid, value)))) == (("Organization", "Shinkin"),)


def test_a_value_that_is_no_text_is_shown_in_hex() -> None:
    assert dn_lines(organization(b"\x05\xa0", 0x03)) == (("Organization", "05a0"),)


def test_an_rdn_of_two_attributes_and_an_empty_one_are_read() -> None:
    two = rdn(attribute("CN", b"TKYM1408054"), attribute("OU", b"Sales"))
    assert dn_lines(name(rdn(), two)) == (
        ("Organizational Unit", "Sales"),
        ("Common Name", "TKYM1408054"),
    )


PLAIN = simple_name("Taro Shinkin", "Example Bank")


@pytest.mark.parametrize(
    "other",
    [
        name(
            rdn(attribute("C", b"jp", UTF8)),
            rdn(attribute("O", b"  EXAMPLE   bank ", PRINTABLE)),
            rdn(attribute("CN", "taro shinkin".encode("utf-16-be"), BMP)),
        ),
        name(
            rdn(attribute("C", b"JP", PRINTABLE)),
            rdn(attribute("O", "Ｅxample\u3000Bank".encode(), UTF8)),
            rdn(attribute("CN", b"Taro\xc2\xad Shinkin", UTF8)),
        ),
    ],
)
def test_string_type_case_and_spaces_do_not_matter(other: bytes) -> None:
    """RFC 5280, 7.1; RFC 4518, 2."""
    assert same_name(PLAIN, other)
    assert hash(canonical_name(PLAIN)) == hash(canonical_name(other))


def test_the_attributes_of_one_rdn_have_no_order() -> None:
    common_name, unit = attribute("CN", b"Taro"), attribute("OU", b"Sales")
    assert same_name(name(rdn(common_name, unit)), name(rdn(unit, common_name)))
    assert not same_name(name(rdn(common_name, unit)), name(rdn(common_name), rdn(unit)))


@pytest.mark.parametrize(
    "other",
    [
        simple_name("Taro Shinkin2", "Example Bank"),
        simple_name("TaroShinkin", "Example Bank"),
        simple_name("Taro Shinkin", "Example Bank", country="US"),
        simple_name("Taro Shinkin"),
        name(),
        name(
            rdn(attribute("C", b"JP", PRINTABLE)),
            rdn(attribute("CN", b"Taro Shinkin", UTF8)),
            rdn(attribute("O", b"Example Bank", UTF8)),
        ),
        PLAIN + b"\x00",
        PLAIN[:-1],
    ],
)
def test_another_text_order_or_number_is_another_name(other: bytes) -> None:
    assert not same_name(PLAIN, other)


def test_a_value_that_is_no_text_counts_as_it_is_encoded() -> None:
    bits = organization(b"\x00AB", 0x03)
    assert same_name(bits, organization(b"\x00AB", 0x03))
    assert not same_name(bits, organization(b"\x00ab", 0x03))
    assert not same_name(bits, organization(b"004142", UTF8))


def test_a_damaged_name_is_the_same_as_itself_only() -> None:
    damaged = name(rdn(attribute("O", b"x", IA5)) + b"\x30")
    assert attributes(damaged) is None
    assert dn_lines(damaged) == ()
    assert same_name(damaged, damaged)
    assert not same_name(damaged, name())


@given(st.binary(max_size=80))
def test_any_bytes_have_lines_and_a_canonical_form(data: bytes) -> None:
    assert isinstance(dn_lines(data), tuple)
    assert canonical_name(data) == canonical_name(data)
    hash(canonical_name(data))
