"""A field for a PIN, a code or a password whose text stays out of the widget and of every event.

Qt's own password field hands each typed character to assistive technology in clear
(QAccessibleTextInsertEvent, and all of them in QAccessibleTextRemoveEvent when it is cleared), so
that any program on the accessibility bus could record a PIN. This field holds one bullet for each
character; the text is kept beside it, as single characters, which are overwritten when they go.
What Qt and Python hold for a moment (the text of a key event, a string that was joined) is freed,
but not overwritten: neither of them can.
"""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QClipboard,
    QContextMenuEvent,
    QDropEvent,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from certclient.model.wiping import overwrite
from certclient.ui.widgets.fields import draw_field, dress_field

BULLET = "•"
_LONGEST = 200
_BLANK_BULLETS = "QLineEdit { lineedit-password-character: 160; background: transparent }"
"""A no-break space in place of each bullet, for `_paint_text` to paint the text there. Without a
transparent ground the style sheet covers the boundary."""

_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


_MOVES = frozenset(
    {
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Clear,
        Qt.Key.Key_Insert,
    }
)
"""What the number pad does without NumLock."""


class KeysNoticed(enum.Flag):
    """What the keys typed last have in common with a mistake. Tells nothing about the text."""

    NOTHING = 0
    CAPS = enum.auto()
    """A capital letter without Shift, or a small one with it: CapsLock is on."""
    KEYPAD = enum.auto()
    """The number pad moves the cursor: NumLock is off."""
    WIDE = enum.auto()
    """An input method composes, or has entered full-width characters or kana."""


