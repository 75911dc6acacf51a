"""The counts of `make reliability` and the page made from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import pytest

from support.torture.bad_line import FAULTS
from support.torture.computer import STORES
from support.torture.known_changes import changes_on_windows, moments
from tools.reliability.__main__ import Raw, problems
from tools.reliability.page import KINDS, PAGE, page
from tools.reliability.results import Count, counted, read

TESTS = Path(__file__).parents[2]
_MARKER = re.compile(r'mark\.reliability\(\s*"([^"]+)",\s*"([^"]+)"')
_RENAMED = re.compile(r'count_as\(\s*request,\s*f?"([^"]+)"')
_PARAMETER = re.compile(r"\{([^}]+)\}")
WINDOWS = {"CryptoAPI": False, "a double of CNG": True}
"""Where keys are on Windows, and whether that is CNG."""
VALUES: Mapping[str, Sequence[str]] = {
    "place": STORES,
    "fault": list(FAULTS),
    "keys": list(WINDOWS),
}
"""Of the parameters whose values are the same in every test; of others, any counts."""
KILLED = {
    "a renewal": "renew",
    "a renewal, then its resumption": "renew",
    "the bank during a renewal": "renew",
    "a renewal by EST": "renew by EST",
    "a first certificate (取得)": "obtain",
    "a first certificate by EST": "obtain by EST",
    "a revocation (失効)": "revoke",
    "putting away": "archive",
    "bringing back": "restore",
    "deleting with the key": "delete",
}
"""What is killed at each moment: the row and the command."""

Row = tuple[str, re.Pattern[str]]


def marked_rows() -> Iterator[Row]:
    """Each kind of test and the rows that its cases are counted in, from the tests' text."""
    for file in TESTS.rglob("test_*.py"):
        text = file.read_text("utf-8")
        renamed = _RENAMED.findall(text)
        for kind, row in _MARKER.findall(text):
            if renamed:  # by what happens in a case: not each value need occur in each row
                yield from ((kind, pattern) for one in renamed for pattern in patterns(one, {}))
            else:
                yield from ((kind, pattern) for pattern in patterns(row, VALUES))


def patterns(row: str, known: Mapping[str, Sequence[str]]) -> Iterator[re.Pattern[str]]:
    """Those of a row with parameters: one for each of their known values."""
    names = [name for name in _PARAMETER.findall(row) if name in known]
    for values in product(*(known[name] for name in names)):
        filled = row
        for name, value in zip(names, values, strict=True):
            filled = filled.replace(f"{{{name}}}", value)
        yield re.compile(".+".join(map(re.escape, _PARAMETER.split(filled)[::2])))


def test_outcomes_of_one_row_are_added() -> None:
    raw = [("kills", "b", "passed", 3), ("kills", "a", "failed", 1), ("kills", "b", "failed", 2)]
    assert counted(raw) == (Count("kills", "a", failed=1), Count("kills", "b", passed=3, failed=2))


def test_the_page_has_a_section_for_each_kind_of_case() -> None:
    assert {kind for kind, _ in marked_rows()} == {kind.name for kind in KINDS}


def test_every_row_of_the_tests_is_on_the_page() -> None:
    kept = {(one.kind, one.row) for one in read().counts}
    missing = [
        (kind, pattern.pattern)
        for kind, pattern in marked_rows()
        if not any(kind == other and pattern.fullmatch(row) for other, row in kept)
    ]
    assert missing == [], "`make reliability` has not run since"


def test_every_row_of_the_page_is_one_of_the_tests() -> None:
    marked = list(marked_rows())
    assert [
        one
        for one in read().counts
        if not any(kind == one.kind and pattern.fullmatch(one.row) for kind, pattern in marked)
    ] == []


@pytest.mark.parametrize(("row", "command"), KILLED.items())
def test_every_moment_of_a_command_was_tried_in_each_store(row: str, command: str) -> None:
    passed = {one.row: one.passed for one in read().counts if one.kind == "kills"}
    assert [passed[f"{row}, {place}"] for place in STORES] == [len(moments(command))] * len(STORES)


@pytest.mark.parametrize(("place", "cng"), WINDOWS.items())
def test_every_moment_of_a_command_was_tried_on_windows(place: str, cng: bool) -> None:
    changes = changes_on_windows(cng=cng)
    passed = {one.row: one.passed for one in read().counts if one.kind == "Windows"}
    killed = {row: command for row, command in KILLED.items() if command in changes}
    del killed["the bank during a renewal"]  # the bank is one for all tests there
    assert {row: passed[f"{row}, {place}"] for row in killed} == {
        row: len(changes[command]) + 1 for row, command in killed.items()
    }


def test_every_case_that_is_kept_has_passed() -> None:
    assert [one for one in read().counts if one.failed] == []


def test_the_page_is_made_from_what_is_kept() -> None:
    assert PAGE.read_text("utf-8") == page()


def test_a_failed_skipped_or_missing_case_is_a_reason_to_keep_the_old_page() -> None:
    whole: Raw = [(kind.name, "row", "passed", 1) for kind in KINDS]
    assert problems(whole) == []
    assert problems([*whole, ("disk", "full", "failed", 2)]) == ["2 failed: disk, full"]
    assert problems([*whole, ("disk", "full", "skipped", 1)]) == ["1 skipped: disk, full"]
    assert problems(whole[1:]) == [f"no case has run: {whole[0][0]}"]
