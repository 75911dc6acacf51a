"""What the pages of 「新しいパソコンに移る」 share: the certificate, the move, and the work."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from certclient.enrollment.login_test import LoginTestResult
from certclient.enrollment.moves import Move, MoveStep
from certclient.i18n.move_sheet import Sheet, lost_sheet, moving_sheet
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError
from certclient.model.moving import confirmation_number
from certclient.ui.overview.store_task import StoreTask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from certclient.enrollment.login_test import LoginTest
    from certclient.enrollment.moving import ComputerMove
    from certclient.enrollment.overview import Row
    from certclient.model.profile import Profile
    from certclient.store.base import CertificateStore
    from certclient.ui.context import AppContext
    from certclient.ui.tasks.interaction import QtInteraction


T = TypeVar("T")


class MovePageId(enum.Enum):
    """The pages of the window."""

    WHICH = "which"
    CERTIFICATE = "certificate"
    SHEET = "sheet"
    AWAIT = "await"
    CONSENT = "consent"
    WORK = "work"
    DONE = "done"
    NEW = "new"
    BY_HAND = "by-hand"
    NUMBER = "number"
    LOST = "lost"


class MoveFlow(QObject):
    """Lives as long as the window; `row`: the certificate that the pages are about, `move`: the
    move away from it, `number`: what the new computer shows."""

    wanted = Signal(object)
    """The MovePageId to show."""
    failed = Signal(object)
    """A CertclientError."""
    stores_changed = Signal()

    def __init__(self, context: AppContext, window: QWidget) -> None:
        super().__init__(window)
        self.context = context
        self.row: Row | None = None
        self.move: Move | None = None
        self.number = ""
        self._task = StoreTask(context, window)

    # What there is on this computer

    @property
    def open_moves(self) -> Sequence[Move]:
        """The unfinished moves of banks that can be used, the earliest first."""
        statuses = self.context.state.overview.statuses
        known = [
            move
            for fingerprint, move in statuses.moves.items()
            if fingerprint not in statuses.successors
            and self.context.profile(move.profile_id) is not None
        ]
        return sorted(known, key=lambda move: move.started)

    @property
    def rows(self) -> Sequence[Row]:
        """The certificates of this PC that count; those on tokens move by themselves."""
        return [row for row in self._counting if row.entry.store.destination is Destination.PC]

    @property
    def token_rows(self) -> Sequence[Row]:
        """The certificates on tokens."""
        return [row for row in self._counting if row.entry.store.destination is Destination.USB]

    @property
    def _counting(self) -> Sequence[Row]:
        rows = self.context.state.overview.rows
        return [row for row in rows if row.condition.counts and row.entry.stored.key is not None]

    @property
    def profile(self) -> Profile:
        """The bank of the pages. Only where there is a move, a row or a bank."""
        of_move = self.context.profile(self.move.profile_id) if self.move is not None else None
        of_row = self.row.profile if self.row is not None else None
        return of_move or of_row or self.context.profiles[0]

    @property
    def beginnings(self) -> Sequence[Row | Move]:
        """From what a move can begin or go on: the unfinished ones first."""
        fresh: Sequence[Row | Move] = [row for row in self.rows if row.entry.move is None]
        return (*self.open_moves, *fresh)

    @property
    def user_id(self) -> str:
        """Of the move or the row, "" for neither."""
        if self.move is not None:
            return self.move.user_id
        return self.row.entry.owner.user_id if self.row is not None else ""

    @property
    def contact(self) -> str:
        """The bank's contact: others cannot revoke."""
        return self.context.contact(self.profile)

    @property
    def step(self) -> MoveStep:
        """What has to be done next on the old computer."""
        if self.move is None:
            return MoveStep.AWAIT_LOGIN
        return self.move.step(self.profile.move.old)

    def sheet(self) -> Sheet:
        """What the new computer needs."""
        row, context = self.row, self.context
        contact = context.contact(self.profile, row.entry.owner if row is not None else None)
        return moving_sheet(context.catalogue, self.profile, self.user_id, contact)

    def lost(self, profile: Profile) -> Sheet:
        """What to do without the old computer."""
        return lost_sheet(self.context.catalogue, profile, "", self.context.contact(profile))

    # Steps on the old computer

    def choose(self, chosen: Row | Move) -> None:
        """Goes on with this certificate."""
        if isinstance(chosen, Move):
            self.row, self.move = None, chosen
            self.show_step()
            return
        self.row, self.move = chosen, chosen.entry.move
        if self.move is not None:
            self.show_step()
        else:
            self.wanted.emit(MovePageId.SHEET)

    def show_step(self) -> None:
        """Shows the page of what has to be done next."""
        pages = {
            MoveStep.AWAIT_LOGIN: MovePageId.AWAIT,
            MoveStep.REVOKE: MovePageId.CONSENT,
            MoveStep.REMOVE: MovePageId.CONSENT,
            MoveStep.DONE: MovePageId.DONE,
        }
        self.wanted.emit(pages[self.step])

    def begin(self) -> None:
        """Begins the move away from `row`."""
        row = self.row
        if row is not None:
            self._run(lambda moves, _person: moves.begin(row.entry.stored), self._advanced)

    def enter(self, number: str) -> None:
        """Takes the new computer's number."""
        move = self.move
        if move is not None:
            self._run(lambda moves, _person: moves.enter(move, number), self._advanced)

    def end(self) -> None:
        """Revokes the certificate and, if the new computer has logged in, removes it."""
        move = self.move
        if move is None:
            return
        self.wanted.emit(MovePageId.WORK)
        if self.step is MoveStep.REVOKE:
            self._run(
                lambda moves, person: moves.revoke(move, person), self._revoked, MovePageId.CONSENT
            )
        else:
            self._run(
                lambda moves, person: moves.remove(move, person), self._advanced, MovePageId.CONSENT
            )

    def _revoked(self, move: Move) -> None:
        """The consent was to both."""
        self.move = move
        self.stores_changed.emit()
        if self.step is MoveStep.REMOVE:
            self.end()
        else:
            self.show_step()

    def undo(self) -> None:
        """Calls the move off."""
        move = self.move
        if move is not None:
            self._run(lambda moves, person: moves.undo(move, person), self._undone)

    # Steps on the new computer

    def test_login(self, row: Row) -> None:
        """Logs in with this certificate, then shows its number, or asks the customer."""
        self.row, self.move = row, None
        self.wanted.emit(MovePageId.WORK)
        self._run(
            lambda moves, person: moves.test_login(row.entry.stored, person),
            self._tested,
            MovePageId.NEW,
        )

    def logged_in(self) -> None:
        """The certificate of `row` has logged in."""
        if self.row is not None:
            certificate = self.row.entry.certificate
            self.number = confirmation_number(certificate, self.profile.id, self.user_id)
            self.wanted.emit(MovePageId.NUMBER)

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._task.busy

    def close(self) -> None:
        """The window is closing: cancels an open prompt."""
        self._task.close()

    def _run(
        self,
        work: Callable[[ComputerMove, QtInteraction], T],
        done: Callable[[T], None],
        otherwise: MovePageId | None = None,
    ) -> None:
        """`otherwise`: the page to go back to on an error, and if the customer cancels a
        question."""
        profile, stores = self.profile, self._stores
        going_on: list[bool] = []

        def ended() -> None:
            # Neither of the others is called if a question was cancelled.
            QTimer.singleShot(0, self, lambda: None if going_on else back())

        def back() -> None:
            if otherwise is not None:
                self.wanted.emit(otherwise)

        def succeeded(result: T) -> None:
            going_on.append(True)
            done(result)

        def failed(error: CertclientError) -> None:
            going_on.append(True)
            back()
            self.failed.emit(error)

        self._task.start(
            lambda person: work(self.context.enrollment(profile, stores).computer_move(), person),
            [store.store_id for store in stores],
            succeeded,
            failed,
            profile,
            ended,
        )

    @property
    def _stores(self) -> Sequence[CertificateStore]:
        return self.context.state.overview.stores

    def _advanced(self, move: Move) -> None:
        self.move = move
        self.stores_changed.emit()
        self.show_step()

    def _undone(self, _nothing: None) -> None:
        self.move = None
        self.stores_changed.emit()
        self.wanted.emit(MovePageId.WHICH)

    def _tested(self, test: LoginTest) -> None:
        if test.result is LoginTestResult.WORKED:
            self.logged_in()
        elif test.error is not None:
            self.wanted.emit(MovePageId.NEW)
            self.failed.emit(test.error)
        else:
            self.wanted.emit(MovePageId.BY_HAND)
