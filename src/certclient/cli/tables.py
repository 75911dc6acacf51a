"""Tables with aligned columns, also for Japanese: styled on a terminal, plain in a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from certclient.model.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN_WIDTH = 1000
"""Columns outside a terminal: wide enough that no line wraps, so that grep works."""


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints `rows` under `headings` to stdout, with hidden characters made visible."""
    on_terminal = sys.stdout.isatty()
    console = Console(
        file=sys.stdout,
        width=None if on_terminal else _PLAIN_WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
    )
    table = Table(box=box.SIMPLE_HEAD if on_terminal else None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(visible, row))
    console.print(table)
