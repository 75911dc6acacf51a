"""The pages in docs/ that are made from code: each path with the function that returns its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tools import errors_page
from tools.docs import command_line, exit_codes, json_shapes, policy_keys, profile_keys
from tools.reliability import page as reliability

DOCS = Path(__file__).parents[2] / "docs"

PAGES: Mapping[Path, Callable[[], str]] = {
    errors_page.PAGE: errors_page.page,
    reliability.PAGE: reliability.page,
    DOCS / "reference" / "command-line.md": command_line.page,
    DOCS / "reference" / "exit-codes.md": exit_codes.page,
    DOCS / "reference" / "json.md": json_shapes.page,
    DOCS / "reference" / "profile-keys.md": profile_keys.page,
    DOCS / "reference" / "policy-keys.md": policy_keys.page,
}


def write_pages() -> None:
    """Writes every page of PAGES."""
    for path, page in PAGES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8")
