"""Asks for a token's new PIN, twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from certclient.model.secret import Secret
from certclient.model.visible_text import visible
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.button_bar import Button, ButtonBar, Buttons
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.fields import CheckBox, LabelledField
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.key_hint import KeyHint
from certclient.ui.widgets.labels import Heading, Sentence, sentences
from certclient.ui.widgets.page import body_layout, head
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.secret_field import SecretField
from certclient.ui.widgets.sizes import fit_height
from certclient.ui.widgets.tokens import Severity

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from certclient.store.base import PinRequest
    from certclient.ui.context import AppContext

_WIDTH = 36
"""In text line heights."""


class NewPinDialog(QDialog):
    """The new PIN and its repetition. Read it with `take()`; this works once."""

    def __init__(self, context: AppContext, request: PinRequest, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._request = request
        self._heading, self._explanation = Heading(), Sentence()
        self._refused = Callout(Severity.ERROR)
        self.field, self.repetition = SecretField(), SecretField()
        self._fields = (LabelledField(self.field), LabelledField(self.repetition))
        self._keys = KeyHint(self.field)
        self._shown = CheckBox()
        self.bar = ButtonBar(self.reject)
        self._lay_out()
        InputGuard(self)
        for field in (self.field, self.repetition):
            field.textChanged.connect(self._typed)
            self._shown.toggled.connect(field.set_shown)
        self._retranslate()
        self.field.setFocus()
        fit_height(self, self._layout, _WIDTH)

    def take(self) -> Secret:
        """Returns what was typed and clears the fields."""
        self.repetition.take()
        return Secret.typed(self.field.take())

    def showEvent(self, event: QShowEvent) -> None:
        """Has a screen reader say what is asked for."""
        super().showEvent(event)
        said = sentences(self._heading.text(), self._refused.text())
        self._context.announce(self, said, urgent=self._request.previous_incorrect)

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _lay_out(self) -> None:
        body = QWidget()
        inner = body_layout(body)
        inner.addLayout(head("usb-48", self._heading))
        shown = (self._explanation, self._refused, *self._fields, self._keys, self._shown)
        for part in shown:
            inner.addWidget(part)
        inner.addStretch(1)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(RehearsalBanner(self._context.rehearsal))
        self._layout.addWidget(Scroll(body), 1)
        self._layout.addWidget(self.bar)

    def _typed(self) -> None:
        """The difference is told once the repetition is as long as the PIN."""
        # Of bullets: as many as characters.
        is_long = len(self.repetition.text()) >= len(self.field.text()) > 0
        different = self.tr("The two PINs are not the same.")
        self._fields[1].set_error(different if is_long and not self._same else "")
        self._show_buttons()

    @property
    def _same(self) -> bool:
        return Secret.typed(self.field.typed).same_as(Secret.typed(self.repetition.typed))

    def _show_buttons(self) -> None:
        complete = not self.field.is_empty and self._same
        self.bar.offer(
            Buttons(
                primary=Button(self.tr("C&hange the PIN"), self.accept, complete),
                close=self.tr("&Cancel"),
            ),
            typing=True,
        )
        self.bar.retire()

    def _retranslate(self) -> None:
        title = self.tr("Please choose a new PIN for “{name}”").format(
            name=visible(self._request.label)
        )
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._heading.setText(title)
        self._explanation.set_text(self._rules())
        self._refused.set_text(
            self.tr(
                "The token did not take that PIN: it does not follow the token's rules, or it is "
                "the same as before. The PIN has not changed."
            )
            if self._request.previous_incorrect
            else ""
        )
        names = (self.tr("&New PIN"), self.tr("New PIN &again"))
        for labelled, name in zip(self._fields, names, strict=True):
            labelled.set_label(name)
            labelled.field.setAccessibleName(name.replace("&", ""))
        self.field.setAccessibleDescription(
            sentences(self._refused.text(), self._explanation.text())
        )
        self._shown.setText(self.tr("&Show what I type"))
        self._keys.refresh()
        self._typed()

    def _rules(self) -> str:
        advice = self.tr(
            "You need it for every login and renewal. Nobody can tell it to you later."
        )
        if not self._request.max_length:
            return advice
        limits = self.tr("{least} to {most} characters.").format(
            least=self._request.min_length, most=self._request.max_length
        )
        return f"{limits} {advice}"
