"""Which user IDs and suffixes a bank's pattern can give."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certclient.model.certificate import SubjectRule
from certclient.model.user_ids import can_give_suffix, requested_user_id

SHINKIN = r"(?P<user_id>[A-Z0-9]{4,32})(?: (?P<suffix>[0-9]{4}))?"
DASHED = r"(?P<user_id>U[0-9]{6})-(?P<suffix>[AB])"
NO_SUFFIX = r"(?P<user_id>[a-z]+\.[a-z]+)"
PREFIXED = r"JP\((?P<suffix>[)(]|[0-9]{2})\) (?P<user_id>[A-Z]{3}(?:[0-9]{4})?)"


@pytest.mark.parametrize(
    ("pattern", "text", "user_id"),
    [
        (SHINKIN, "TKYM1408054", "TKYM1408054"),
        (SHINKIN, "TKYM1408054 1403", "TKYM1408054"),
        (SHINKIN, "TKY", None),
        (SHINKIN, "tkym1408054", None),
        (SHINKIN, "TKYM1408054 140", None),
        (SHINKIN, "TKYM1408054 1403 1403", None),
        (SHINKIN, "A" * 33, None),
        (DASHED, "U111111", "U111111"),
        (DASHED, "U111111-A", "U111111"),
        (DASHED, "U111111 A", "U111111"),
        (DASHED, "U111111-C", None),
        (DASHED, "U111111 C", None),
        (DASHED, "U11111", None),
        (NO_SUFFIX, "taro.yamada", "taro.yamada"),
        (NO_SUFFIX, "taro yamada", None),
        (PREFIXED, "ABC1234", "ABC1234"),
        (PREFIXED, "ABC123", None),
        (PREFIXED, "JP(07) ABC", "ABC"),
        (r"(?i)(?P<user_id>[a-z]+)", "ABC", "ABC"),
    ],
)
def test_what_a_user_types_is_understood_or_refused(
    pattern: str, text: str, user_id: str | None
) -> None:
    assert requested_user_id(SubjectRule(re.compile(pattern)), text) == user_id


def test_what_can_be_a_user_id_itself_is_not_split() -> None:
    spaced = SubjectRule(re.compile(r"(?P<user_id>[A-Z0-9 ]{4,32})(?: (?P<suffix>[0-9]{4}))?"))
    assert requested_user_id(spaced, "TKYM1408054 1403") == "TKYM1408054 1403"


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?P<user_id>(?=.*[0-9])[A-Z0-9]+)",
        r"(?P<user_id>\bX[0-9]+\b)",
        r"(?P<user_id>(.)\2+)",
        r"(?x)(?P<user_id>[A-Z]+) # a comment with )",
        r"(?i:(?P<user_id>[a-z]+))",
    ],
)
def test_a_pattern_that_cannot_be_judged_excludes_nothing(pattern: str) -> None:
    assert requested_user_id(SubjectRule(re.compile(pattern)), "ABC") == "ABC"


@given(name=st.from_regex(SHINKIN, fullmatch=True))
def test_every_owner_of_a_common_name_is_accepted(name: str) -> None:
    """No user ID that a certificate can have is refused."""
    match = re.fullmatch(SHINKIN, name)
    assert match is not None
    rule = SubjectRule(re.compile(SHINKIN))
    assert requested_user_id(rule, match["user_id"]) == match["user_id"]
    assert requested_user_id(rule, name) == match["user_id"]


@pytest.mark.parametrize(
    ("suffix", "possible"), [("1394", True), ("139", False), ("A394", False), ("", False)]
)
def test_a_suffix_that_the_pattern_cannot_give_is_known(suffix: str, possible: bool) -> None:
    assert can_give_suffix(re.compile(SHINKIN), suffix) is possible


def test_brackets_in_sets_and_escapes_do_not_end_a_group() -> None:
    pattern = re.compile(PREFIXED)
    assert can_give_suffix(pattern, ")")
    assert can_give_suffix(pattern, "07")
    assert not can_give_suffix(pattern, "7")
