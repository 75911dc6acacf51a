"""The pages on the old computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.enrollment.moves import Ended, Move, MoveStep
from certclient.model.profile import OldCertificate
from certclient.ui.overview.moving.base import MovePage, RadioList, SheetView, print_sheet
from certclient.ui.overview.moving.flow import MoveFlow, MovePageId
from certclient.ui.widgets.button_bar import Button, Buttons
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.fields import CheckBox, LabelledField, TextField
from certclient.ui.widgets.key_values import KeyValueList
from certclient.ui.widgets.labels import Sentence, sentences
from certclient.ui.widgets.pictures import ResultMark
from certclient.ui.widgets.tokens import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from certclient.enrollment.overview import Row


class CertificatePage(MovePage):
    """From which certificate to move, if there are several."""

    def __init__(self, flow: MoveFlow) -> None:
        super().__init__(flow)
        self._text, self.list = Sentence(), RadioList()
        self._choices: Sequence[Row | Move] = ()
        self.body.addWidget(self._text)
        self.body.addWidget(self.list)
        self.body.addStretch(1)

    def enter(self) -> None:
        """Lists the unfinished moves first."""
        self._choices = self.flow.beginnings
        self.list.offer(len(self._choices))

    def retranslate(self) -> None:
        self.heading.set_text(self.tr("Which user ID moves?"))
        self._text.set_text(self.tr("Each user ID has a certificate of its own. Move one by one."))
        self.list.set_texts([self._name(one) for one in self._choices])

    def _name(self, one: Row | Move) -> str:
        context = self.flow.context
        if isinstance(one, Move):
            profile = context.profile(one.profile_id)
            bank = context.bank(profile) if profile is not None else ""
            return self.tr("{bank}, {user} (already begun)").format(bank=bank, user=one.user_id)
        until = context.catalogue.minute(one.entry.life.expires)
        text = self.tr("{bank}, {user} (valid until {until})")
        return text.format(bank=context.bank(one.profile), user=one.entry.full_id, until=until)

    def buttons(self) -> Buttons:
        return Buttons(
            primary=Button(self.tr("&Next"), self._choose),
            back=Button(self.tr("&Back"), lambda: self.flow.wanted.emit(MovePageId.WHICH)),
            close=self.tr("&Cancel"),
        )

    def _choose(self) -> None:
        chosen = self.list.chosen
        if chosen is not None:
            self.flow.choose(self._choices[chosen])


class SheetPage(MovePage):
    """What the new computer needs, to be printed."""

    def __init__(self, flow: MoveFlow) -> None:
        super().__init__(flow)
        self._rule, self._view, self._text = Callout(), SheetView(), Sentence()
        for part in (self._rule, Card(self._view), self._text):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def retranslate(self) -> None:
        sheet = self.flow.sheet()
        self.heading.set_text(self.tr("What the new PC needs"))
        self._view.show_sheet(sheet)
        self._rule.set_text(sheet.note)
        self._text.set_text(
            self.tr(
                "Nothing changes on this PC for now. It logs in as before, and you can call the "
                "move off."
            )
            if self.flow.move is None
            else ""
        )

    def buttons(self) -> Buttons:
        flow = self.flow
        primary = Button(self.tr("&Begin the move"), flow.begin)
        if flow.move is not None:
            primary = Button(self.tr("&Next"), flow.show_step)
        return Buttons(
            primary=primary,
            secondary=Button(self.tr("&Print…"), lambda: print_sheet(flow.sheet(), self)),
            close=self.tr("&Close"),
        )


class AwaitPage(MovePage):
    """Takes the new computer's number; may be left and opened again."""

    def __init__(self, flow: MoveFlow) -> None:
        super().__init__(flow)
        self._text, self._state = Sentence(), Callout()
        self.number = TextField()
        self.field = LabelledField(self.number)
        self.number.textChanged.connect(self._typed)
        for part in (self._text, Card(self.field), self._state):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def enter(self) -> None:
        """With an empty field."""
        self.number.clear()
        self.field.set_error("")

    def refuse(self, text: str) -> None:
        """The number was wrong; what was typed stays."""
        self.field.set_error(text)
        self.number.selectAll()
        self.number.setFocus()

    def retranslate(self) -> None:
        move, user = self.flow.move, self.flow.user_id
        self.heading.set_text(self.tr("Waiting for the new PC"))
        self._text.set_text(
            self.tr(
                "Move of {user}. Once the new PC has its certificate and has logged in, it shows a "
                "confirmation number. Enter it here."
            ).format(user=user)
        )
        self.field.set_label(self.tr("Con&firmation number of the new PC"))
        self.field.set_hint(self.tr("12 digits, as in 6041-2770-3915"))
        ended = move is not None and move.ended is not None
        state = (
            self.tr("The certificate on this PC has been revoked; it no longer logs in.")
            if ended
            else self.tr(
                "Until the new PC has its certificate, this PC logs in as before. You may close "
                "this window and switch the PC off: the move is remembered."
            )
        )
        self._state.set_text(state)

    def buttons(self) -> Buttons:
        flow, move = self.flow, self.flow.move
        ended = move is not None and move.ended is not None
        return Buttons(
            primary=Button(
                self.tr("&Next"), lambda: flow.enter(self.number.text()), bool(self.number.text())
            ),
            secondary=Button(
                self.tr("&Show the sheet"), lambda: flow.wanted.emit(MovePageId.SHEET)
            ),
            back=None if ended else Button(self.tr("Call the move &off"), flow.undo),
            close=self.tr("&Close"),
        )

    def first_field(self) -> QWidget | None:
        return self.number

    def spoken(self) -> str:
        return sentences(self.heading.text(), self._text.text())

    def _typed(self) -> None:
        self.field.set_error("")
        self.changed.emit()


