"""The questions of a running procedure: a token's PIN, and other secrets the bank requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from certclient.enrollment.interaction import SecretRequest
from certclient.model.issue_code import FREE_CODE, CodeRule
from certclient.model.secret import Secret
from certclient.model.visible_text import visible
from certclient.store.base import PinRequest
from certclient.ui.enrollment.beside import Beside
from certclient.ui.enrollment.code_field import CodeField
from certclient.ui.enrollment.letter_picture import LetterPicture
from certclient.ui.enrollment.pages import question_texts
from certclient.ui.enrollment.pages.code_advice import code_advice, code_mismatch
from certclient.ui.enrollment.pages.question_texts import Question
from certclient.ui.widgets.error_panel import FieldMessage
from certclient.ui.widgets.fields import CheckBox
from certclient.ui.widgets.key_hint import KeyHint
from certclient.ui.widgets.parts import PlainLabel, SecondaryText, Sentence, sentences
from certclient.ui.widgets.pictures import ACCENT, Picture
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.ui.context import AppContext

_PICTURE = 96
"""Pixels: the side of the picture of a token."""


class QuestionPanel(QWidget):
    """One field for one secret, which is handed over once and then cleared. An issue code stays in
    its field, to be corrected if it is wrong, until `forget`."""

    changed = Signal()

    def __init__(self, context: AppContext, contact: Callable[[], str] | None = None) -> None:
        """`contact`: returns the bank's text about who can help; by default, the only bank's."""
        super().__init__()
        self._context = context
        self._contact = contact or self._only_contact
        self._question: Question | None = None
        self._wrong_tries = 0
        self._edited = True
        self._explanation, self._left, self._advice = Sentence(), SecondaryText(), Sentence()
        self._wrong, self._warning = FieldMessage(), FieldMessage(Severity.WARNING)
        self._label = PlainLabel()
        self.field = CodeField()
        self._keys = KeyHint(self.field)
        self._label.setBuddy(self.field)
        self._shown, self._understood = CheckBox(), CheckBox()
        self._picture, self._letter = Picture("usb-48", _PICTURE), LetterPicture()
        self._picture.set_colour(ACCENT)
        self._letter.show_code_only(True)
        self._arrange()
        self.field.textChanged.connect(self._typed)
        self._keys.changed.connect(self._describe)
        self._understood.toggled.connect(self.changed)
        self._shown.toggled.connect(self.field.set_shown)

    def _arrange(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(Space.S)
        above = (self._explanation, self._wrong, self._warning, self._left, self._understood)
        below = (self._label, self.field, self._keys, self._shown, self._advice)
        for part in (*above, *below):
            column.addWidget(part)
        column.insertSpacing(len(above), Space.S)
        column.addStretch(1)
        self._beside = Beside(column, self._picture, self._letter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._beside)

    @property
    def title(self) -> str:
        """The page's heading while the question is open."""
        return question_texts.title(self._question, self._context.catalogue)

    @property
    def complete(self) -> bool:
        """Whether something was typed, other than the code that was wrong, and whether the warning
        was ticked on the last PIN try."""
        typed = not self.field.is_empty and self._edited
        return typed and (not self._is_last_try or self._understood.isChecked())

    def _typed(self) -> None:
        self._edited = True
        self.changed.emit()

    def ask(self, question: Question) -> None:
        """Shows `question`; the window then focuses `first_field`. The field is empty, unless it
        holds the issue code that was wrong: that is selected."""
        self._question = question
        self._wrong_tries = self._context.wrong_tries.note(question)
        if self.asks_code and self._wrong_tries and not self.field.is_empty:
            self.field.selectAll()
            self._edited = False
        else:
            self.forget()
        self._understood.setChecked(False)
        self._shown.setChecked(False)
        self.field.set_shown(self.asks_code)  # it is read off a letter
        self.field.grouped = self.asks_code
        self._keys.exact = not self.asks_code
        self.retranslate()

    def keep(self, code: str) -> None:
        """Puts an issue code that was typed elsewhere into the field, in case it is wrong."""
        self.field.setText(code)

    def forget(self) -> None:
        """Clears the field."""
        self.field.clear()
        self._edited = True

    @property
    def first_field(self) -> QWidget:
        """What has to be filled in first."""
        unread = self._is_last_try and not self._understood.isChecked()
        return self._understood if unread else self.field

    @property
    def problem(self) -> str:
        """What was wrong with the answer before, and how many tries are left; "" if nothing was."""
        urgent = bool(self._wrong.text() or self._warning.text())
        return self.field.accessibleDescription() if urgent else ""

    def take(self) -> Secret | None:
        """Returns what was typed and clears the field, except for an issue code; None if it is
        empty."""
        is_code, codes, self._question = self.asks_code, self._codes, None
        self._shown.setChecked(False)
        if is_code:
            with self.field.revealed() as code:
                return codes.read(code)
        typed = self.field.take()
        return Secret.taken(typed) if typed else None

    def accepts(self) -> bool:
        """Whether the answer can be right; a code that cannot is reported beside the field."""
        codes, code = self._codes, self._read_code()
        if code is None:
            return True
        problem = code_mismatch(code, codes, self._context.catalogue.code_shape(codes))
        if not problem:
            return True
        self._wrong.set_text(problem)
        self._edited = False
        self._describe()
        self.field.selectAll()
        self.field.setFocus()
        self.changed.emit()
        self._context.announce(self.field, problem)
        return False

    def _read_code(self) -> Secret | None:
        """The issue code in the field; None if another secret is asked for."""
        if not self.asks_code:
            return None
        with self.field.revealed() as typed:
            return self._codes.read(typed)

    @property
    def _codes(self) -> CodeRule:
        question = self._question
        return question.codes if isinstance(question, SecretRequest) else FREE_CODE

    @property
    def _is_last_try(self) -> bool:
        return question_texts.is_last_try(self._question)

    @property
    def asks_code(self) -> bool:
        """Whether the question is about an issue code."""
        return question_texts.asks_code(self._question)

    # Texts

    def retranslate(self) -> None:
        """Sets all texts in the current language."""
        self._shown.setText(self.tr("&Show what I type"))
        self._shown.setVisible(not self.asks_code)
        self._understood.setText(
            self.tr(
                "I know that this is the &last try: after another wrong PIN the token is locked"
            )
        )
        self._understood.setVisible(self._is_last_try)
        if self._question is not None:
            self._show_texts(self._question)
        self._keys.refresh()
        self._describe()

    def _show_texts(self, question: Question) -> None:
        catalogue, tries = self._context.catalogue, self._wrong_tries
        self._show_picture(question)
        self._show_names(question)
        self._explanation.set_text(question_texts.explanation(question, catalogue))
        self._wrong.set_text(question_texts.wrong(question, tries, catalogue))
        left = question_texts.tries_left(question, tries, catalogue, self._contact())
        urgent = question_texts.is_urgent(question, tries)
        self._warning.set_text(left if urgent else "")
        self._left.set_text("" if urgent else left)
        code = self._read_code()
        advice = code_advice(code, tries, self._contact()) if self.asks_code else ""
        self._advice.set_text(advice)

    def _show_picture(self, question: Question) -> None:
        self._beside.choose(self._letter if self.asks_code else self._picture)
        of_bank = isinstance(question, SecretRequest)
        on_the_pc = isinstance(question, PinRequest) and question.database
        self._picture.show_picture("key" if of_bank else "pc-48" if on_the_pc else "usb-48")

    def _show_names(self, question: Question) -> None:
        """What stands above the field, and what screen readers call it."""
        catalogue = self._context.catalogue
        if isinstance(question, SecretRequest):
            label = name = catalogue.secret(question.kind)
        elif question.database:
            label, name = self.tr("&Master password"), self.tr("Master password")
        else:
            label, name = self.tr("&PIN"), self.tr("PIN of the USB token")
            if not question_texts.is_plain(question, catalogue):
                named = self.tr("PIN of the USB token {name}")
                name = named.format(name=visible(question.label))
        self._label.setText(label)
        self.field.setAccessibleName(name)

    def _describe(self) -> None:
        """Has screen readers say beside the field what was wrong, how many tries are left and what
        the keys do."""
        parts = (self._wrong, self._warning, self._left, self._advice, self._keys)
        self.field.setAccessibleDescription(sentences(*(part.text() for part in parts)))

    def _only_contact(self) -> str:
        """Of several banks, none: the token may be another one's."""
        profiles = self._context.profiles
        return self._context.contact(profiles[0]) if len(profiles) == 1 else ""
