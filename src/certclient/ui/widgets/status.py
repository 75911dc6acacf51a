"""Where something stands: a state in a pill, and steps that are done, at hand or still to come."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from certclient.ui.widgets import icons
from certclient.ui.widgets.labels import Sentence, StrongText
from certclient.ui.widgets.painting import draw_box, painter_of
from certclient.ui.widgets.tokens import Severity, Space, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent


class StatusPill(QWidget):
    """A short text with an icon on a tinted ground."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._severity, self._text, self._icon = Severity.NEUTRAL, "", ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_state(self, severity: Severity, text: str, icon: str = "") -> None:
        """`icon`: a name in resources/icons, "" for that of the severity. Hidden without a text."""
        self._severity, self._text = severity, text
        self._icon = icon or severity.value
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The state in words."""
        return self._text

    @property
    def severity(self) -> Severity:
        """How serious the state is."""
        return self._severity

    def changeEvent(self, event: QEvent) -> None:
        """Takes the place that another text size needs."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """One line of text with its icon."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self._text) + metrics.height() + 4 * Space.S
        return QSize(width, metrics.height() + Space.S)

    def minimumSizeHint(self) -> QSize:
        """Same as `sizeHint`: the text is never cut off."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws ground, icon and text."""
        colours, painter = tokens().state(self._severity), painter_of(self)
        place = QRectF(self.rect())
        draw_box(painter, place, place.height() / 2, colours.ground, colours.line)
        side = self.fontMetrics().height()
        left = Space.S + Space.XS
        icon = QRectF(left, (self.height() - side) / 2, side, side).adjusted(2, 2, -2, -2)
        icons.paint(self._icon, colours.text, painter, icon)
        painter.setPen(colours.text)
        rest = QRect(left + side + Space.XS, 0, self.width(), self.height())
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self._text)
        painter.end()


class StepState(enum.Enum):
    """Of one step."""

    DONE = "done"
    CURRENT = "current"
    FAILED = "failed"
    COMING = "coming"


class _Marker(QWidget):
    """A circle: a check mark, or the step's number."""

    def __init__(self, number: int, state: StepState) -> None:
        super().__init__()
        self._number = number
        self.state = state
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A square, a little higher than the text."""
        side = self.fontMetrics().height() + Space.XS
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws circle and content."""
        colours, painter, place = tokens(), painter_of(self), QRectF(self.rect())
        radius = place.width() / 2
        if self.state is StepState.COMING:
            draw_box(painter, place, radius, None, colours.border, 2)
            painter.setPen(colours.secondary)
        elif self.state is StepState.FAILED:
            failed = colours.state(Severity.ERROR)
            draw_box(painter, place, radius, failed.ground, failed.text, 2)
            painter.setPen(failed.text)
        else:
            draw_box(painter, place, radius, colours.accent, None)
            painter.setPen(colours.accent_text)
        if self.state is StepState.DONE:
            inner = place.adjusted(radius / 2, radius / 2, -radius / 2, -radius / 2)
            icons.paint("check", colours.accent_text, painter, inner)
        else:
            text = "!" if self.state is StepState.FAILED else str(self._number)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()


class _Steps(QWidget):
    """Circles at the left, texts at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.S + Space.XS)
        self._grid.setVerticalSpacing(Space.M)
        self._grid.setColumnStretch(1, 1)
        self._shown: list[tuple[str, StepState]] = []

    def _show(self, steps: Sequence[tuple[str, StepState]]) -> None:
        before, self._shown = self._shown, list(steps)
        for row, (text, state) in enumerate(self._shown):
            if row >= len(before) or before[row] != (text, state):
                self._remove(row)
                self._add(row, text, state)
        for row in range(len(self._shown), len(before)):
            self._remove(row)

    def _add(self, row: int, text: str, state: StepState) -> None:
        now = state in (StepState.CURRENT, StepState.FAILED)
        label = StrongText() if now else Sentence()
        label.setText(text)
        label.setAccessibleName(self._spoken(text, state))
        label.setContentsMargins(0, Space.XS // 2, 0, Space.XS // 2)
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(_Marker(row + 1, state), row, 0, top)
        self._grid.addWidget(label, row, 1, top)

    def _remove(self, row: int) -> None:
        for column in range(2):
            item = self._grid.itemAtPosition(row, column)
            if item is not None and (widget := item.widget()):
                # Not setParent(None): what a layout has just taken would then appear as a window.
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()

    def _spoken(self, text: str, state: StepState) -> str:
        del state
        return text

    @property
    def texts(self) -> list[str]:
        """What the steps say."""
        return [text for text, _ in self._shown]


class StepList(_Steps):
    """The steps of a procedure, beside its pages."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles: Sequence[str] = ()
        self._current = 0
        self._failed = False

    def show_steps(self, titles: Sequence[str], current: int, *, failed: bool = False) -> None:
        """`current`: index of the step at hand; the number of steps when all are done. `failed`:
        whether it stopped there."""
        self._titles, self._current, self._failed = titles, current, failed
        self._show([(title, self._state(index)) for index, title in enumerate(titles)])

    @property
    def current(self) -> int:
        """Index of the step at hand."""
        return self._current

    def spoken(self) -> str:
        """What a screen reader says of the place in the procedure; "" when all is done."""
        return step_in_words(self._titles, self._current)

    def _state(self, index: int) -> StepState:
        if index == self._current:
            return StepState.FAILED if self._failed else StepState.CURRENT
        return StepState.DONE if index < self._current else StepState.COMING

    def _spoken(self, text: str, state: StepState) -> str:
        words = {
            StepState.DONE: self.tr("{step}, done"),
            StepState.CURRENT: self.tr("{step}, current step"),
            StepState.FAILED: self.tr("{step}, stopped here"),
            StepState.COMING: self.tr("{step}, still to come"),
        }
        return words[state].replace("{step}", text)


class StepLine(StrongText):
    """The same in one line, for narrow windows: 2/4 保存先."""

    def show_steps(self, titles: Sequence[str], current: int) -> None:
        """As of StepList; hidden when all are done."""
        self.set_text(step_in_words(titles, current))


def step_in_words(titles: Sequence[str], current: int) -> str:
    """Returns the place in a procedure, such as 2/4 保存先; "" when all is done."""
    if current >= len(titles):
        return ""
    return f"{current + 1}/{len(titles)} {titles[current]}"


class NumberedSteps(_Steps):
    """What to do, one after the other."""

    def show_steps(self, sentences: Sequence[str]) -> None:
        """Replaces all steps; hidden without one."""
        self._show([(text, StepState.COMING) for text in sentences])
        self.setVisible(bool(sentences))

    def _spoken(self, text: str, state: StepState) -> str:
        del state
        number = next((n for n, (one, _) in enumerate(self._shown, 1) if one == text), 0)
        return f"{number}. {text}"
