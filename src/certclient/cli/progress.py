"""Shows the running step: a spinner with seconds on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from typing import Protocol

import click

from certclient.cli.progress_lines import progress_line
from certclient.i18n.catalogue import Catalogue
from certclient.model.progress import Progress


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
        click.echo(progress_line(self._catalogue, progress), err=True)

    def pause(self) -> None:
        """See ProgressView.pause. Does nothing: printed lines are final."""
        return


def progress_view(catalogue: Catalogue, *, quiet: bool) -> ProgressView:
    """A spinner if stderr is a terminal; otherwise lines, or nothing if `quiet`."""
    if sys.stderr.isatty():
        from certclient.cli.spinner import SpinnerView

        return SpinnerView(catalogue)
    return SilentView() if quiet else LineView(catalogue)
