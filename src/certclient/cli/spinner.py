"""The running step on a terminal: a spinner with seconds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from certclient.cli.progress_lines import progress_line
from certclient.model.progress import Phase, Progress

if TYPE_CHECKING:
    from certclient.i18n.catalogue import Catalogue


class SpinnerView:
    """A spinner with the seconds of the running step; a permanent line for each finished one."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._live: RichProgress | None = None

    def report(self, progress: Progress) -> None:
        """See ProgressView.report. Replaces the spinner of the previous step."""
        self.pause()
        if progress.phase is Phase.FINISHED:
            click.echo(progress_line(self._catalogue, progress), err=True)
            return
        self._live = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=Console(file=sys.stderr, emoji=False, highlight=False),
            transient=True,
        )
        self._live.add_task(self._catalogue.step(progress.step), total=None)
        self._live.start()

    def pause(self) -> None:
        """See ProgressView.pause. Removes the spinner."""
        if self._live is not None:
            self._live.stop()
            self._live = None
