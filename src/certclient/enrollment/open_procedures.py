"""The user's unfinished procedures, at one bank or at all of them.

The journal belongs to the user and not to a bank, so reading it needs no profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.enrollment.lock import is_held, locks_folder
from certclient.enrollment.outcomes import ProcedureView, view_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.journal import Journal
    from certclient.model.errors import CertclientError


@dataclass(frozen=True, slots=True)
class OpenProcedures:
    """A snapshot of the procedures with something left to do (`ProcedureState.open`), oldest first.

    `running`: the ids of those that some process runs now. `damaged`: JOURNAL_DAMAGED for each open
    one whose record cannot be read.
    """

    views: tuple[ProcedureView, ...] = ()
    running: frozenset[str] = frozenset()
    damaged: tuple[CertclientError, ...] = ()

    def at_bank(self, profile_id: str) -> Sequence[ProcedureView]:
        """Those at one bank."""
        return [view for view in self.views if view.profile_id == profile_id]

    def find(self, procedure_id: str) -> ProcedureView | None:
        """The open procedure with this id, at any bank; None if there is none."""
        return next((view for view in self.views if view.id == procedure_id), None)

    @property
    def user_ids(self) -> Sequence[str]:
        """Whose procedures they are, damaged ones included, at every bank, each ID once."""
        broken = (error.data["user_id"] for error in self.damaged)
        return tuple(dict.fromkeys((*(view.user_id for view in self.views), *broken)))


def read_open_procedures(journal: Journal) -> OpenProcedures:
    """What `journal` holds now. Raises CertclientError: JOURNAL_DAMAGED, DATA_FOLDER."""
    contents = journal.contents(only_open=True)
    views = tuple(map(view_of, contents.records))
    folder = locks_folder(journal.path)
    running = [view.id for view in views if is_held(folder, view.profile_id, view.user_id)]
    broken = tuple(map(journal.damage, contents.damaged))
    return OpenProcedures(views, frozenset(running), broken)
