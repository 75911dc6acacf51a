"""Pieces of Markdown for the pages that are made from code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

GENERATED = (
    "`.venv/bin/python -m tools.docs --pages` generates this page from the code; a test checks that"
    " it is\ncurrent.\n"
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar or a line break in a cell is escaped."""
    lines = [_row(head), f"|{'---|' * len(head)}", *(_row(cells) for cells in rows)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
