"""Output of the demo: numbered steps, a few lines each, and a final table."""

from __future__ import annotations

from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Renewal:
    """One column of the summary. Serial numbers are in hex, times in seconds. `key`: the new key's
    kind."""

    place: str
    user_id: str
    old_serial: str
    new_serial: str
    key: str
    valid_until: str
    renew_seconds: float
    login_seconds: float


_WIDTH = 92
"""Width of the summary in characters."""


class DemoReport:
    """Prints in colour to a terminal, without colour to a file."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._step = 0
        self._title = "getting ready"

    def step(self, title: str) -> None:
        """Starts the next numbered step."""
        self._step += 1
        self._title = title
        self._console.print(f"\n[bold cyan]{self._step}. {title}[/]")

    def fact(self, text: str) -> None:
        """Prints an indented line without interpreting rich's markup."""
        self._console.print(f"   {text}", markup=False)

    def failed(self, reason: str) -> None:
        """Prints the reason and the step that was running."""
        self._console.print(f"\n[bold red]FAILED[/] in step {self._step}: {self._title}")
        self.fact(reason)

    def summary(self, renewals: list[Renewal], seconds: float) -> None:
        """Prints one column per renewal, so that serial numbers fit on one line."""
        table = Table(title="Renewed 更新", title_justify="left", box=SIMPLE)
        table.add_column()
        for renewal in renewals:
            table.add_column(f"{renewal.place} {renewal.user_id}")
        table.add_row("Old serial", *(renewal.old_serial for renewal in renewals))
        table.add_row("New serial", *(renewal.new_serial for renewal in renewals))
        table.add_row("New key", *(renewal.key for renewal in renewals))
        table.add_row("Valid until", *(f"{renewal.valid_until} JST" for renewal in renewals))
        table.add_row("Renewal took", *(f"{renewal.renew_seconds:.2f} s" for renewal in renewals))
        table.add_row("Login took", *(f"{renewal.login_seconds:.2f} s" for renewal in renewals))
        self._console.print()
        # Never truncate serial numbers, not even in a narrower terminal.
        Console(highlight=False, width=max(self._console.width, _WIDTH)).print(table)
        self._console.print(f"[bold green]Everything worked[/] in {seconds:.0f} s.")