class ConsentPage(MovePage):
    """The one question before something ends that cannot be brought back."""

    def __init__(self, flow: MoveFlow) -> None:
        super().__init__(flow)
        self._facts, self._warning = KeyValueList(copyable=False), Callout(Severity.WARNING)
        self.consent = CheckBox()
        self.consent.toggled.connect(self.changed)
        for part in (Card(self._facts), self._warning, self.consent):
            self.body.addWidget(part)
        self.body.addStretch(1)

    @property
    def _first(self) -> bool:
        """Whether the bank wants the old certificate to end before there is a new one."""
        move = self.flow.move
        rule = self.flow.profile.move.old
        return rule is OldCertificate.FIRST and move is not None and not move.number

    def enter(self) -> None:
        """Asks anew each time."""
        self.consent.setChecked(False)

    def retranslate(self) -> None:
        flow, move = self.flow, self.flow.move
        if move is None:
            return
        revokes = flow.step is MoveStep.REVOKE
        titles = {
            True: self.tr("Revoke the certificate on this PC"),
            False: self.tr("Remove the certificate from this PC"),
        }
        self.heading.set_text(titles[revokes])
        self._facts.show_lines(
            [
                (self.tr("Bank"), flow.context.bank(flow.profile)),
                (self.tr("User ID"), move.user_id),
                (self.tr("Serial number"), move.serial),
            ]
        )
        self._warning.set_text(self._meaning(revokes=revokes))
        self.consent.setText(
            self.tr("I have the &issue code, and understand that this cannot be undone")
            if self._first
            else self.tr("I &understand that this cannot be undone")
        )

    def _meaning(self, *, revokes: bool) -> str:
        if self._first:
            return self.tr(
                "This bank issues no certificate for the new PC before this one is revoked. Until "
                "the new PC has obtained one, you cannot log in anywhere. Do it when the new PC is "
                "ready."
            )
        if revokes:
            return self.tr(
                "The new PC has logged in. The certificate on this PC is now revoked at the bank, "
                "and removed with its key."
            )
        return self.tr("The certificate and its key are removed from this PC.")

    def buttons(self) -> Buttons:
        flow, agreed = self.flow, self.consent.isChecked()
        text = self.tr("&Revoke") if self._first else self.tr("&Revoke and remove")
        if flow.step is not MoveStep.REVOKE:
            text = self.tr("&Remove")
        undo = Button(self.tr("Call the move &off"), flow.undo)
        sheet = Button(self.tr("&Show the sheet"), lambda: flow.wanted.emit(MovePageId.SHEET))
        over = flow.move is not None and flow.move.ended is not None
        return Buttons(
            primary=Button(text, flow.end, agreed),
            secondary=sheet if self._first else None,
            back=None if over else undo,
            close=self.tr("&Close"),
        )


class MoveDonePage(MovePage):
    """The move is over; what is left to tell the bank, if anything."""

    def __init__(self, flow: MoveFlow) -> None:
        super().__init__(flow)
        self._mark, self._text = ResultMark(), Sentence()
        self._bank, self._facts = Callout(Severity.WARNING), KeyValueList()
        self.body.insertWidget(0, self._mark)
        for part in (self._text, self._bank, self._facts):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def retranslate(self) -> None:
        flow, move = self.flow, self.flow.move
        if move is None:
            return
        self._mark.show_result(Severity.SUCCESS)
        self.heading.set_text(self.tr("The move is complete"))
        self._text.set_text(
            self.tr(
                "The certificate of {user} and its key have been removed from this PC. From now "
                "on, log in on the new PC."
            ).format(user=move.user_id)
        )
        at_bank = move.ended is Ended.AT_BANK
        told = self.tr("Please call your bank and have the old certificate revoked: {contact}")
        self._bank.set_text(told.format(contact=flow.contact) if at_bank else "")
        self._facts.setVisible(at_bank)
        self._facts.show_lines(
            [
                (self.tr("User ID"), move.user_id),
                (self.tr("Serial number"), move.serial),
                (self.tr("Issuer"), move.old.issuer_common_name),
            ]
        )

    def buttons(self) -> Buttons:
        return Buttons(primary=Button(self.tr("&Close"), self.close_window))

    def spoken(self) -> str:
        return sentences(self.heading.text(), self._text.text(), self._bank.text())
