"""The card of one owner: days left, what it means, and the one button that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainterPath
from PySide6.QtWidgets import QBoxLayout, QMenu, QSizePolicy, QVBoxLayout

from certclient.model.visible_text import visible
from certclient.ui.overview.bank_mark import BankLogo, bank_colour
from certclient.ui.overview.card_menu import Entry, entries_of, entry_text
from certclient.ui.overview.conditions import sign_of
from certclient.ui.overview.day_figure import DayFigure
from certclient.ui.overview.owner_look import owner_look
from certclient.ui.overview.owner_state import Act, OwnerState, act_of
from certclient.ui.overview.place_picture import PlacePicture
from certclient.ui.overview.state_line import StateLine
from certclient.ui.widgets.buttons import SecondaryButton
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.menus import fit_entries
from certclient.ui.widgets.painting import fill
from certclient.ui.widgets.parts import (
    CardTitle,
    SecondaryText,
    Sentence,
    SmallText,
    sentences,
    without_mnemonic,
)
from certclient.ui.widgets.tokens import Radius, Space, Tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QResizeEvent

    from certclient.model.profile import Profile
    from certclient.ui.context import AppContext
    from certclient.ui.overview.card_texts import CardTexts
    from certclient.ui.overview.owner_facts import OwnerFacts

_WIDE = 38
"""In lines of text: a narrower card shows the days below the texts."""
_STRIP = 5
"""Pixels: the width of the bank's colour at the left edge."""


