"""What 「すべて更新」 says: its state as a whole, and each row's state, reason and next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from certclient.enrollment.procedure import Finished
from certclient.model.progress import Step
from certclient.model.visible_text import visible
from certclient.store.base import PinRequest
from certclient.store.names import title_of
from certclient.ui.enrollment.batch.items import BatchItem, BatchPhase, RowState, counted
from certclient.ui.widgets.parts import sentences
from certclient.ui.widgets.sign import AMBER, GREEN, PLAIN, RED, Sign
from certclient.ui.widgets.tokens import Severity

if TYPE_CHECKING:
    from certclient.enrollment.procedure_status import ProcedureStatus
    from certclient.i18n.catalogue import ErrorText
    from certclient.ui.context import AppContext
    from certclient.ui.enrollment.batch.run import BatchRun
    from certclient.ui.enrollment.pages.question_texts import Question

_DONE = Sign("valid", *GREEN)
_WAITS = Sign("waiting", *AMBER)
_FAILED = Sign("urgent", *RED)
_LATER = Sign("waiting", *PLAIN)
_NOTHING = Sign("skipped", *PLAIN)

_SIGNS = {
    RowState.BLOCKED: Sign("no-key", *AMBER),
    RowState.NEXT: _LATER,
    RowState.RUNNING: Sign("renew", *PLAIN),
    RowState.ASKING: Sign("help", *AMBER),
    RowState.WAITING: _WAITS,
    RowState.STOPPED: _WAITS,
    RowState.DONE: _DONE,
    RowState.NO_LOGIN: Sign("renewable", *AMBER),
    RowState.FAILED: _FAILED,
    RowState.SKIPPED: _NOTHING,
    RowState.LEFT_OUT: _NOTHING,
    RowState.NOT_BEGUN: _NOTHING,
}


@dataclass(frozen=True, slots=True)
class RowText:
    """One row in words. `state` and `note` may be "". `error`: why it failed or cannot be renewed.
    `choice`: whether its box is shown; `can_choose`: whether it can be ticked. `again`: the text of
    its button, "" for none."""

    full_id: str
    facts: str
    state: str
    note: str
    error: ErrorText | None
    severity: Severity
    sign: Sign | None
    choice: bool
    can_choose: bool
    chosen: bool
    again: str


class BatchTexts(QObject):
    """The words of one batch in the current language."""

    def __init__(self, context: AppContext, batch: BatchRun, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._batch = batch

    # The whole

    @property
    def sign(self) -> Sign | None:
        """The sign beside the heading of a batch that is over."""
        if self._batch.phase is not BatchPhase.OVER:
            return None
        counts = counted(self._states)
        if counts.failed:
            return _FAILED
        rest = counts.waiting or counts.stopped or counts.skipped or counts.not_begun
        return _WAITS if rest else _DONE

    @property
    def heading(self) -> str:
        """What happens, or 3件成功・1件失敗."""
        if self._batch.phase is not BatchPhase.OVER:
            return self.tr("Renew all certificates")
        counts = counted(self._states)
        parts = [
            self.tr("{n} succeeded").format(n=counts.done),
            self.tr("{n} failed").format(n=counts.failed) if counts.failed else "",
            self.tr("{n} waiting").format(n=counts.waiting) if counts.waiting else "",
            self.tr("{n} stopped on the way").format(n=counts.stopped) if counts.stopped else "",
            self.tr("{n} skipped").format(n=counts.skipped) if counts.skipped else "",
            self.tr("{n} not begun").format(n=counts.not_begun) if counts.not_begun else "",
        ]
        return self.tr(", ").join(part for part in parts if part)

    @property
    def sentence(self) -> str:
        """The paragraph below the heading."""
        batch = self._batch
        if batch.scan_error is not None:
            shown = self._context.catalogue.error(batch.scan_error)
            return f"{shown.title}\n{shown.sentence}\n{shown.next_step}\n[{shown.code}]"
        if batch.phase is BatchPhase.LOOKING:
            return self.tr("Looking for certificates that are due.")
        if not batch.rows:
            return self.tr("No certificate has to be renewed now.")
        if batch.phase is BatchPhase.OVER:
            return self._end_sentence()
        if batch.working and batch.stopping:
            return self.tr("It stops after this step. You can go on with it later.")
        if batch.phase is BatchPhase.PINS:
            return self.tr("The PINs are checked first. Nothing has been changed yet.")
        if batch.working:
            return self.tr(
                "One after the other. You may close this window: it goes on by itself, and nothing "
                "is lost even if the PC is switched off."
            )
        return self.tr(
            "With the button below you agree that the ticked certificates are renewed, each where "
            "it is stored now. New keys are made there and never leave that place. If one fails, "
            "the others are renewed all the same."
        )

    def _end_sentence(self) -> str:
        counts = counted(self._states)
        parts = []
        if counts.done:
            parts.append(
                self.tr("Before logging in, close all windows of the browser once and reopen it.")
            )
        if counts.waiting:
            parts.append(
                self.tr("What waits for the bank goes on by itself; you need not do anything.")
            )
        if counts.failed:
            parts.append(
                self.tr("Where it failed, no certificate was deleted. What to do is said below.")
            )
        return "\n".join(parts)

    @property
    def count(self) -> str:
        """How many of the rows will be renewed; "" unless they are being chosen."""
        if self._batch.phase is not BatchPhase.CHOOSING or not self._batch.rows:
            return ""
        return self.tr("{chosen} of {count} will be renewed").format(
            chosen=self._batch.chosen, count=len(self._batch.rows)
        )

    @property
    def start(self) -> str:
        """The text of the button that starts."""
        batch = self._batch
        if batch.chosen == len(batch.rows):
            return self.tr("&Renew all")
        return self.tr("&Renew these {n}").format(n=batch.chosen)

    def start_texts(self) -> list[str]:
        """Every text that `start` may take."""
        count = len(self._batch.rows)
        return [self.tr("&Renew all"), self.tr("&Renew these {n}").format(n=count)]

    @property
    def _states(self) -> list[RowState]:
        return [self._batch.state(number) for number in range(len(self._batch.items))]

    def contact(self, question: Question) -> str:
        """Who can help with what `question` asks for: the contact of the bank concerned."""
        for item in self._batch.items:
            owner = item.row.entry.owner
            if isinstance(question, PinRequest):
                concerned = item.store.store_id == question.store_id
            else:
                concerned = owner.user_id == question.user_id
            if concerned:
                return self._context.contact(item.row.profile, owner)
        return ""

    # A row

    def row(self, number: int) -> RowText:
        """The texts of row `number`."""
        batch, item = self._batch, self._batch.items[number]
        state = batch.state(number)
        choosing = batch.phase is BatchPhase.CHOOSING
        return RowText(
            full_id=visible(item.row.entry.full_id),
            facts=self._facts(item),
            state=self._state(state, batch.status(number)),
            note=self._note(item, state),
            error=self._error(item, state),
            severity=Severity.INFORMATION if state is RowState.BLOCKED else Severity.ERROR,
            sign=None if choosing and item.blocker is None else _SIGNS.get(state),
            choice=choosing,
            can_choose=item.blocker is None,
            chosen=item.chosen,
            again=self._again(state) if batch.phase is BatchPhase.OVER else "",
        )

    def spoken(self, number: int) -> str:
        """What a screen reader says when row `number` has come to its end."""
        row = self.row(number)
        error = row.error
        problem = (error.title, error.sentence, error.next_step) if error is not None else ()
        return sentences(f"{row.full_id}: {row.state}", row.note, *problem)

    def _facts(self, item: BatchItem) -> str:
        """Bank, place, and the end of the new certificate, or of the old one before it is there."""
        row, catalogue = item.row, self._context.catalogue
        outcome = item.end.outcome if item.end is not None else None
        until = catalogue.until(row.entry.life)
        if isinstance(outcome, Finished):
            until = catalogue.minute(outcome.certificate.not_after)
        place, name = catalogue.destination(item.store.destination), title_of(item.store)
        named = self.tr("{place} “{name}”").format(place=place, name=visible(name))
        return self.tr("{bank} / {place} / valid until {until}").format(
            bank=self._context.bank(row.profile), place=named if name else place, until=until
        )

    def _state(self, state: RowState, status: ProcedureStatus | None) -> str:
        if state is RowState.RUNNING:
            return self._progress(status)
        return {
            RowState.BLOCKED: self.tr("cannot be renewed now"),
            RowState.CHOSEN: "",
            RowState.LEFT_OUT: "" if self._batch.phase is BatchPhase.CHOOSING else self._left_out(),
            RowState.NEXT: self.tr("waits for its turn"),
            RowState.ASKING: self.tr("waits for what you have to enter"),
            RowState.WAITING: self.tr("waiting for the bank"),
            RowState.STOPPED: self.tr("stopped on the way; you can go on with it later"),
            RowState.DONE: self.tr("renewed"),
            RowState.NO_LOGIN: self.tr("renewed, but the login test failed"),
            RowState.FAILED: self.tr("could not be renewed"),
            RowState.SKIPPED: self.tr("skipped, as you wished"),
            RowState.NOT_BEGUN: self.tr("not begun"),
        }[state]

    def _left_out(self) -> str:
        return self.tr("left out")

    def _progress(self, status: ProcedureStatus | None) -> str:
        if status is None or status.step is None:
            return self.tr("under way")
        if status.step is Step.WAIT:
            return self.tr("waiting for the bank to issue it")
        return self.tr("step {number} of {count}: {step}").format(
            number=status.number,
            count=len(status.listed),
            step=self._context.catalogue.step(status.step),
        )

    def _error(self, item: BatchItem, state: RowState) -> ErrorText | None:
        """Why it failed, or cannot be renewed now."""
        error = item.end.error if item.end is not None else None
        error = {RowState.BLOCKED: item.blocker, RowState.FAILED: error}.get(state)
        if error is None:
            return None
        contact = self._context.contact(item.row.profile, item.row.entry.owner)
        return self._context.catalogue.error(error, contact)

    def _note(self, item: BatchItem, state: RowState) -> str:
        outcome = item.end.outcome if item.end is not None else None
        if state is RowState.NO_LOGIN and isinstance(outcome, Finished):
            return self._context.catalogue.login(outcome.login, "")
        return ""

    def _again(self, state: RowState) -> str:
        if not state.repeatable:
            return ""
        if state is RowState.NOT_BEGUN:
            return self.tr("Renew this one")
        return self.tr("Try this one again")
