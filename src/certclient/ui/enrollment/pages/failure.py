"""What went wrong, in the order in which somebody asks: what happened, what is left of it, what to
do next, who can help; the code at the foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.ui.enrollment.who_helps import WhoHelps
from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.parts import Sentence, SmallText, sentences
from certclient.ui.widgets.pictures import Picture
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.i18n.catalogue import ErrorText
    from certclient.model.errors import CertclientError
    from certclient.ui.enrollment.session import WizardSession

_ICON = 24


class Failure(QWidget):
    """The body of a page about an error; the page's heading is the error's title."""

    def __init__(self) -> None:
        super().__init__()
        self._sentence, self._details, self._kept = Sentence(), Sentence(), Sentence()
        self._kept_sign = Picture("valid", _ICON)
        self._kept_sign.set_colour(Severity.SUCCESS)
        self.next_step = Callout()
        self._help, self._code, self._copied = WhoHelps(), SmallText(), SmallText()
        self._help_card = Card(self._help)
        self.copy_button = LinkButton()
        self.copy_button.set_icon("copy")
        self.copy_button.clicked.connect(self._copy)
        self._support: Callable[[], str] | None = None
        self._arrange()

    def _arrange(self) -> None:
        kept, foot = QHBoxLayout(), QHBoxLayout()
        kept.setSpacing(Space.S)
        kept.addWidget(self._kept_sign, 0, Qt.AlignmentFlag.AlignTop)
        kept.addWidget(self._kept, 1)
        foot.addWidget(self._code, 1)
        foot.addWidget(self.copy_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S + Space.XS)
        layout.addWidget(self._sentence)
        layout.addWidget(self._details)
        layout.addLayout(kept)
        layout.addWidget(self.next_step)
        layout.addWidget(self._help_card)
        layout.addLayout(foot)
        layout.addWidget(self._copied)

    def show_failure(
        self,
        session: WizardSession,
        error: CertclientError,
        severity: Severity,
        *,
        kept: str = "",
        support: Callable[[], str] | None = None,
    ) -> ErrorText:
        """Shows `error`, and returns its texts. `kept`: that nothing is lost. `support`: returns
        the text to copy; None for no button. What is only information shows no code."""
        context = session.context
        owner = session.current.owner if session.current is not None else None
        contact = session.profile.contacts.of(owner)
        language = context.languages.current.value
        # What is kept has a line of its own here.
        shown = context.catalogue.error(error, contact.for_language(language), begun=False)
        self._support = support
        self._sentence.set_text(shown.sentence)
        self._details.set_text("\n".join(shown.details))
        self._kept.set_text(kept)
        self._kept_sign.setVisible(bool(kept))
        title = self.tr("What to do next")
        self.next_step.show_text(title if shown.next_step else "", shown.next_step)
        failure = severity is not Severity.INFORMATION
        self._help.show_contact(shown, error.code.actor, contact, language)
        self._help_card.setVisible(failure and not self._help.isHidden())
        code = self.tr("Error code: {code}").format(code=shown.code)
        self._code.set_text(code if failure else "")
        self.copy_button.setText(self.tr("Copy for the &support desk"))
        self.copy_button.setVisible(support is not None)
        self._copied.set_text(self._copied.text() and self._copied_text())
        return shown

    def spoken(self) -> str:
        """What a screen reader says: what happened, what is left and what to do next."""
        parts = (self._sentence, self._kept, self.next_step)
        return sentences(*(part.text() for part in parts))

    def forget_copy(self) -> None:
        """Clears the “Copied” message."""
        self._copied.set_text("")

    def _copied_text(self) -> str:
        return self.tr("Copied. Paste it into a message to the support desk.")

    def _copy(self) -> None:
        if self._support is not None:
            QGuiApplication.clipboard().setText(self._support())
            self._copied.set_text(self._copied_text())
