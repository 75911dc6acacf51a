"""What went wrong, the same everywhere: what is shown, and in which order.

`ErrorPanel` is for pages and dialogs, `FieldMessage` for a field whose content was wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QGuiApplication, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from certclient.ui.widgets.icons import pixmap
from certclient.ui.widgets.parts import PlainLabel, Sentence, sentences
from certclient.ui.widgets.severity import Severity, severity_colour

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.i18n.catalogue import ErrorText

_ICON_LINES = 1.6
"""The size of a panel's icon, in text line heights."""
_STRIPE = 5
"""Width in pixels of the coloured stripe at the left."""


class _Marked(QWidget):
    """An icon and texts in the colour of a severity; follows the theme."""

    def __init__(self, icon_lines: float) -> None:
        super().__init__()
        self._icon_lines = icon_lines
        self._severity = Severity.ERROR
        self._icon = PlainLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._title = Sentence()
        font = QFont(self._title.font())
        font.setBold(True)
        self._title.setFont(font)

    @property
    def severity(self) -> Severity:
        """How serious the message is."""
        return self._severity

    def changeEvent(self, event: QEvent) -> None:
        """Takes the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._recolour()

    def _set_severity(self, severity: Severity) -> None:
        self._severity = severity
        self._recolour()

    def _recolour(self) -> None:
        colour = severity_colour(self._severity, self.palette())
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self._title.setPalette(palette)
        size = round(self.fontMetrics().height() * self._icon_lines)
        ratio = self.devicePixelRatioF()
        drawn = pixmap(self._severity.value, colour, round(size * ratio))
        drawn.setDevicePixelRatio(ratio)
        self._icon.setPixmap(drawn)
        self._icon.setFixedSize(QSize(size, size))
        self.update()


class FieldMessage(_Marked):
    """One sentence beside a field, with an icon; hidden while there is nothing to say."""

    def __init__(self, severity: Severity = Severity.ERROR) -> None:
        super().__init__(1.2)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._title, 1)
        self._set_severity(severity)
        self.hide()

    def text(self) -> str:
        """The sentence, "" while hidden."""
        return self._title.text()

    def set_text(self, text: str) -> None:
        """Shows `text`; hides icon and text if it is empty."""
        self._title.setText(text)
        self.setVisible(bool(text))


class ErrorPanel(_Marked):
    """Icon and colour, what happened, why, what is left, what to do next, who can help; the code at
    the foot, and a button that copies all this for the support desk."""

    def __init__(self) -> None:
        super().__init__(_ICON_LINES)
        self._sentence, self._left, self._next = Sentence(), Sentence(), Sentence()
        self._details, self._help, self._code = Sentence(), Sentence(), Sentence()
        self._copied = Sentence()
        self.copy_button = QPushButton()
        self.copy_button.clicked.connect(self._copy)
        self._support: Callable[[], str] | None = None
        bold = QFont(self._next.font())
        bold.setBold(True)
        self._next.setFont(bold)
        column = QVBoxLayout()
        for part in (
            self._title,
            self._sentence,
            self._left,
            self._next,
            self._details,
            self._help,
            self._code,
        ):
            column.addWidget(part)
        column.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._copied)
        layout = QHBoxLayout(self)
        margin = self.fontMetrics().height() // 2
        layout.setContentsMargins(margin + _STRIPE, margin, margin, margin)
        layout.setSpacing(margin)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(column, 1)
        self._set_severity(Severity.ERROR)

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
        self._set_severity(severity)
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

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the frame and the stripe."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = severity_colour(self._severity, self.palette())
        painter.setPen(colour)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.fillRect(QRectF(0, 2, _STRIPE, self.height() - 4), colour)
        painter.end()
