"""docs/errors.md matches the program's error texts."""

from __future__ import annotations

from tools.errors_page import PAGE, page


def test_errors_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.errors_page"
