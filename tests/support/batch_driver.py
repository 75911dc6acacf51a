"""A user of 「すべて更新」."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from certclient.ui.context import AppContext
from certclient.ui.enrollment.batch.dialog import RenewAllDialog
from support.wizards import UiEnvironment, plain, until, wait


@dataclass
class BatchDriver:
    """Reads the dialog and clicks its buttons."""

    dialog: RenewAllDialog
    context: AppContext

    @property
    def ids(self) -> list[str]:
        return [item.row.entry.full_id for item in self.dialog.batch.items]

    @property
    def states(self) -> list[str]:
        """The first line of what each row says."""
        return [row.text.partition("\n")[0] for row in self.dialog.rows]

    @property
    def primary(self) -> str:
        return plain(self.dialog.bar.primary.text())

    def wait_until(self, condition: Callable[[], bool]) -> None:
        until(condition, lambda: f"{self.dialog.heading} {[row.text for row in self.dialog.rows]}")

    def is_over(self) -> None:
        self.wait_until(lambda: self.dialog.batch.over)

    def press(self, text: str) -> None:
        bar = self.dialog.bar
        for button in (bar.primary, bar.secondary, bar.back, bar.close_button):
            if plain(button.text()) == text and button.isVisible() and button.isEnabled():
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
                return
        raise AssertionError(f"no button {text!r}")

    def shown(self, number: int) -> str:
        """Every text in a row."""
        labels = self.dialog.rows[number].findChildren(QLabel)
        return "\n".join(one.text() for one in labels if one.isVisible() and one.text())

    def tick(self, number: int) -> None:
        """Clicks on the box of a row."""
        box = self.dialog.rows[number].box
        middle = QPoint(box.height() // 2, box.height() // 2)
        QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=middle)

    def again(self, number: int) -> None:
        """Presses この1件をもう一度."""
        button = self.dialog.rows[number].again_button
        assert button.isVisible()
        assert button.text() == "この1件をもう一度"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def asked_for_pin(self) -> str:
        """Waits for a question; returns its heading and text."""
        panel = self.dialog.panel
        self.wait_until(lambda: panel.isVisible() and panel.field.hasFocus())
        labels = [one.text() for one in panel.findChildren(QLabel) if one.isVisible()]
        return "\n".join([self.dialog.heading, *labels])

    def type_pin(self, pin: str) -> None:
        QTest.keyClicks(self.dialog.panel.field, pin)
        self.press("次へ")

    def cut_off(self) -> list[str]:
        """Texts that are not shown in full."""
        wait(50)
        found = []
        for label in self.dialog.findChildren(QLabel):
            if not label.isVisible() or not label.text():
                continue
            needed = label.heightForWidth(label.width())
            if label.height() < needed or label.width() < label.minimumSizeHint().width():
                found.append(label.text())
        return found


def open_batch(ui: UiEnvironment, rows: int) -> BatchDriver:
    """The dialog of a new program start, once it lists `rows` certificates."""
    context = ui.context()
    driver = BatchDriver(RenewAllDialog(context), context)
    driver.dialog.show()
    driver.wait_until(lambda: len(driver.dialog.rows) == rows)
    return driver
