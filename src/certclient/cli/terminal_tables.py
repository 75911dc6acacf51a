"""Tables on a terminal: fitted to its width, with a line below the headings."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence


def print_styled(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints `rows` under `headings` to stdout, which is a terminal; long cells fold."""
    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)
