"""What the demo prints: numbered steps, one or two lines each, and a table at the end."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Renewal:
    """One line of the summary. Serial numbers in hex, times in seconds."""

    place: str
    user_id: str
    old_serial: str
    new_serial: str
    valid_until: str
    renew_seconds: float
    login_seconds: float


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
        table = Table(title="Renewed 更新", title_justify="left", box=None, padding=(0, 2, 0, 0))
        for heading in ("Place", "ID", "Old serial", "New serial", "Valid until (Japan)"):
            table.add_column(heading, overflow="fold")
        table.add_column("Renewal", justify="right")
        table.add_column("Login", justify="right")
        for renewal in renewals:
            table.add_row(
                renewal.place,
                renewal.user_id,
                renewal.old_serial,
                renewal.new_serial,
                renewal.valid_until,
                f"{renewal.renew_seconds:.2f} s",
                f"{renewal.login_seconds:.2f} s",
            )
        self._console.print()
        Console(highlight=False, width=max(self._console.width, 120)).print(table)
        self._console.print(f"\n[bold green]Everything worked[/] in {seconds:.0f} s.")
