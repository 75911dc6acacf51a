"""What the demo prints: numbered steps, one or two lines each, and a table at the end."""

from __future__ import annotations

from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Renewal:
    """One column of the summary. Serial numbers in hex, times in seconds."""

    place: str
    user_id: str
    old_serial: str
    new_serial: str
    valid_until: str
    renew_seconds: float
    login_seconds: float


_WIDTH = 92
"""Columns that the summary needs."""


class Report:
    """Prints to a terminal in colour, to a file without."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._step = 0
        self._title = "getting ready"

    def step(self, title: str) -> None:
        self._step += 1
        self._title = title
        self._console.print(f"\n[bold cyan]{self._step}. {title}[/]")

    def fact(self, text: str) -> None:
        self._console.print(f"   {text}", markup=False)

    def failed(self, reason: str) -> None:
        self._console.print(f"\n[bold red]FAILED[/] in step {self._step}: {self._title}")
        self.fact(reason)

    def summary(self, renewals: list[Renewal], seconds: float) -> None:
        """One column for each renewal, so that serial numbers fit on one line."""
        table = Table(title="Renewed 更新", title_justify="left", box=SIMPLE)
        table.add_column()
        for renewal in renewals:
            table.add_column(f"{renewal.place} {renewal.user_id}")
        table.add_row("Old serial", *(renewal.old_serial for renewal in renewals))
        table.add_row("New serial", *(renewal.new_serial for renewal in renewals))
        table.add_row("Valid until", *(f"{renewal.valid_until} JST" for renewal in renewals))
        table.add_row("Renewal took", *(f"{renewal.renew_seconds:.2f} s" for renewal in renewals))
        table.add_row("Login took", *(f"{renewal.login_seconds:.2f} s" for renewal in renewals))
        self._console.print()
        # A serial number is never cut, whatever the terminal says of its width.
        Console(highlight=False, width=max(self._console.width, _WIDTH)).print(table)
        self._console.print(f"[bold green]Everything worked[/] in {seconds:.0f} s.")
