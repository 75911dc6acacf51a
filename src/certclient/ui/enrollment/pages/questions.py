"""The questions of a running procedure: a token's PIN, and other secrets the bank requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QVBoxLayout, QWidget

from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.model.destination import Destination
from certclient.model.issue_code import FREE_CODE, CodeRule
from certclient.model.secret import Secret
from certclient.model.visible_text import visible
from certclient.store.base import AttemptsLeft, PinPurpose, PinRequest
from certclient.ui.enrollment.pages.code_advice import code_advice, code_mismatch
from certclient.ui.widgets.error_panel import FieldMessage
from certclient.ui.widgets.key_hint import KeyHint
from certclient.ui.widgets.parts import PlainLabel, Sentence, sentences
from certclient.ui.widgets.secret_field import SecretField
from certclient.ui.widgets.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.ui.context import AppContext

Question = PinRequest | SecretRequest


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
        self._explanation = Sentence()
        self._wrong, self._warning = FieldMessage(), FieldMessage(Severity.WARNING)
        self._advice = Sentence()
        self._label = PlainLabel()
        self.field = SecretField()
        self._keys = KeyHint(self.field)
        self._label.setBuddy(self.field)
        self._shown = QCheckBox()
        self._understood = QCheckBox()
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self._label, self.field)
        form.addRow("", self._keys)
        form.addRow("", self._shown)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self._explanation, self._wrong, self._warning, self._understood):
            layout.addWidget(part)
        layout.addSpacing(self.fontMetrics().height() // 2)
        layout.addLayout(form)
        layout.addWidget(self._advice)
        self.field.textChanged.connect(self._typed)
        self._keys.changed.connect(self._describe)
        self._understood.toggled.connect(self.changed)
        self._shown.toggled.connect(self.field.set_shown)

    @property
    def title(self) -> str:
        """The page's heading while the question is open."""
        if isinstance(self._question, SecretRequest):
            return self.tr("Please enter: {what}").format(what=self._kind(self._question))
        if self._question is not None and self._question.database:
            return self.tr("Please enter the master password")
        if self._question is not None and self._question.purpose is PinPurpose.CURRENT:
            name = visible(self._question.label)
            return self.tr("Please enter the current PIN of “{name}”").format(name=name)
        if self._question is not None and self._question.full_ids:
            name = visible(self._question.label)
            return self.tr("Please enter the PIN of “{name}”").format(name=name)
        return self.tr("Please enter the PIN of the USB token")

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
        return self.field.accessibleDescription()

    def take(self) -> Secret | None:
        """Returns what was typed and clears the field, except for an issue code; None if it is
        empty."""
        is_code, codes, self._question = self.asks_code, self._codes, None
        self._shown.setChecked(False)
        if is_code:
            return codes.read(self.field.typed)
        typed = self.field.take()
        return Secret(typed) if typed else None

    def accepts(self) -> bool:
        """Whether the answer can be right; a code that cannot is reported beside the field."""
        codes = self._codes
        code = codes.read(self.field.typed) if self.asks_code else None
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

    @property
    def _codes(self) -> CodeRule:
        question = self._question
        return question.codes if isinstance(question, SecretRequest) else FREE_CODE

    @property
    def _is_last_try(self) -> bool:
        question = self._question
        return isinstance(question, PinRequest) and question.attempts is AttemptsLeft.FINAL

    @property
    def asks_code(self) -> bool:
        """Whether the question is about an issue code."""
        question = self._question
        return isinstance(question, SecretRequest) and question.kind is SecretKind.ISSUE_CODE

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
        if isinstance(self._question, PinRequest) and self._question.database:
            self._show_password_request(self._question)
        elif isinstance(self._question, PinRequest):
            self._show_pin_request(self._question)
        elif isinstance(self._question, SecretRequest):
            self._show_secret_request(self._question)
        self._keys.refresh()
        self._describe()

    def _describe(self) -> None:
        """Has screen readers say beside the field what was wrong and what the keys do."""
        parts = (self._wrong, self._warning, self._advice, self._keys)
        self.field.setAccessibleDescription(sentences(*(part.text() for part in parts)))

    def _show_pin_request(self, request: PinRequest) -> None:
        self._label.setText(self.tr("&PIN"))
        self.field.setAccessibleName(
            self.tr("PIN of the USB token")
            if self._is_plain(request)
            else self.tr("PIN of the USB token {name}").format(name=visible(request.label))
        )
        self._explanation.set_text(
            self.tr(
                "Please enter the PIN of the USB token. It is the token's own PIN, not the one of "
                "internet banking, and goes to the token only."
            )
            if self._is_plain(request)
            else self.tr(
                "Please enter the PIN of “{name}”. It is the token's own PIN, not the one of "
                "internet banking, and goes to the token only."
            ).format(name=visible(request.label))
            + self._purpose(request)
        )
        wrong = self._nth(
            self.tr("The PIN was wrong."), self.tr("The PIN was wrong ({count} times so far).")
        )
        self._wrong.set_text(wrong)
        self._warning.set_text(self._left(request))
        self._advice.set_text("")

    def _is_plain(self, request: PinRequest) -> bool:
        """Whether the token's label says no more than that it is one."""
        return request.label in ("", self._context.catalogue.destination(Destination.USB))

    def _nth(self, once: str, again: str) -> str:
        """What was wrong; the second time differs from the first."""
        if not self._wrong_tries:
            return ""
        return once if self._wrong_tries == 1 else again.replace("{count}", str(self._wrong_tries))

    def _left(self, request: PinRequest) -> str:
        """How many tries are left, as far as the token tells, and what a lock means."""
        told = self._context.catalogue.attempts(request.attempts)
        if request.attempts is AttemptsLeft.FINAL:
            return told + self.tr(
                " A locked token can neither log in nor renew until it is unlocked. "
                "Who can help: {contact}"
            ).format(contact=self._contact())
        if not told and not self._wrong_tries:
            return ""
        return told + self.tr(
            " The token does not tell how many tries are left. If the PIN is wrong several times "
            "in a row, it will be locked."
        )

    def _purpose(self, request: PinRequest) -> str:
        """Which browser, and for which certificates; "" for a single renewal."""
        if not request.full_ids:
            return ""
        ids = self.tr(", ").join(visible(one) for one in request.full_ids)
        lines = [
            self.tr("It is used to renew: {ids}").format(ids=ids),
            self.tr("It is remembered until these renewals are over, and stored nowhere."),
        ]
        if request.database:
            where = self.tr("Place: {name}").format(name=visible(request.label))
            lines.insert(0, where)
        return "\n" + "\n".join(lines)

    def _show_password_request(self, request: PinRequest) -> None:
        self._label.setText(self.tr("&Master password"))
        self.field.setAccessibleName(self.tr("Master password"))
        self._explanation.set_text(
            self.tr(
                "Your browser's certificates on this PC are protected by a master password, which "
                "you chose yourself. It is not the one of internet banking, and does not leave "
                "this PC."
            )
            + self._purpose(request)
        )
        wrong = self._nth(
            self.tr("The master password was wrong."),
            self.tr("The master password was wrong ({count} times so far)."),
        )
        self._wrong.set_text(wrong)
        self._warning.set_text("")
        self._advice.set_text("")

    def _show_secret_request(self, request: SecretRequest) -> None:
        kind = self._kind(request)
        self._label.setText(kind)
        self.field.setAccessibleName(kind)
        self._explanation.set_text(
            self.tr(
                "The bank wants it for the certificate of {user}. It is sent to the bank, "
                "encrypted, and kept nowhere."
            ).format(user=visible(request.user_id))
            + (self._again() if request.again else "")
        )
        wrong = self._nth(
            self.tr("{what}: what was entered is wrong."),
            self.tr("{what}: what was entered is wrong ({count} times so far)."),
        )
        self._wrong.set_text(wrong.replace("{what}", kind) + self._unproven(request))
        self._warning.set_text("")
        is_code = request.kind is SecretKind.ISSUE_CODE
        code = request.codes.read(self.field.typed)
        advice = code_advice(code, self._wrong_tries, self._contact())
        self._advice.set_text(advice if is_code else "")

    def _unproven(self, request: SecretRequest) -> str:
        """What a wrong code cannot prove: the bank's answer is protected by the right one."""
        if request.proven or not self._wrong_tries:
            return ""
        return "\n" + self.tr(
            "The answer that says so cannot be verified. If the code is the one in your letter, "
            "enter it once more or contact your bank."
        )

    def _again(self) -> str:
        return "\n" + self.tr(
            "Please type the code from your letter again: it is the same one, and this PC has not "
            "kept it."
        )

    def _only_contact(self) -> str:
        """Of several banks, none: the token may be another one's."""
        profiles = self._context.profiles
        return self._context.contact(profiles[0]) if len(profiles) == 1 else ""

    def _kind(self, request: SecretRequest) -> str:
        return self._context.catalogue.secret(request.kind)
