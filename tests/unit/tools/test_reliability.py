"""The counts of `make reliability` and the page made from them."""

from __future__ import annotations

import re
from pathlib import Path

from tools.reliability.page import KINDS
from tools.reliability.results import Count, counted, read

TESTS = Path(__file__).parents[2]
_MARKER = re.compile(r'mark\.reliability\(\s*"([^"]+)"')


def test_outcomes_of_one_row_are_added() -> None:
    raw = [("kills", "b", "passed", 3), ("kills", "a", "failed", 1), ("kills", "b", "failed", 2)]
    assert counted(raw) == (Count("kills", "a", failed=1), Count("kills", "b", passed=3, failed=2))


def test_the_page_has_a_section_for_each_kind_of_case() -> None:
    marked = {
        kind
        for file in TESTS.rglob("test_*.py")
        if file != Path(__file__)
        for kind in _MARKER.findall(file.read_text("utf-8"))
    }
    assert marked <= {kind.name for kind in KINDS}
    assert marked <= {one.kind for one in read().counts}, "`make reliability` has not run since"


def test_every_case_that_is_kept_has_passed() -> None:
    assert [one for one in read().counts if one.failed] == []