class OwnerCard(Card):
    """Takes the focus as a whole; Enter presses its button, the menu key opens その他."""

    acted = Signal(object, object)
    """The OwnerState and the Act."""
    postponed = Signal(object)
    """The OwnerState."""
    chosen = Signal(object, object)
    """The OwnerState and the Entry of その他."""
    moved = Signal(object, int)
    """This card, and how many cards further the user wants to go."""

    def __init__(
        self, context: AppContext, texts: CardTexts, facts: OwnerFacts, state: OwnerState
    ) -> None:
        super().__init__()
        self._context, self._texts, self._facts = context, texts, facts
        self.state = state
        self._look: object = None
        self._first = self._bank_above = False
        self.act_button, self.later_button = SecondaryButton(), SecondaryButton()
        self.more_button = SecondaryButton()
        self._menu = QMenu(self)
        self._place = PlacePicture()
        self._logo, self._title, self._caption = BankLogo(), CardTitle(), SecondaryText()
        self._state_line, self._sentence = StateLine(), Sentence()
        self._hint, self._code = SmallText(), SmallText()
        self.figure = DayFigure()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._lay_out()
        self._connect()

    def show_state(self, state: OwnerState, *, first: bool, bank_above: bool) -> bool:
        """Shows `state`; `first`: its button stands out and has mnemonics; `bank_above`: a heading
        names the bank. Returns whether anything has changed."""
        self.state = state
        language = self._context.languages.current
        look = (owner_look(self._context, state), first, bank_above, language)
        if look == self._look:
            return False
        self._look, self._first, self._bank_above = look, first, bank_above
        self._retranslate()
        return True

    @property
    def asks(self) -> bool:
        """Whether the user is asked to do something now."""
        return self.state.asks

    @property
    def text(self) -> str:
        """What the card says, as a screen reader has it."""
        return sentences(self.accessibleName(), self.accessibleDescription())

    def entry(self, entry: Entry) -> QAction | None:
        """The action of その他, None if it is not possible now."""
        self._fill_menu()
        return next((one for one in self._menu.actions() if one.data() == entry.value), None)

    def open_menu(self, at: QPoint | None = None) -> None:
        """Opens その他, below its button or at a point of the screen."""
        below = self.more_button.mapToGlobal(self.more_button.rect().bottomLeft())
        self._fill_menu()
        self._menu.popup(at or below)

    # Qt events

    def minimumSizeHint(self) -> QSize:
        """As narrow as its widest button: the parts move below each other."""
        buttons = (self.more_button, self.later_button, self.act_button)
        widest = max(one.sizeHint().width() for one in buttons if not one.isHidden())
        margins = self.body.contentsMargins()
        return QSize(widest + margins.left() + margins.right(), self.fontMetrics().height())

    def changeEvent(self, event: QEvent) -> None:
        """Follows the text's size."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the days beside the texts if there is room."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, and the arrow keys between the cards."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(self, step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._press()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The right mouse button or the menu key."""
        mouse = event.reason() is event.Reason.Mouse
        self.open_menu(event.globalPos() if mouse else None)

    def draw_ground(self, painter: QPainter, colours: Tokens) -> None:
        """Draws the card, and the bank's colour at its left edge."""
        super().draw_ground(painter, colours)
        colour = bank_colour(self._profile)
        if colour is not None:
            corners = QPainterPath()
            corners.addRoundedRect(QRectF(self.rect()), Radius.CARD, Radius.CARD)
            painter.setClipPath(corners)
            fill(painter, QRectF(0, 0, _STRIP, self.height()), colour)
            painter.setClipping(False)

    # Layout

    def _lay_out(self) -> None:
        heading = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        heading.setSpacing(Space.S)
        heading.addWidget(self._logo, 0, Qt.AlignmentFlag.AlignVCenter)
        heading.addWidget(self._title, 1)
        texts = QVBoxLayout()
        texts.setSpacing(Space.XS)
        texts.addLayout(heading)
        texts.addWidget(self._caption)
        texts.addSpacing(Space.S)
        texts.addWidget(self._state_line)
        for part in (self._sentence, self._hint, self._code):
            texts.addWidget(part)
        texts.addStretch(1)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(Space.S)
        self._buttons.addStretch(1)
        for button in (self.more_button, self.later_button, self.act_button):
            self._buttons.addWidget(button)
        right = QVBoxLayout()
        right.setSpacing(Space.S)
        right.addWidget(self.figure)
        right.addStretch(1)
        right.addLayout(self._buttons)
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._beside.setSpacing(Space.L)
        self._beside.addLayout(texts, 1)
        self._beside.addLayout(right)
        above = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        above.setSpacing(Space.M)
        above.addWidget(self._place, 0, Qt.AlignmentFlag.AlignTop)
        above.addLayout(self._beside, 1)
        self.body.setContentsMargins(Space.L, Space.M, Space.M, Space.M)
        self.body.addLayout(above)

    def _arrange(self) -> None:
        wide = self.width() >= _WIDE * self.fontMetrics().height()
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._beside.setDirection(across if wide else down)
        self.figure.align(right=wide)
        shown = (one for one in (self.more_button, self.later_button, self.act_button))
        needed = sum(one.sizeHint().width() + Space.S for one in shown if not one.isHidden())
        self._buttons.setDirection(across if needed + 2 * Space.L < self.width() else down)
        self._place.setVisible(wide)

    def _connect(self) -> None:
        self.act_button.clicked.connect(self._press)
        self.later_button.clicked.connect(lambda: self.postponed.emit(self.state))
        self.more_button.setMenu(self._menu)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._menu.triggered.connect(self._choose)

    # Texts

    @property
    def _profile(self) -> Profile | None:
        return self._facts.profile(self.state)

    def _retranslate(self) -> None:
        state, texts, facts = self.state, self._texts, self._facts
        said, number, until = texts.said(state), texts.number(state), facts.until(state)
        severity, icon = sign_of(state)
        self._title.setText(state.full_id)
        self._caption.set_text(facts.caption(state, with_bank=not self._bank_above))
        self._logo.show_bank(None if self._bank_above else self._profile)
        self._place.show_place(*facts.picture(state))
        self._state_line.show_state(severity, said.title, icon)
        self._sentence.set_text(said.sentence)
        self._hint.set_text(said.hint)
        self._code.set_text(self.tr("Error code: {0}").format(said.code) if said.code else "")
        self.figure.show_days(number, self.tr("Valid until"), until)
        self._show_buttons(act_of(state))
        name = f"{facts.bank(state)} {visible(state.full_id)}: {said.title}"
        self.setAccessibleName(name)
        spoken = (facts.spoken(state), number.text, f"{self.tr('Valid until')}: {until}")
        rest = (said.sentence, said.hint, self._code.text())
        self.setAccessibleDescription(sentences(*(spoken if until else spoken[:1]), *rest))
        self.updateGeometry()
        self.update()

    def _show_buttons(self, act: Act | None) -> None:
        user = visible(self.state.full_id)
        later = act is Act.RENEW_NOW
        focus = self.window().focusWidget()
        self.act_button.set_primary(self._first)
        shown = (
            (self.act_button, act is not None, self._texts.button(act) if act else ""),
            (self.later_button, later, self._texts.later()),
            (self.more_button, True, self.tr("&More")),
        )
        for button, visible_now, text in shown:
            # A mnemonic is pressed once, so only the first card has them.
            button.setText(text if self._first else without_mnemonic(text))
            button.setAccessibleName(f"{without_mnemonic(text)}: {user}")
            button.setVisible(visible_now)
        self.act_button.setEnabled(self._profile is not None)
        if focus in (self.act_button, self.later_button) and focus.isHidden():
            # Else Qt would give it to another card's button.
            self.setFocus()

    # Actions

    def _press(self) -> None:
        act = act_of(self.state)
        if act is not None and self.act_button.isEnabled():
            self.acted.emit(self.state, act)

    def _fill_menu(self) -> None:
        self._menu.clear()
        for entry in entries_of(self._context, self.state):
            if entry in (Entry.GIVE_UP, Entry.REVOKE, Entry.DELETE) and self._menu.actions():
                self._menu.addSeparator()
            action = self._menu.addAction(entry_text(entry))
            action.setData(entry.value)
        fit_entries(self._menu)

    def _choose(self, action: QAction) -> None:
        self.chosen.emit(self.state, Entry(action.data()))
