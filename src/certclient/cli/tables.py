"""Tables with aligned columns, also for Japanese: styled on a terminal, plain in a file."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

import click

from certclient.model.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

_BETWEEN = "  "


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints `rows` under `headings` to stdout, with hidden characters made visible.

    Outside a terminal, no line wraps, so that grep works.
    """
    shown = [[visible(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        from certclient.cli.terminal_tables import print_styled

        print_styled(headings, shown)
    else:
        for line in _aligned([headings, *shown]):
            click.echo(line)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        _BETWEEN.join(
            f"{cell}{' ' * (width - _width(cell))}" for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """How many columns a terminal gives to `text` (Unicode Standard Annex 11)."""
    return sum(map(_columns, text)) if not text.isascii() else len(text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
