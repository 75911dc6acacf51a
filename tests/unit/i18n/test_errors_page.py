"""docs/errors.md says what the program says."""

from __future__ import annotations

from tools.errors_page import PAGE, page


def test_the_page_for_support_desks_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.errors_page"
