"""The pages that are made from code are up to date, and the help desk has advice for each code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from certclient.cli.exit_codes import EXIT_CODES
from certclient.model.errors import ErrorCode
from support.documents import ROOT
from tools.docs.help_desk import advice, patterns, unused_texts
from tools.docs.reference import PAGES


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_made_from_code_is_up_to_date(path: Path) -> None:
    page = PAGES[path]()
    assert path.read_text(encoding="utf-8") == page, "run: .venv/bin/python -m tools.docs --pages"


@pytest.mark.parametrize("code", ErrorCode, ids=lambda code: code.code)
def test_the_help_desk_knows_what_to_ask_and_do(code: ErrorCode) -> None:
    given = advice(code.code)
    assert given.questions
    assert given.actions
    assert given != advice("CC-"), f"docs/help-desk.toml has no pattern for {code.code}"


def test_the_help_desk_is_asked_about_no_unknown_code() -> None:
    codes = [code.code for code in ErrorCode]
    exact = [pattern for pattern in patterns() if "*" not in pattern]
    assert [pattern for pattern in exact if pattern not in codes] == []
    assert unused_texts() == []


def test_the_command_line_document_lists_each_exit_code() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"(?m)^\| (\d) \| .* \| `([a-z-]+)` \|$", text))
    assert listed == {str(number): kind.value for kind, number in EXIT_CODES.items()}
