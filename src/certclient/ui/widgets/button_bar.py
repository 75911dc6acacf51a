"""The buttons below a page. The one that goes on is always in the same place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from certclient.ui.widgets.buttons import ButtonRank, PrimaryButton, SecondaryButton
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtGui import QKeyEvent, QResizeEvent

_PAGE_KEYS = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True, slots=True)
class Button:
    """A button below the page: its text with a mnemonic, and its action."""

    text: str
    press: Callable[[], None]
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Buttons:
    """The buttons a page needs. `primary` goes on; `close` is the text of the close button, "" for
    none. What ends or stops something is never the primary button. `danger`: what the primary one
    does cannot be undone."""

    primary: Button | None = None
    secondary: Button | None = None
    back: Button | None = None
    close: str = ""
    danger: bool = False


class ButtonBar(QWidget):
    """Back at the left; secondary, close and primary at the right. The primary button's place
    stays empty on a page that has none, so that no other button ever comes to lie there."""

    def __init__(self, close: Callable[[], None], parent: QWidget | None = None) -> None:
        """`close`: the close button's action."""
        super().__init__(parent)
        self.back, self.secondary = SecondaryButton(), SecondaryButton()
        self.close_button, self.primary = SecondaryButton(), PrimaryButton()
        self._presses: dict[QPushButton, Callable[[], None]] = {self.close_button: close}
        self._wanted, self._typing = Buttons(), False
        for button in (self.back, self.secondary, self.close_button, self.primary):
            button.hide()
            button.clicked.connect(lambda _checked=False, b=button: self._press(b))
        policy = self.primary.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.primary.setSizePolicy(policy)
        self._rows = (QHBoxLayout(), QHBoxLayout())
        self._in_two_rows: bool | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        for row in self._rows:
            row.setSpacing(Space.S)
            layout.addLayout(row)
        self._arrange(in_two_rows=False)
        self.setTabOrder(self.primary, self.secondary)
        self.setTabOrder(self.secondary, self.close_button)
        self.setTabOrder(self.close_button, self.back)

    def fit(self, texts: Iterable[str]) -> None:
        """Makes the primary button's place large enough for each of `texts`."""
        shown, size = self.primary.text(), QSize()
        for text in texts:
            self.primary.setText(text)
            size = size.expandedTo(self.primary.sizeHint())
        self.primary.setText(shown)
        self.primary.setFixedSize(size)

    def minimumSizeHint(self) -> QSize:
        """As narrow as two rows: with large text, one is wider than the screen."""
        size = super().minimumSizeHint()
        return QSize(min(size.width(), max(self._widths())), size.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Takes two rows where one is too wide."""
        super().resizeEvent(event)
        self._fit_rows()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page Up and Page Down scroll the page above, which may have nothing that takes the
        focus."""
        super().keyPressEvent(event)
        if event.key() in _PAGE_KEYS:
            for page in self.window().findChildren(Scroll):
                if page.isVisible():
                    QCoreApplication.sendEvent(page, event)

    def _fit_rows(self) -> None:
        margins = self.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        self._arrange(in_two_rows=sum(self._widths()) - 2 * Space.L > room)

    def _widths(self) -> tuple[int, int]:
        """What two rows need in pixels, with their margins."""
        above, below = (
            [button for button in row if not button.isHidden() or button is self.primary]
            for row in ((self.back, self.secondary), (self.close_button, self.primary))
        )
        first, second = (
            sum(max(button.sizeHint().width(), button.minimumWidth()) + Space.S for button in row)
            for row in (above, below)
        )
        return first + 2 * Space.L, second + 2 * Space.L

    def _arrange(self, *, in_two_rows: bool) -> None:
        if in_two_rows == self._in_two_rows:
            return
        self._in_two_rows = in_two_rows
        for row in self._rows:
            while row.takeAt(0) is not None:
                pass
        upper, lower = self._rows
        left = upper if in_two_rows else lower
        left.addWidget(self.back)
        left.addStretch(1)
        left.addWidget(self.secondary)
        if in_two_rows:
            lower.addStretch(1)
        lower.addWidget(self.close_button)
        lower.addWidget(self.primary)

    @property
    def default(self) -> QPushButton:
        """The framed button, which Enter presses: the primary one unless there is none, or none
        that can be pressed on a page without a field; then the one that closes."""
        wanted = self._wanted
        if wanted.primary is not None and (wanted.primary.enabled or self._typing):
            return self.primary
        return self.close_button if wanted.close else self.secondary

    def offer(self, wanted: Buttons, *, typing: bool) -> None:
        """Shows the buttons of `wanted`. Those that are no longer wanted stay until `retire`, so
        that the focus can leave them first. `typing`: the page has a field."""
        self._wanted, self._typing = wanted, typing
        self.primary.set_rank(ButtonRank.DANGER if wanted.danger else ButtonRank.PRIMARY)
        for button, one in self._plan():
            if one is None:
                self._presses.pop(button, None)
                continue
            self._presses[button] = one.press
            button.setText(one.text)
            button.setEnabled(one.enabled or button.hasFocus())
            button.show()
        if wanted.close:
            self.close_button.setText(wanted.close)
            self.close_button.show()
        self.default.setDefault(True)
        self._fit_rows()

    def retire(self) -> None:
        """Hides and disables the buttons that cannot be pressed; the default button gets the focus
        of such a one."""
        gone = [button for button, one in self._plan() if one is None or not one.enabled]
        if not self._wanted.close:
            gone.append(self.close_button)
        if any(button.hasFocus() for button in gone):
            self.default.setFocus()
        for button, one in self._plan():
            button.setVisible(one is not None)
            button.setEnabled(one is None or one.enabled)
        self.close_button.setVisible(bool(self._wanted.close))
        self._fit_rows()

    def _plan(self) -> list[tuple[QPushButton, Button | None]]:
        wanted = self._wanted
        return [
            (self.back, wanted.back),
            (self.secondary, wanted.secondary),
            (self.primary, wanted.primary),
        ]

    def _press(self, button: QPushButton) -> None:
        if press := self._presses.get(button):
            press()
