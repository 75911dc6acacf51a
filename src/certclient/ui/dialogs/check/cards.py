"""The results: a card for this computer, for each bank and each certificate, a line per check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.enrollment.preflight import Verdict
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.parts import CardTitle, SecondaryText, Sentence, SmallText, StrongText
from certclient.ui.widgets.pictures import Picture
from certclient.ui.widgets.status import StatusPill
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from collections.abc import Mapping

    from certclient.enrollment.full_check.board import Board
    from certclient.enrollment.full_check.values import Finding, Item
    from certclient.i18n.check_report import CheckWords

_ICON = 24
_SEVERITIES: Mapping[Verdict | None, Severity] = {
    Verdict.PASSED: Severity.SUCCESS,
    Verdict.WARNING: Severity.WARNING,
    Verdict.FAILED: Severity.ERROR,
}
_PICTURES: Mapping[Verdict | None, str] = {
    Verdict.PASSED: "check",
    Verdict.WARNING: "warning",
    Verdict.FAILED: "exclamation",
    Verdict.SKIPPED: "skipped",
    Verdict.UNCHECKED: "skipped",
}


class CheckLine(QWidget):
    """One check: picture, name, result; below them what to do, if anything is."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = Picture("", _ICON)
        self._name, self._result = Sentence(), StatusPill()
        self._title, self._texts, self._code = StrongText(), SecondaryText(), SmallText()
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        top.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self._name, 1)
        top.addWidget(self._result, 0, Qt.AlignmentFlag.AlignTop)
        below = QVBoxLayout()
        below.setContentsMargins(_ICON + Space.S, 0, 0, Space.S)
        below.setSpacing(Space.XS)
        for part in (self._title, self._texts, self._code):
            below.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addLayout(top)
        layout.addLayout(below)

    def show_result(self, words: CheckWords, item: Item, finding: Finding | None) -> None:
        """None: it is being checked."""
        verdict = finding.verdict if finding is not None else None
        name, result = words.title(item), words.verdict(verdict)
        self._name.setText(name)
        self._name.setAccessibleName(f"{name}: {result}")
        severity = _SEVERITIES.get(verdict, Severity.NEUTRAL)
        picture = _PICTURES.get(verdict, "hourglass")
        self._result.show_state(severity, result, picture)
        self._picture.show_picture(picture)
        self._picture.set_colour(severity)
        advice = words.advice(finding) if finding is not None else None
        self._title.set_text(advice.title if advice else "")
        self._texts.set_text("\n".join(advice.sentences) if advice else "")
        self._code.set_text(advice.code if advice else "")


class CheckCard(Card):
    """The lines of one computer, bank or certificate."""

    def __init__(self) -> None:
        self._title = CardTitle()
        super().__init__(self._title)
        self._lines: dict[Item, CheckLine] = {}

    def show_items(self, words: CheckWords, items: list[Item], board: Board) -> None:
        """`items`: in order; lines are only ever added."""
        self._title.setText(words.heading(items[0]))
        for number, item in enumerate(items):
            if item not in self._lines:
                self._lines[item] = CheckLine()
                self.body.insertWidget(number + 1, self._lines[item])
            self._lines[item].show_result(words, item, board.result(item))


class CheckCards(QWidget):
    """All cards, in the order of the report."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.M)
        self._cards: dict[tuple[str, str, str], CheckCard] = {}

    def clear(self) -> None:
        """Removes all cards."""
        for card in self._cards.values():
            self._layout.removeWidget(card)
            card.hide()  # not without a parent: it would be a window for a moment
            card.deleteLater()
        self._cards = {}

    def show_board(self, words: CheckWords, board: Board) -> None:
        """Adds what is new and updates the rest."""
        groups: dict[tuple[str, str, str], list[Item]] = {}
        for item in board.items:
            groups.setdefault(_key(item), []).append(item)
        for number, (key, items) in enumerate(groups.items()):
            if key not in self._cards:
                self._cards[key] = CheckCard()
                self._layout.insertWidget(number, self._cards[key])
            self._cards[key].show_items(words, items, board)


def _key(item: Item) -> tuple[str, str, str]:
    return (item.bank, item.serial, item.store if item.of_certificate else "")
