"""The questions of a running procedure: a token's PIN, and other secrets the bank requires."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.model.issue_code import normalised_code
from certclient.model.secret import Secret
from certclient.model.visible_text import visible
from certclient.store.base import AttemptsLeft, PinRequest
from certclient.ui.context import AppContext
from certclient.ui.widgets.parts import Note, Sentence, sentences
from certclient.ui.widgets.secret_field import SecretField

Question = PinRequest | SecretRequest


class QuestionPanel(QWidget):
    """One field for one secret, which is handed over once and then cleared."""

    changed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._question: Question | None = None
        self._explanation = Sentence()
        self._wrong = Note()
        self._warning = Note()
        self._label = QLabel()
        self.field = SecretField()
        self._label.setBuddy(self.field)
        self._shown = QCheckBox()
        self._understood = QCheckBox()
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self._label, self.field)
        form.addRow("", self._shown)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self._explanation, self._wrong, self._warning, self._understood):
            layout.addWidget(part)
        layout.addSpacing(self.fontMetrics().height() // 2)
        layout.addLayout(form)
        self.field.textChanged.connect(self.changed)
        self._understood.toggled.connect(self.changed)
        self._shown.toggled.connect(self.field.set_shown)

    @property
    def title(self) -> str:
        """The page's heading while the question is open."""
        if isinstance(self._question, SecretRequest):
            return self.tr("Please enter: {what}").format(what=self._kind(self._question))
        if self._question is not None and self._question.database:
            return self.tr("Please enter the master password")
        return self.tr("Please enter the PIN of the USB token")

    @property
    def complete(self) -> bool:
        """Whether something was typed and, on the last PIN try, the warning was ticked."""
        return bool(self.field.typed) and (not self._is_last_try or self._understood.isChecked())

    def ask(self, question: Question) -> None:
        """Shows `question` with an empty field; the window then focuses `first_field`."""
        self._question = question
        self.field.clear()
        self._understood.setChecked(False)
        self._shown.setChecked(False)
        self.field.set_shown(self._is_issue_code)  # it is read off a letter
        self.retranslate()

    @property
    def first_field(self) -> QWidget:
        """What has to be filled in first."""
        unread = self._is_last_try and not self._understood.isChecked()
        return self._understood if unread else self.field

    @property
    def problem(self) -> str:
        """What was wrong with the answer before, and how many tries are left; "" if nothing was."""
        return self.field.accessibleDescription()

    def take(self) -> Secret | None:
        """Returns what was typed and clears the field; None if it is empty."""
        typed = self.field.take()
        self._shown.setChecked(False)
        question, self._question = self._question, None
        if isinstance(question, SecretRequest) and question.kind is SecretKind.ISSUE_CODE:
            return normalised_code(typed)
        return Secret(typed) if typed else None

    @property
    def _is_last_try(self) -> bool:
        question = self._question
        return isinstance(question, PinRequest) and question.attempts is AttemptsLeft.FINAL

    @property
    def _is_issue_code(self) -> bool:
        question = self._question
        return isinstance(question, SecretRequest) and question.kind is SecretKind.ISSUE_CODE

    # Texts

    def retranslate(self) -> None:
        """Sets all texts in the current language."""
        self._shown.setText(self.tr("&Show what I type"))
        self._shown.setVisible(not self._is_issue_code)
        self._understood.setText(
            self.tr(
                "I know that this is the &last try: after another wrong PIN the token is locked"
            )
        )
        self._understood.setVisible(self._is_last_try)
        if isinstance(self._question, PinRequest) and self._question.database:
            self._show_password_request(self._question)
        elif isinstance(self._question, PinRequest):
            self._show_pin_request(self._question)
        elif isinstance(self._question, SecretRequest):
            self._show_secret_request(self._question)
        self.field.setAccessibleDescription(sentences(self._wrong.text(), self._warning.text()))

    def _show_pin_request(self, request: PinRequest) -> None:
        self._label.setText(self.tr("&PIN"))
        self.field.setAccessibleName(
            self.tr("PIN of the USB token {name}").format(name=visible(request.label))
        )
        self._explanation.set_text(
            self.tr(
                "Please enter the PIN of “{name}”. It is the token's own PIN, not the one of "
                "internet banking, and goes to the token only."
            ).format(name=visible(request.label))
        )
        self._wrong.set_text(self.tr("The PIN was wrong.") if request.previous_incorrect else "")
        self._warning.set_text(self._context.catalogue.attempts(request.attempts))

    def _show_password_request(self, request: PinRequest) -> None:
        self._label.setText(self.tr("&Master password"))
        self.field.setAccessibleName(self.tr("Master password"))
        self._explanation.set_text(
            self.tr(
                "Your browser's certificates on this PC are protected by a master password, which "
                "you chose yourself. It is not the one of internet banking, and does not leave "
                "this PC."
            )
        )
        self._wrong.set_text(
            self.tr("The master password was wrong.") if request.previous_incorrect else ""
        )
        self._warning.set_text("")

    def _show_secret_request(self, request: SecretRequest) -> None:
        kind = self._kind(request)
        self._label.setText(kind)
        self.field.setAccessibleName(kind)
        self._explanation.set_text(
            self.tr(
                "The bank wants it for the certificate of {user}. It is sent to the bank, "
                "encrypted, and kept nowhere."
            ).format(user=visible(request.user_id))
        )
        self._wrong.set_text(
            self.tr("What was entered is wrong.") if request.previous_incorrect else ""
        )
        self._warning.set_text("")

    def _kind(self, request: SecretRequest) -> str:
        return self._context.catalogue.secret(request.kind)
