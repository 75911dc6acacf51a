"""The first page, and the pages on the new computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup

from certclient.ui.overview.moving.base import MovePage, RadioList, SheetView, print_sheet
from certclient.ui.overview.moving.flow import MoveFlow, MovePageId
from certclient.ui.widgets.button_bar import Button, Buttons
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.card import Card, ChoiceCard
from certclient.ui.widgets.key_values import CopyButton
from certclient.ui.widgets.labels import BigNumber, Sentence, sentences
from certclient.ui.widgets.status import NumberedSteps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from certclient.enrollment.overview import Row


class WhichPage(MovePage):
    """Which computer this is."""

    def __init__(self, flow: MoveFlow) -> None:
        super().__init__(flow)
        self.choices = {
            MovePageId.CERTIFICATE: ChoiceCard("move-48"),
            MovePageId.NEW: ChoiceCard("pc-48"),
            MovePageId.LOST: ChoiceCard("phone-48"),
        }
        self._group = QButtonGroup(self)
        self._token_first, self._token_after = Callout(), Callout()
        self.body.addWidget(self._token_first)
        for card in self.choices.values():
            self._group.addButton(card)
            self.body.addWidget(card)
        self.body.addWidget(self._token_after)
        self.body.addStretch(1)

    def enter(self) -> None:
        """Proposes what fits."""
        fits = MovePageId.CERTIFICATE if self._movable else MovePageId.NEW
        self.choices[fits].setChecked(True)

    @property
    def _movable(self) -> bool:
        return bool(self.flow.beginnings)

    def retranslate(self) -> None:
        self.heading.set_text(self.tr("Move to a new PC"))
        old, new, lost = self.choices.values()
        old.set_texts(
            self.tr("This is the &old PC"),
            self.tr("It logs in today. You see what the new one needs, and end this one at last."),
        )
        none = self.tr("There is no certificate on this PC.")
        old.set_reason("" if self._movable else none)
        new.set_texts(
            self.tr("This is the ne&w PC"),
            self.tr("You get a certificate here, and the number that the old PC asks for."),
        )
        lost.set_texts(
            self.tr("The old PC is &lost or broken"),
            self.tr("Whom to call first, and what this PC needs."),
        )
        first, after = self._token_first, self._token_after
        shown, other = (after, first) if self._movable else (first, after)
        shown.show_text(*self._token_texts())
        other.show_text("")

    def _token_texts(self) -> tuple[str, str]:
        if not self.flow.token_rows:
            return "", ""
        users = ", ".join(row.entry.full_id for row in self.flow.token_rows)
        return self.tr("A USB token just moves with you"), self.tr(
            "{users}: the certificate is on the USB token. Install the token's software and this "
            "program on the new PC, and plug the token in there. Nothing else is needed."
        ).format(users=users)

    def buttons(self) -> Buttons:
        return Buttons(primary=Button(self.tr("&Next"), self._go), close=self.tr("&Cancel"))

    def _go(self) -> None:
        chosen = next(one for one, card in self.choices.items() if card.isChecked())
        if chosen is not MovePageId.CERTIFICATE:
            self.flow.wanted.emit(chosen)
            return
        beginnings = self.flow.beginnings
        if len(beginnings) == 1:
            self.flow.choose(beginnings[0])
        else:
            self.flow.wanted.emit(chosen)


class NewPage(MovePage):
    """On the new computer: obtain a certificate, then test the login."""

    def __init__(self, flow: MoveFlow, obtain: Callable[[], None]) -> None:
        super().__init__(flow)
        self._obtain = obtain
        self._steps, self._text = NumberedSteps(), Sentence()
        self.list = RadioList()
        self._choices: Sequence[Row] = ()
        for part in (Card(self._steps), self._text, self.list):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def enter(self) -> None:
        """The certificates that are here by now, the newest first."""
        found = sorted(self.flow.rows, key=lambda row: row.entry.certificate.not_before)
        self._choices = found[::-1]
        self.list.offer(len(found))

    def retranslate(self) -> None:
        self.heading.set_text(self.tr("On the new PC"))
        self._steps.show_steps(
            [
                self.tr("Have the user ID and the issue code at hand. Your bank gives the code."),
                self.tr("Obtain the certificate here."),
                self.tr("Once the login is tested, the confirmation number is shown."),
            ]
        )
        texts = {
            True: self.tr("Which certificate is the new one?"),
            False: self.tr("There is no certificate on this PC yet."),
        }
        self._text.set_text(texts[bool(self._choices)])
        self.list.setVisible(bool(self._choices))
        self.list.set_texts([self._name(row) for row in self._choices])

    def _name(self, row: Row) -> str:
        day = self.flow.context.catalogue.minute(row.entry.certificate.not_before)
        text = self.tr("{user} (valid from {day})")
        return text.format(user=row.entry.full_id, day=day)

    def buttons(self) -> Buttons:
        obtain = Button(self.tr("&Obtain a certificate"), self._obtain)
        test = Button(self.tr("&Test the login"), self._test)
        return Buttons(
            primary=test if self._choices else obtain,
            secondary=obtain if self._choices else None,
            back=Button(self.tr("&Back"), lambda: self.flow.wanted.emit(MovePageId.WHICH)),
            close=self.tr("&Close"),
        )

    def _test(self) -> None:
        chosen = self.list.chosen
        if chosen is not None:
            self.flow.test_login(self._choices[chosen])


class ByHandPage(MovePage):
    """Where this computer cannot test the login, the customer does."""

    def __init__(self, flow: MoveFlow) -> None:
        super().__init__(flow)
        self._text = Sentence()
        self.body.addWidget(self._text)
        self.body.addStretch(1)

    def retranslate(self) -> None:
        self.heading.set_text(self.tr("Log in with your browser"))
        self._text.set_text(
            self.tr(
                "This PC cannot test the login by itself. Close all browser windows, open the "
                "bank's page and log in. Come back here when it has worked: only then may the old "
                "PC end its certificate."
            )
        )

    def buttons(self) -> Buttons:
        flow = self.flow
        return Buttons(
            primary=Button(self.tr("The login &worked"), flow.logged_in),
            secondary=Button(self.tr("Open the &login page"), self._open_page),
            back=Button(self.tr("&Back"), lambda: flow.wanted.emit(MovePageId.NEW)),
            close=self.tr("&Close"),
        )

    def _open_page(self) -> None:
        self.flow.context.open_url(self.flow.profile.login_url)

    def spoken(self) -> str:
        return sentences(self.heading.text(), self._text.text())


class NumberPage(MovePage):
    """The number for the old computer."""

    def __init__(self, flow: MoveFlow) -> None:
        super().__init__(flow)
        self._lead, self.number, self._text = Sentence(), BigNumber(), Sentence()
        self.copy_button = CopyButton(lambda: self.flow.number)
        card = Card(self._lead, self.number, self.copy_button)
        for part in (card, self._text):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def retranslate(self) -> None:
        self.heading.set_text(self.tr("The new PC logs in"))
        lead = self.tr("Confirmation number of {user}").format(user=self.flow.user_id)
        self._lead.set_text(lead)
        self.number.set_text(self.flow.number)
        self._text.set_text(
            self.tr(
                "Write it on the sheet and enter it on the old PC, in “Move to a new PC”. It is no "
                "secret. If there is no old PC any more, you do not need it."
            )
        )

    def buttons(self) -> Buttons:
        return Buttons(primary=Button(self.tr("&Close"), self.close_window))

    def spoken(self) -> str:
        return sentences(self.heading.text(), f"{self._lead.text()} {self.flow.number}")


class LostPage(MovePage):
    """Without the old computer: the telephone first."""

    def __init__(self, flow: MoveFlow, obtain: Callable[[], None]) -> None:
        super().__init__(flow)
        self._obtain = obtain
        self._cards: list[tuple[Card, SheetView]] = []
        self._note = Callout()
        self.body.addWidget(self._note)
        for _profile in flow.context.profiles:
            view = SheetView()
            card = Card(view)
            self._cards.append((card, view))
            self.body.addWidget(card)
        self.body.addStretch(1)

    def retranslate(self) -> None:
        profiles = self.flow.context.profiles
        for profile, (_, view) in zip(profiles, self._cards, strict=True):
            sheet = self.flow.lost(profile)
            view.show_sheet(sheet)
            self.heading.set_text(sheet.title)
            self._note.set_text(sheet.note)

    def buttons(self) -> Buttons:
        return Buttons(
            primary=Button(self.tr("&Obtain a certificate"), self._obtain),
            secondary=Button(self.tr("&Print…"), self._print),
            back=Button(self.tr("&Back"), lambda: self.flow.wanted.emit(MovePageId.WHICH)),
            close=self.tr("&Close"),
        )

    def _print(self) -> None:
        for profile in self.flow.context.profiles:
            print_sheet(self.flow.lost(profile), self)


class WorkPage(MovePage):
    """While the bank is asked."""

    def __init__(self, flow: MoveFlow) -> None:
        super().__init__(flow)
        self._text = Sentence()
        self.body.addWidget(self._text)
        self.body.addStretch(1)

    def retranslate(self) -> None:
        self.heading.set_text(self.tr("Please wait"))
        self._text.set_text(self.tr("The bank is being asked. This takes a few seconds."))

    def buttons(self) -> Buttons:
        """None: it cannot be stopped."""
        return Buttons()
