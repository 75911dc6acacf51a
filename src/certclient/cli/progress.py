"""Shows which step is running: a spinner with seconds on a terminal, plain lines elsewhere."""

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
    """Where reports of progress go."""

    def report(self, progress: Progress) -> None: ...

    def pause(self) -> None:
        """Leaves the screen alone: a question or a message follows."""
        ...


class SilentView:
    """For `--json` without a terminal."""

    def report(self, progress: Progress) -> None:
        return

    def pause(self) -> None:
        return


class LineView:
    """One line when a step begins and one when it has ended."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def report(self, progress: Progress) -> None:
        click.echo(_line(self._words, progress), err=True)

    def pause(self) -> None:
        return


class SpinnerView:
    """A moving line with the seconds of the running step; a lasting line for each ended one."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words
        self._live: RichProgress | None = None

    def report(self, progress: Progress) -> None:
        self.pause()
        if progress.phase is Phase.FINISHED:
            click.echo(_line(self._words, progress), err=True)
            return
        self._live = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=Console(file=sys.stderr, emoji=False, highlight=False),
            transient=True,
        )
        self._live.add_task(self._words.step(progress.step), total=None)
        self._live.start()

    def pause(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None


def progress_view(words: Catalogue, *, quiet: bool) -> ProgressView:
    """A spinner on a terminal; else lines, or nothing if `quiet`."""
    if sys.stderr.isatty():
        return SpinnerView(words)
    return SilentView() if quiet else LineView(words)


def _line(words: Catalogue, progress: Progress) -> str:
    key = "progress.started" if progress.phase is Phase.STARTED else "progress.finished"
    return words.text(key, step=words.step(progress.step), seconds=progress.seconds)
