"""The focus ring: visible on every control in every theme, and unlike a default button's frame."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from certclient.ui.widgets.text_size import add_keys, text_size
from certclient.ui.widgets.tokens import Radius, tokens

_PEN = 2
_MARGIN = 3
"""Pixels: the line's width, and how far it lies outside of the control."""

_RADIUS = Radius.CONTROL + _MARGIN

_WINDOWS = (Qt.WindowType.Window, Qt.WindowType.Dialog, Qt.WindowType.Sheet)
"""Not menus and lists that drop down, which mark the current line."""

_MOVES = frozenset(
    {
        QEvent.Type.Move,
        QEvent.Type.Resize,
        QEvent.Type.Show,
        QEvent.Type.Hide,
        QEvent.Type.LayoutRequest,
    }
)


class FocusRing(QWidget):
    """A line around the widget that has the focus, in the text's colour.

    Not Qt's QFocusFrame, which is cut off at the edge of the widget's parent.
    """

    # Defaults for a window's last events: Python may have taken the attributes away by then.
    _widget: QWidget | None = None
    _chain: tuple[QWidget, ...] = ()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def surround(self, widget: QWidget) -> None:
        """Draws the line around `widget` and follows its moves."""
        self.release()
        ground = _ground(widget)
        self._widget = widget
        self._chain = _chain(widget, ground)
        for one in self._chain:
            one.installEventFilter(self)
        self.setParent(ground)
        self._fit()

    def release(self) -> None:
        """Hides the line."""
        for one in self._chain:
            if shiboken6.isValid(one):  # a token's radio button goes with its token
                one.removeEventFilter(self)
        self._widget, self._chain = None, ()
        self.hide()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Follows the widget."""
        if event.type() in _MOVES and self._widget is not None:
            self._fit()
        return False

    def _fit(self) -> None:
        widget, ground = self._widget, self.parentWidget()
        if widget is None or ground is None:
            return
        if not (shiboken6.isValid(widget) and ground.isAncestorOf(widget)):
            self.release()
            return
        place = QRect(widget.mapTo(ground, QPoint(0, 0)), widget.size())
        self.setGeometry(place.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN))
        self.setVisible(widget.isVisible())
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the line at the edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens().focus, _PEN))
        edge = _PEN / 2
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), _RADIUS, _RADIUS
        )
        painter.end()


class FocusMarker(QObject):
    """Shows a ring around whatever has the focus, in all windows of the program."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._rings: list[FocusRing] = []
        application.focusChanged.connect(self._mark)

    def _mark(self, _before: QWidget | None, now: QWidget | None) -> None:
        window = now.window() if now is not None else None
        if now is None or window is None or window.windowType() not in _WINDOWS:
            return
        add_keys(window, text_size(self._application))
        if now is not window:
            self._ring(window).surround(now)
            return
        for ring in self._rings:
            if shiboken6.isValid(ring) and ring.window() is window:
                ring.release()

    def _ring(self, window: QWidget) -> FocusRing:
        """That of `window`. Not by `findChild`, which looks at every object in the window, and for
        which PySide loads the classes of all widgets that Qt has made."""
        self._rings = [one for one in self._rings if shiboken6.isValid(one)]
        found = next((one for one in self._rings if one.window() is window), None)
        if found is None:
            found = FocusRing(window)
            self._rings.append(found)
        return found


def _ground(widget: QWidget) -> QWidget:
    """Returns what the ring lies on: what scrolls with `widget`, or else its window."""
    inside, parent = widget, widget.parentWidget()
    while parent is not None and not inside.isWindow():
        area = parent.parentWidget()
        if isinstance(area, QScrollArea) and area.widget() is inside:
            return inside
        inside, parent = parent, area
    return inside


def _chain(widget: QWidget, ground: QWidget) -> tuple[QWidget, ...]:
    """Returns `widget` and its parents below `ground`, whose moves move it."""
    chain = []
    one: QWidget | None = widget
    while one is not None and one is not ground:
        chain.append(one)
        one = one.parentWidget()
    return tuple(chain)
