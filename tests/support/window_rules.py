"""What holds for every window: focus, Enter, tab order, focus ring, mnemonics, speech."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from PySide6 import QtGui
from PySide6.QtCore import QAbstractListModel, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabBar,
    QTextBrowser,
    QWidget,
)

from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.widgets.focus_ring import FocusRing
from certclient.ui.widgets.input_guard import InputGuard


def framed(window: QWidget) -> list[QPushButton]:
    return [b for b in window.findChildren(QPushButton) if b.isDefault() and b.isVisible()]


def faults_of_focus(window: QWidget) -> Iterator[str]:
    """The frame and the focus are on one button, unless a field has the focus."""
    focus = window.focusWidget()
    fields = [one for one in window.findChildren(QLineEdit) if one.isVisible()]
    if len(framed(window)) != 1:
        yield f"{len(framed(window))} framed buttons"
    elif fields and not isinstance(focus, (QLineEdit, QAbstractButton)):
        yield f"{focus} has the focus, not a field"
    elif not fields and framed(window) != [focus]:
        yield f"the frame is on {framed(window)[0].text()}, the focus on {focus}"


def faults_of_enter(window: QWidget) -> Iterator[str]:
    """Enter presses the framed button of a page that goes on, wherever the focus came first."""
    page = window.page_now if isinstance(window, EnrollmentWizard) else None
    if not isinstance(window, EnrollmentWizard) or page is None:
        return
    wanted = page.buttons()
    if wanted.primary is None or not wanted.primary.enabled:
        return
    pressed: list[str] = []
    harmless = replace(wanted.primary, press=lambda: pressed.append("primary"))
    typing = page.first_field() is not None
    window.bar.offer(replace(wanted, primary=harmless), typing=typing)
    focus = window.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_Return)
    page.buttons_changed.emit()
    if pressed != ["primary"]:
        yield f"Enter presses {pressed}, the frame is on {framed(window)[0].text()}"


def focusable(window: QWidget) -> set[QWidget]:
    def counts(one: QWidget) -> bool:
        tab = bool(one.focusPolicy() & Qt.FocusPolicy.TabFocus)
        return tab and one.isVisible() and one.isEnabled() and one.focusProxy() is None

    found = {one for one in window.findChildren(QWidget) if counts(one)}
    inner = {one for one in found if isinstance(one.parentWidget(), QComboBox)}
    return found - inner


def faults_of_tab_order(window: QWidget) -> Iterator[str]:
    """Tab reaches every control that can be used, and a ring shows where one is."""
    wanted, seen = focusable(window), set()
    start = window.focusWidget()
    for _ in range(2 * len(wanted) + 2):
        now = window.focusWidget()
        if now is not None:
            seen.add(now)
            yield from faults_of_ring(window, now)
        window.focusNextChild()
    missed = {one for one in wanted - seen if not _in_group(one, seen)}
    if missed:
        yield f"Tab misses {[_name(one) for one in missed]}"
    if start is not None:
        start.setFocus()


def _in_group(one: QWidget, seen: set[QWidget]) -> bool:
    """Radio buttons of one group are one stop."""
    group = one.group() if isinstance(one, QAbstractButton) else None
    return group is not None and any(other in seen for other in group.buttons())


def _name(one: QWidget) -> str:
    return f"{type(one).__name__} {one.accessibleName() or one.property('text')}"


def faults_of_ring(window: QWidget, now: QWidget) -> Iterator[str]:
    ring = window.findChild(FocusRing)
    if ring is None or not ring.isVisible():
        yield f"no ring around {_name(now)}"
        return
    with_ring = _around(ring)
    ring.hide()
    without = _around(ring)
    ring.show()
    if with_ring == without:
        yield f"the ring around {_name(now)} cannot be seen"


def _around(ring: FocusRing) -> QImage:
    ground = ring.parentWidget()
    assert isinstance(ground, QWidget)
    return ground.grab(ring.geometry()).toImage()


def faults_of_mnemonics(window: QWidget) -> Iterator[str]:
    """No letter with Alt means two things."""
    texts = [b.text() for b in window.findChildren(QAbstractButton) if b.isVisible()]
    texts += [x.text() for x in window.findChildren(QLabel) if x.isVisible() and x.buddy()]
    for bar in window.findChildren(QTabBar):
        texts += [bar.tabText(number) for number in range(bar.count())]
    letters = re.findall(r"&(\w)", "\n".join(texts))
    for letter, count in Counter(letter.upper() for letter in letters).items():
        if count > 1:
            yield f"Alt+{letter} {count} times: {[t for t in texts if '&' + letter in t]}"


def faults_of_secrets(window: QWidget) -> Iterator[str]:
    """A field with the role of a password is one that keeps its text to itself."""
    for line in window.findChildren(QLineEdit):
        if line.echoMode() is not QLineEdit.EchoMode.Normal and not hasattr(line, "typed"):
            yield f"{_name(line)} hands its text to screen readers"


def faults_of_speech(name: str, window: QWidget, said: list[str]) -> Iterator[str]:
    """The wizard says each page's own text, once, and its title first."""
    if not isinstance(window, EnrollmentWizard) or window.page_now is None:
        return
    page = window.page_now
    if page.heading.text() not in page.spoken() and not page.urgent:
        yield "its title is not said"
    if not any(page.heading.text() in one for one in said) and name != "checks":
        yield f"said: {said[-3:]}"
    primary = page.buttons().primary
    if primary is not None and primary.text not in page.primary_texts():
        yield f"primary_texts() lacks {primary.text}"


def faults_of_guard(window: QWidget) -> Iterator[str]:
    """A click on the page before does nothing here."""
    if window.findChild(InputGuard) is None:
        yield "no guard against the second click of a double click"


def faults_of_markup(window: QWidget) -> Iterator[str]:
    """No text is taken for HTML, whatever parts of it come from outside."""
    for label in window.findChildren(QLabel):
        if label.text() and label.textFormat() is not Qt.TextFormat.PlainText:
            yield f"a label guesses whether it is HTML: {label.text()}"
    for widget in (window, *window.findChildren(QWidget)):
        for tip in (widget.toolTip(), widget.statusTip(), widget.whatsThis()):
            if is_markup(tip):
                yield f"a tooltip is HTML: {tip}"
    for view in window.findChildren(QAbstractItemView):
        yield from _faults_of_tips(view)
    if browsers := window.findChildren(QTextBrowser):
        yield f"they show HTML: {browsers}"


def is_markup(tip: str) -> bool:
    """Whether Qt would find tags in a tooltip, other than those of `parts.tool_tip`."""
    inner = tip.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "")
    return QtGui.Qt.mightBeRichText(tip) and "<" in inner


def _faults_of_tips(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    roles = (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.StatusTipRole)
    # A list has one column, and PySide does not let anybody ask for it.
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
    for row in range(model.rowCount()):
        for column in range(columns):
            for role in roles:
                tip = str(model.index(row, column).data(role) or "")
                if is_markup(tip):
                    yield f"the tip of a cell is HTML: {tip}"


def label_texts(window: QWidget) -> str:
    """What all labels of `window` say, hidden ones included."""
    return "\n".join(label.text() for label in window.findChildren(QLabel))
