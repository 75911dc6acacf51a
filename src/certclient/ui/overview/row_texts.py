"""A certificate of the main window in words: where it is, until when, its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from certclient.enrollment.overview import OBSTACLES, Condition, Row
from certclient.enrollment.procedure_status import ProcedurePhase, ProcedureStatus
from certclient.enrollment.revocations import is_revocation
from certclient.model.certificate import DATES
from certclient.model.certificate_reading import CertificateField
from certclient.model.visible_text import visible

if TYPE_CHECKING:
    from certclient.ui.context import AppContext


class RowTexts(QObject):
    """Words for one row, in the current language; parts from outside are made visible by the label
    or model that shows them."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context

    def place(self, row: Row) -> str:
        """パソコン or 専用USB, with the browser's or the token's name."""
        return self._context.place(row.entry.store)

    def until(self, row: Row) -> str:
        """The end of validity, to the minute."""
        if CertificateField.NOT_AFTER in row.entry.certificate.unreadable:
            return self.tr("Cannot be read")
        return self._context.catalogue.until(row.entry.life)

    def days_left(self, row: Row) -> str:
        """The days left or since expiry; "" for a row that no longer counts and has not expired."""
        days = row.entry.life.days_left
        if row.entry.certificate.unreadable & DATES or (not row.condition.counts and days >= 0):
            return ""
        if row.entry.life.closed:
            return self.tr("Renewal has closed")
        return self.days(days)

    def days(self, days: int) -> str:
        """A number of days: left, or negative since the end."""
        if days > 0:
            return self.tr("%n day(s) left", "", days)
        if days == 0:
            return self.tr("Today is the last day")
        return self.tr("Expired %n day(s) ago", "", -days)

    def state(self, row: Row) -> str:
        """What the row's procedure does, or else its condition."""
        catalogue, life = self._context.catalogue, row.entry.life
        if row.absent:
            return self.tr("Plug in “{0}”").format(row.entry.store.label)
        if row.procedure is not None:
            return self.procedure(row.procedure)
        obstacle = row.entry.obstacle
        if obstacle is not None and row.condition in OBSTACLES:
            return catalogue.error(obstacle).title
        if row.condition is Condition.NOT_ACCEPTED and is_revocation(row.entry.rejection):
            return self.tr("Revoked by the bank")
        special = self._condition(row.condition)
        if special:
            return special
        state = catalogue.stage(life)
        if life.begins is not None:
            state = self.tr("Not valid before {0}").format(catalogue.day(life.begins))
        elif row.condition is Condition.VALID:
            state = self.tr("Renew from {0}").format(catalogue.first(life))
        if row.entry.stored.key_hidden:
            return self.tr("{0} (its key shows with the PIN)").format(state)
        return state

    def procedure(self, status: ProcedureStatus) -> str:
        """Where a procedure stands, in a few words."""
        if status.asking:
            return self.tr("Waits for what you have to enter")
        match status.phase:
            case ProcedurePhase.RUNNING:
                return self.tr("Under way (step {number} of {count})").format(
                    number=status.number, count=len(status.listed)
                )
            case ProcedurePhase.WAITING:
                return self.tr("Waiting for the bank")
            case ProcedurePhase.FAILED:
                return self.tr("Stopped by an error")
            case ProcedurePhase.INTERRUPTED:
                return self.tr("Not finished yet")

    def tip(self, row: Row, text: str) -> str:
        """More than `text`, which may be cut off in its cell: why it cannot be renewed."""
        obstacle, rejection = row.entry.obstacle, row.entry.rejection
        if row.condition in OBSTACLES and obstacle is not None:
            shown = self._context.catalogue.error(obstacle)
            return f"{shown.sentence}\n{shown.next_step} [{shown.code}]"
        if rejection is not None:
            return visible(f"{rejection.message or text} [{rejection.reason}]")
        return text

    def _condition(self, condition: Condition) -> str:
        """The condition in words; "" where the dates say it."""
        match condition:
            case Condition.URGENT:
                return self.tr("Renew now")
            case Condition.REPLACED:
                return self.tr("Replaced by a newer one")
            case Condition.COPY:
                return self.tr("The same as in the other place")
            case Condition.ARCHIVED:
                return self.tr("Put away")
            case Condition.NO_KEY:
                return self.tr("Its key is missing")
            case Condition.UNFINISHED:
                return self.tr("Not finished yet")
            case Condition.NOT_ACCEPTED:
                return self.tr("Not accepted by the bank")
        return ""
