"""電子証明書取得 (seeds S0, S1, S3, S4): user ID and issue code from the bank's letter."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from certclient.enrollment.planner import check_user_id
from certclient.model.errors import CertclientError
from certclient.model.japan_time import clock_time
from certclient.model.user_ids import requested_user_id
from certclient.ui.enrollment.beside import Beside
from certclient.ui.enrollment.code_field import CodeField
from certclient.ui.enrollment.letter_picture import LetterPicture
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage, sentences
from certclient.ui.enrollment.pages.code_advice import code_mismatch
from certclient.ui.widgets.boxes import LossQuestion
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.fields import LabelledField, TextField
from certclient.ui.widgets.parts import Sentence
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from certclient.model.secret import Secret
    from certclient.ui.enrollment.session import WizardSession

_LONGEST = 200


class LetterPage(WizardPage):
    """The issue code stays in its field until the procedure takes it, once."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._reason_text = Sentence()
        self._bank, self._user, self._code = QComboBox(), _field(), CodeField()
        self._code.set_shown(True)  # it is read off a letter
        self._of_bank, self._of_user = LabelledField(self._bank), LabelledField(self._user)
        self._of_code = LabelledField(self._code)
        self._from_link = Callout(Severity.WARNING)
        self._correcting = False
        fields = QVBoxLayout()
        fields.setSpacing(Space.M)
        for part in (self._of_bank, self._of_user, self._of_code, self._from_link):
            fields.addWidget(part)
        fields.addStretch(1)
        self.body.addWidget(self._reason_text)
        self.body.addWidget(Beside(fields, LetterPicture()))
        self.body.addStretch()
        for field in (self._user, self._code):
            field.textChanged.connect(self.buttons_changed)
        self._code.textChanged.connect(self._clear_problem)
        self._user.setText(session.wizard_state.user_id)
        self._of_bank.setVisible(len(session.context.profiles) > 1 and session.current is None)
        self._bank.currentIndexChanged.connect(self._choose_bank)

    def first_field(self) -> QWidget | None:
        """The first empty field; the user ID while that is corrected."""
        if self._correcting:
            return self._user
        filled = bool(self._user.text())
        return self._code if filled and not self.session.has_ticket else self._user

    def spoken(self) -> str:
        """What to have at hand."""
        return sentences(super().spoken(), self._reason_text.text())

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        self.set_heading(self.tr("Obtain a certificate"))
        self._reason_text.set_text(self._reason())
        self._of_bank.set_label(self.tr("&Bank"))
        self._of_user.set_label(self.tr("&User ID"))
        self._of_code.set_label(self.tr("&Issue code"))
        self._user.setAccessibleName(self.tr("User ID"))
        self._code.setAccessibleName(self.tr("Issue code"))
        self._of_code.setVisible(not self.session.has_ticket)
        self._of_code.set_hint(self._code_hint())
        link = self.tr(
            "The link that was opened has brought an issue code. Anybody can write such a link:"
            " go on only if you have followed it on your bank's page or in its message."
        )
        self._from_link.show_text("", link if self.session.has_ticket else "")
        self._fill_banks()

    def _code_hint(self) -> str:
        codes = self.session.profile.codes
        hint = (
            self.tr(
                "Both are in the letter or message from your bank. Please type the issue code with"
                " its hyphens. Spaces do not matter, nor do full-width characters."
            )
            if codes.hyphens
            else self.tr(
                "Both are in the letter or message from your bank. "
                "Spaces and dashes do not matter, nor do full-width characters."
            )
        )
        # While a problem is shown, that says it.
        shape = "" if self._of_code.error() else self.context.catalogue.code_shape(codes)
        return sentences(hint, shape)

    def _reason(self) -> str:
        current = self.session.current
        if current is None:
            return self.tr("Please have the letter from your bank at hand.")
        catalogue = self.context.catalogue
        if current.life.closed:
            return self.tr(
                "Renewal closed at {time}. The certificate is still valid until {end}, but it "
                "cannot be renewed. Until {until} you can obtain a new one with an issue code."
            ).format(
                time=clock_time(current.life.deadline),
                end=catalogue.minute(current.life.expires),
                until=catalogue.day(current.life.obtain_until),
            )
        return self.tr(
            "The certificate has expired ({expired}), so it cannot be renewed. "
            "Until {until} you can obtain a new one with an issue code."
        ).format(
            expired=catalogue.minute(current.stored.certificate.not_after),
            until=catalogue.day(current.life.obtain_until),
        )

    def _fill_banks(self) -> None:
        self._bank.blockSignals(True)
        self._bank.clear()
        for profile in self.context.profiles:
            self._bank.addItem(self.context.bank(profile))
        self._bank.setCurrentIndex(self.context.profiles.index(self.session.profile))
        self._bank.blockSignals(False)

    def _choose_bank(self, index: int) -> None:
        self.session.profile = self.context.profiles[index]
        self._show_mismatch("")

    def _clear_problem(self) -> None:
        if self._of_code.error():
            self._show_mismatch("")

    @classmethod
    def primary_texts(cls) -> tuple[str, ...]:
        """See WizardPage.primary_texts."""
        translate = QCoreApplication.translate
        return (translate("LetterPage", "&Next"),)

    def buttons(self) -> Buttons:
        """Enables 次へ once user ID and issue code are complete."""
        has_code = self.session.has_ticket or self._read_code() is not None
        complete = bool(self._user_id) and has_code
        return Buttons(
            primary=Button(self.tr("&Next"), self._next, complete), close=self.tr("&Cancel")
        )

    @property
    def _user_id(self) -> str:
        """As typed, with single blanks; one with its suffix is the user ID before it."""
        typed = " ".join(unicodedata.normalize("NFKC", self._user.text()).split())
        rule = self.session.profile.subject_rule
        return requested_user_id(rule, typed) or typed.replace(" ", "")

    def _read_code(self) -> Secret | None:
        with self._code.revealed() as typed:
            return self.session.profile.codes.read(typed)

    def _mismatch(self) -> str:
        """Why the code that was typed cannot be right; "" if it can."""
        code, codes = self._read_code(), self.session.profile.codes
        if code is None or self.session.has_ticket:
            return ""
        return code_mismatch(code, codes, self.context.catalogue.code_shape(codes))

    def _show_mismatch(self, problem: str) -> None:
        self._of_code.set_error(problem)
        self._of_code.set_hint(self._code_hint())
        if problem:
            self._code.selectAll()
            self._code.setFocus()
            self.context.announce(self._code, problem)

    def _next(self) -> None:
        self._correcting = False
        problem = self._mismatch()
        self._show_mismatch(problem)
        if problem:
            return
        self.session.wizard_state = replace(self.session.wizard_state, user_id=self._user_id)
        try:
            check_user_id(self.session.profile, self._user_id)
        except CertclientError as error:
            self._correcting = True
            self.session.fail(error)
            return
        self.session.forward(WizardPageId.LETTER)

    @property
    def has_code(self) -> bool:
        """Whether an issue code has been typed."""
        return not self._code.is_empty

    def take_code(self) -> str:
        """Returns the issue code as it was typed, and clears its field."""
        return self._code.take()

    def give_back(self, code: str) -> None:
        """The user corrects the user ID: returns the code to its field, and the focus goes to the
        user ID."""
        self._code.setText(code)
        self._correcting = True
        self._user.selectAll()

    def may_close(self) -> bool:
        """Asks for confirmation if an issue code has been typed."""
        return self._code.is_empty or LossQuestion(self.window(), self.context.rehearsal).agreed()


def _field() -> TextField:
    field = TextField()
    field.setMaxLength(_LONGEST)
    field.setInputMethodHints(
        Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhSensitiveData
    )
    return field
