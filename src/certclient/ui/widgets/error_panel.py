"""What went wrong, the same everywhere: what is shown, and in which order.

`ErrorPanel` is for pages and dialogs, `FieldMessage` for a field whose content was wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.callout import Tinted
from certclient.ui.widgets.labels import CardTitle, Sentence, SmallText, StrongText, sentences
from certclient.ui.widgets.pictures import Picture
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.i18n.catalogue import ErrorText

_FIELD_ICON = 20


class FieldMessage(QWidget):
    """One sentence beside a field, with an icon; hidden while there is nothing to say."""

    def __init__(self, severity: Severity = Severity.ERROR) -> None:
        super().__init__()
        self._icon = Picture(severity.value, _FIELD_ICON)
        self._icon.set_colour(severity)
        self._sentence = Sentence()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._sentence, 1)
        self._severity = severity
        self.hide()

    @property
    def severity(self) -> Severity:
        """How serious the message is."""
        return self._severity

    def text(self) -> str:
        """The sentence, "" while hidden."""
        return self._sentence.text()

    def set_text(self, text: str) -> None:
        """Shows `text`; hides icon and text if it is empty."""
        self._sentence.setText(text)
        self.setVisible(bool(text))


class ErrorPanel(Tinted):
    """Icon and colour, what happened, why, what is left, what to do next, who can help; the code at
    the foot, and a button that copies all this for the support desk."""

    def __init__(self) -> None:
        super().__init__(Severity.ERROR)
        self._title, self._sentence, self._left = CardTitle(), Sentence(), Sentence()
        self._next, self._details = StrongText(), Sentence()
        self._help, self._code, self._copied = Sentence(), SmallText(), SmallText()
        self.copy_button = LinkButton()
        self.copy_button.set_icon("copy")
        self.copy_button.clicked.connect(self._copy)
        self._support: Callable[[], str] | None = None
        self.column.setSpacing(Space.S)
        for part in (
            self._title,
            self._sentence,
            self._left,
            self._next,
            self._details,
            self._help,
            self._code,
        ):
            self.column.addWidget(part)
        self.column.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self._copied)

    def show_error(
        self,
        shown: ErrorText,
        severity: Severity,
        *,
        title: str = "",
        left: str = "",
        support: Callable[[], str] | None = None,
    ) -> None:
        """`title`: "" on a page whose heading says it. `left`: what remains, such as what is done
        already. `support`: returns the text to copy; None for no button. An error that is only
        information shows no code."""
        self.set_severity(severity)
        self._support = support
        self._title.set_text(title)
        self._sentence.set_text(shown.sentence)
        self._left.set_text(left)
        self._next.set_text(shown.next_step)
        self._details.set_text("\n".join(shown.details))
        failure = severity is not Severity.INFORMATION
        self._help.set_text(shown.help if failure else "")
        code = self.tr("Error code: {code}").format(code=shown.code)
        self._code.set_text(code if failure else "")
        self.copy_button.setText(self.tr("Copy for the &support desk"))
        self.copy_button.setVisible(support is not None)
        self._copied.set_text(self._copied.text() and self._copied_text())

    def spoken(self) -> str:
        """What a screen reader says: what happened, why, what is left and what to do next."""
        parts = (self._title, self._sentence, self._left, self._next)
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
