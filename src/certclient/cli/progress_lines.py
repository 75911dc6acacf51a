"""The lines for the start and the end of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.model.progress import Phase, Progress

if TYPE_CHECKING:
    from certclient.i18n.catalogue import Catalogue


def progress_line(catalogue: Catalogue, progress: Progress) -> str:
    """The line for the start or the end of a step."""
    key = "progress.started" if progress.phase is Phase.STARTED else "progress.finished"
    return catalogue.text(key, step=catalogue.step(progress.step), seconds=progress.seconds)
