"""What a card of the main window says: a title, one sentence of what it means, one button."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from certclient.enrollment.overview import OBSTACLES, Condition, Row
from certclient.enrollment.procedure_status import ProcedurePhase, ProcedureStatus
from certclient.enrollment.reminder import LAST_DAY_PAUSE, next_reminder
from certclient.enrollment.revocations import is_revocation
from certclient.model.errors import CertclientError
from certclient.model.japan_time import clock_time, day_in_tokyo
from certclient.ui.overview.owner_state import Act, OwnerState
from certclient.ui.overview.row_texts import RowTexts

if TYPE_CHECKING:
    from datetime import date

    from certclient.ui.context import AppContext


@dataclass(frozen=True, slots=True)
class Said:
    """`title`: what it is, in a few words; `sentence`: what it means; `hint`: what else is good to
    know, "" for nothing; `code`: of the error, "" without one."""

    title: str
    sentence: str = ""
    hint: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of days to be read from afar, with the words before and after it. `figure` is "" if
    the words alone say it."""

    before: str
    figure: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """As one text."""
        return f"{self.before} {self.figure} {self.after}".strip()


class CardTexts(QObject):
    """The words of a card, in the current language."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.rows = RowTexts(context, self)

    def said(self, card: OwnerState) -> Said:
        """Title, sentence, hint and error code of a card."""
        if card.procedure is not None:
            return self._procedure(card, card.procedure)
        if card.row is None:
            return Said("")
        said = self._row(card.row, postponed=card.postponed)
        if card.row.entry.move is None:
            return said
        moving = self.tr("You are moving to a new PC. “Move to a new PC” in the menu goes on.")
        if card.row.needs_another:
            # The new PC's certificate has ended this one: another one here would end that.
            return replace(said, sentence=moving)
        return replace(said, hint="\n".join(filter(None, (moving, said.hint))))

    def _row(self, row: Row, *, postponed: bool) -> Said:
        if row.absent:
            return self._absent(row)
        if row.condition.due:
            return self._due(row, postponed=postponed)
        if row.condition in (Condition.OBTAINABLE, Condition.TOO_LATE):
            return self._expired(row)
        if row.needs_another:
            return self._refused(row)
        return self._other(row)

    def number(self, card: OwnerState) -> Number:
        """The days of a card."""
        days = card.days
        if days is None:
            return Number("")
        words, figure = self.rows.days(days), str(abs(days))
        if not days:
            return Number(words)
        before, _, after = words.partition(figure)
        return Number(before.strip(), figure, after.strip())

    def state(self, card: OwnerState) -> str:
        """The state in a few words, for a table."""
        if card.procedure is not None and (card.row is None or not card.row.absent):
            return self.rows.procedure(card.procedure)
        return self.rows.state(card.row) if card.row is not None else ""

    def button(self, act: Act) -> str:
        """The text of the one button, with its mnemonic."""
        return {
            Act.RENEW_NOW: self.tr("Renew &now"),
            Act.RENEW: self.tr("&Renew certificate"),
            Act.OBTAIN: self.tr("Obtain a &new certificate"),
            Act.CONTACT: self.tr("&Whom to ask"),
            Act.CONTINUE: self.tr("&Continue"),
            Act.ANSWER: self.tr("Answ&er"),
            Act.SEE: self.tr("&See its window"),
        }[act]

    def later(self) -> str:
        """後で更新する."""
        return self.tr("Renew &later")

    # Certificates

    def _absent(self, row: Row) -> Said:
        title = self.rows.state(row)
        if row.condition.due:
            return Said(title, self.tr("It can be renewed once its USB token is plugged in."))
        return Said(title, self.tr("Its USB token is not plugged in. This is as it was last seen."))

    def _due(self, row: Row, *, postponed: bool) -> Said:
        life = row.entry.life
        if life.closes_early:
            meaning = self.tr("After this moment it cannot be renewed any more.")
        elif row.condition is Condition.URGENT:
            meaning = self.tr("Please do it soon: after this moment you cannot log in any more.")
        else:
            meaning = self.tr("After this moment you cannot log in any more.")
        title = self.tr("Please renew your certificate")
        if postponed:
            return Said(self.rows.state(row), meaning, self._returns(row))
        return Said(title, meaning, self._if_later(row))

    def _if_later(self, row: Row) -> str:
        """When the notice comes back after 後で更新する."""
        now, day = self._context.clock(), self._next_reminder(row)
        if day == day_in_tokyo(now) and now + LAST_DAY_PAUSE > row.entry.life.deadline:
            return self.tr("You are not reminded again: it cannot be renewed any more then.")
        if day == day_in_tokyo(now):
            return self.tr("If you choose “Renew later”, you are reminded again in two hours.")
        return self.tr("If you choose “Renew later”, you are reminded again on {0}.").format(
            self._context.catalogue.day(day)
        )

    def _returns(self, row: Row) -> str:
        now, day = self._context.clock(), self._next_reminder(row)
        if day == day_in_tokyo(now):
            return ""
        return self.tr("You are reminded again on {0}.").format(self._context.catalogue.day(day))

    def _next_reminder(self, row: Row) -> date:
        days, now = row.entry.life.days_left, self._context.clock()
        return next_reminder(days, row.profile.reminder_days, now)

    def _expired(self, row: Row) -> Said:
        life, catalogue = row.entry.life, self._context.catalogue
        title = self.tr("Your certificate has expired")
        if row.condition is Condition.TOO_LATE:
            contact = self._context.contact(row.profile, row.entry.owner)
            text = self.tr("It can only be reissued. Please ask {0}.")
            return Said(title, text.format(contact))
        day = catalogue.day(life.obtain_until)
        if life.closed:
            text = self.tr(
                "You can still log in with it, but not renew it. Until {0} you can obtain a new one"
                " with an issue code from your bank."
            )
            title = self.tr("Renewal closed at {0}").format(clock_time(life.deadline))
            return Said(title, text.format(day))
        text = self.tr("Until {0} you can obtain a new one with an issue code from your bank.")
        return Said(title, text.format(day))

    def _refused(self, row: Row) -> Said:
        if is_revocation(row.entry.rejection):
            contact = self._context.contact(row.profile, row.entry.owner)
            return Said(
                self.tr("The bank has revoked your certificate"),
                self.tr(
                    "You can neither log in with it nor renew it. Please obtain a new certificate"
                    " with an issue code from your bank."
                ),
                self.tr("If you do not know why it was revoked, please ask {0}.").format(contact),
            )
        return Said(
            self.tr("The bank does not accept your certificate"),
            self.tr("Please obtain a new certificate with an issue code."),
            self.tr("If you have no issue code that works, please ask your bank for one."),
        )

    def _other(self, row: Row) -> Said:
        title, obstacle = self.rows.state(row), row.entry.obstacle
        if obstacle is not None and row.condition in OBSTACLES:
            shown = self._context.catalogue.error(obstacle)
            return Said(shown.title, shown.sentence, shown.next_step, shown.code)
        if row.condition is Condition.NO_KEY:
            return Said(
                title,
                self.tr(
                    "It can only be used on the PC or USB token on which it was made: the key that"
                    " belongs to it is there."
                ),
            )
        if row.condition is Condition.UNFINISHED:
            return Said(title, self.tr("The bank may not know yet that it has arrived."))
        if row.condition is Condition.VALID and row.entry.life.begins is None:
            return Said(title, self.tr("Until then there is nothing to do."))
        return Said(title)

    # Procedures

    def _procedure(self, card: OwnerState, status: ProcedureStatus) -> Said:
        title = self.rows.procedure(status)
        if self._context.profile(status.profile_id) is None:
            return Said(title, self.tr("This bank's settings are missing on this computer."))
        if status.asking:
            return Said(title, self.tr("The procedure goes on as soon as you have answered."))
        if status.running:
            return Said(title, self._running(status))
        hint = self._plug_in(card.row)
        if status.waits_for_code:
            text = self.tr("“Continue” asks for the code from your letter once more.")
            return Said(title, text, hint)
        if status.phase is ProcedurePhase.WAITING:
            return Said(title, self._waiting(status), hint)
        if status.phase is ProcedurePhase.FAILED and status.error is not None:
            shown = self._context.catalogue.error(CertclientError(status.error))
            return Said(title, f"{shown.sentence} {shown.next_step}".strip(), hint, shown.code)
        done = self._context.catalogue.state(status.state) if status.state is not None else ""
        text = self.tr("It stopped on the way. “Continue” goes on from there. So far: {0}.")
        return Said(title, text.format(done), hint)

    def _running(self, status: ProcedureStatus) -> str:
        if status.step is None:
            return self.tr("About to go on.") if status.done else self.tr("About to begin.")
        step = self._context.catalogue.step(status.step)
        text = (
            self.tr("{0}.")
            if status.local
            else self.tr("{0}. Another program on this PC is doing it.")
        )
        return text.format(step)

    def _waiting(self, status: ProcedureStatus) -> str:
        if status.check_at is None:
            return self.tr("The bank is issuing it. There is nothing to do meanwhile.")
        return self.tr(
            "The bank is issuing it; it is asked again by itself after {0}. You may switch the PC"
            " off."
        ).format(self._context.catalogue.minute(status.check_at))

    def _plug_in(self, row: Row | None) -> str:
        if row is None or not row.absent:
            return ""
        return self.tr("Plug in the USB token “{0}” first.").format(row.entry.store.label)