class SecretField(QLineEdit):
    """`typed` is the text; `text()` and all signals carry bullets only.

    It has the role "password text" from the start. `set_shown` paints the text for the eyes; screen
    readers still get bullets.
    """

    keys_noticed = Signal()
    """`noticed` changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._typed: list[str] = []
        self._noticed = KeysNoticed.NOTHING
        self._preedit = ""
        self._is_shown = False
        font = QFont()
        # All characters are equally wide, so that the painted text fits the bullets' places.
        font.setFamilies(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families())
        self.setFont(font)
        dress_field(self)
        self.setMaxLength(_LONGEST)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        # Not just ImhHiddenText: the platform's on-screen keyboard must open for this field.
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.textChanged.connect(self._follow)

    @property
    def typed(self) -> str:
        """What was typed, in a string that is the caller's to overwrite; see `revealed`."""
        return "".join(self._typed)

    @contextmanager
    def revealed(self) -> Iterator[str]:
        """What was typed, within the block: overwritten at its end unless somebody keeps it."""
        text = self.typed
        try:
            yield text
        finally:
            overwrite(text, holders=2)  # here, and the variable of the block

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not self._typed

    def take(self) -> str:
        """Returns what was typed and clears the field and its undo history."""
        typed = self.typed
        self.setText("")
        return typed

    def set_shown(self, shown: bool) -> None:
        """Paints the text in clear, or bullets."""
        if shown != self._is_shown:
            self._is_shown = shown
            self.setStyleSheet(_BLANK_BULLETS if shown else "")

    @property
    def noticed(self) -> KeysNoticed:
        """What the keys typed last look like."""
        return self._noticed

    def _notice(self, noticed: KeysNoticed) -> None:
        if noticed is not self._noticed:
            self._noticed = noticed
            self.keys_noticed.emit()

    # Everything that puts text into a QLineEdit

    def setText(self, text: str | None) -> None:
        """Replaces the text."""
        self._hold(text or "")
        super().setText(BULLET * len(self._typed))

    def _hold(self, characters: Iterable[str]) -> None:
        """Puts `characters` in place of those held so far, which are overwritten."""
        held = list(characters)
        self._typed[:] = [""] * len(self._typed)
        self._typed[:] = held
        held[:] = [""] * len(held)

    def clear(self) -> None:
        """Removes the text, from the undo history as well."""
        self.setText("")

    def insert(self, text: str) -> None:
        """Inserts `text` at the cursor, in place of the selection."""
        line = "".join(character for character in text if character.isprintable())
        start = self.selectionStart() if self.hasSelectedText() else self.cursorPosition()
        rest = self._typed[start + len(self.selectedText()) :]
        line = line[: max(self.maxLength() - start - len(rest), 0)]
        self._hold([*self._typed[:start], *line, *rest])
        super().insert(BULLET * len(line))
        self.update()

    def paste(self) -> None:
        """Inserts the clipboard's text."""
        self.insert(QGuiApplication.clipboard().text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Inserts printable characters; the rest (cursor keys, deletion) is Qt's."""
        modifiers = event.modifiers()
        self._notice(_noticed(event, self._noticed))
        # Both together are AltGr on Windows.
        is_command = bool(modifiers & _CONTROL) != bool(modifiers & _ALT)
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.text() and event.text().isprintable() and not is_command:
            self.insert(event.text())
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Inserts what an input method commits; shows bullets for what it composes."""
        if event.commitString():
            self.insert(event.commitString())
        self._preedit = event.preeditString()
        wide = bool(self._preedit) or _is_wide(event.commitString())
        self._notice(KeysNoticed.WIDE if wide else KeysNoticed.NOTHING)
        composed = QInputMethodEvent(BULLET * len(self._preedit), [])
        super().inputMethodEvent(composed)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Inserts the X11 selection on a middle click."""
        clipboard = QGuiApplication.clipboard()
        if event.button() is Qt.MouseButton.MiddleButton:
            if clipboard.supportsSelection():
                self.deselect()
                self.insert(clipboard.text(QClipboard.Mode.Selection))
        else:
            super().mouseReleaseEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Inserts dropped text at the cursor."""
        self.insert(event.mimeData().text())
        event.acceptProposedAction()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt's menu, whose Paste would insert the text itself."""
        menu = self.createStandardContextMenu()
        paste = menu.findChild(QAction, "edit-paste")
        if paste is not None:
            paste.triggered.disconnect()
            paste.triggered.connect(self.paste)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _follow(self, bullets: str) -> None:
        """Repeats a deletion by Qt in the text; takes over text that came another way."""
        foreign = bullets.strip(BULLET)
        if foreign:
            before = len(bullets) - len(bullets.lstrip(BULLET))
            after = len(bullets) - len(bullets.rstrip(BULLET))
            kept = self._typed[len(self._typed) - after :] if after else []
            self.setText("".join((*self._typed[:before], foreign, *kept)))
            return
        gone = len(self._typed) - len(bullets)
        if gone > 0:
            at = self.cursorPosition()
            self._hold([*self._typed[:at], *self._typed[at + gone :]])

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the boundary, and the text over blank bullets if it is shown."""
        draw_field(self)
        super().paintEvent(event)
        if self._is_shown and (self._typed or self._preedit):
            self._paint_text()

    def _paint_text(self) -> None:
        at = self.cursorPosition()
        text = [*self._typed[:at], *self._preedit, *self._typed[at:]]
        width = self.fontMetrics().horizontalAdvance("\N{NO-BREAK SPACE}")
        place = QRectF(self.cursorRect())
        left = place.center().x() - at * width
        chosen = range(self.selectionStart(), self.selectionStart() + len(self.selectedText()))
        painter = QPainter(self)
        painter.setClipRect(self.contentsRect().adjusted(2, 0, -2, 0))
        for number, character in enumerate(text):
            role = QPalette.ColorRole.Text
            if self.hasSelectedText() and number in chosen:
                role = QPalette.ColorRole.HighlightedText
            painter.setPen(self.palette().color(role))
            cell = QRectF(left + number * width - width, place.top(), 3 * width, place.height())
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, character)
        painter.end()


def _noticed(event: QKeyEvent, before: KeysNoticed) -> KeysNoticed:
    """What `event` looks like; `before` if it shows nothing."""
    modifiers, text = event.modifiers(), event.text()
    if modifiers & Qt.KeyboardModifier.KeypadModifier:
        moves = event.key() in _MOVES
        return KeysNoticed.KEYPAD if moves else KeysNoticed.NOTHING
    if not text or not text.isprintable() or modifiers & (_CONTROL | _ALT):
        return before
    if _is_wide(text):
        return KeysNoticed.WIDE
    if not text.isalpha():
        return before
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    return KeysNoticed.CAPS if text.isupper() != shift else KeysNoticed.NOTHING


def _is_wide(text: str) -> bool:
    return any(unicodedata.east_asian_width(character) in "FW" for character in text)
