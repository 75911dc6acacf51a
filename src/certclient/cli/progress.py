"""Shows the running step: a spinner with seconds on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from typing import Protocol

import click
from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from certclient.i18n.catalogue import Catalogue
from certclient.model.progress import Phase, Progress


class ProgressView(Protocol):
    """An output for progress reports."""

    def report(self, progress: Progress) -> None:
        """Shows the start or the end of a step."""
        ...

    def pause(self) -> None:
        """Stops updating the screen, because a prompt or a message follows."""
        ...


class SilentView:
    """For `--json` without a terminal."""

    def report(self, progress: Progress) -> None:
        """See ProgressView.report. Prints nothing."""
        return

    def pause(self) -> None:
        """See ProgressView.pause. Does nothing."""
        return


class LineView:
    """Prints one line when a step starts and one when it ends."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def report(self, progress: Progress) -> None:
        """See ProgressView.report. Prints to stderr."""
        click.echo(_line(self._catalogue, progress), err=True)

    def pause(self) -> None:
        """See ProgressView.pause. Does nothing: printed lines are final."""
        return


class SpinnerView:
    """A spinner with the seconds of the running step; a permanent line for each finished one."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._live: RichProgress | None = None

    def report(self, progress: Progress) -> None:
        """See ProgressView.report. Replaces the spinner of the previous step."""
        self.pause()
        if progress.phase is Phase.FINISHED:
            click.echo(_line(self._catalogue, progress), err=True)
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


def progress_view(catalogue: Catalogue, *, quiet: bool) -> ProgressView:
    """A spinner if stderr is a terminal; otherwise lines, or nothing if `quiet`."""
    if sys.stderr.isatty():
        return SpinnerView(catalogue)
    return SilentView() if quiet else LineView(catalogue)


def _line(catalogue: Catalogue, progress: Progress) -> str:
    key = "progress.started" if progress.phase is Phase.STARTED else "progress.finished"
    return catalogue.text(key, step=catalogue.step(progress.step), seconds=progress.seconds)
