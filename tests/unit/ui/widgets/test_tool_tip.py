"""Tooltips show text from outside as it is."""

from __future__ import annotations

import pytest
from PySide6.QtGui import Qt, QTextDocument

from certclient.ui.widgets.parts import tool_tip


@pytest.mark.parametrize(
    "text",
    [
        "2027年10月30日から更新できます",
        "A & B",
        "<b>bold</b> &amp; <img src='file:///etc/passwd'>",
        "a<U+202E>b\nnext line",
    ],
)
def test_nothing_is_taken_for_html(text: str) -> None:
    shown = tool_tip(text)
    if Qt.mightBeRichText(shown):
        document = QTextDocument()
        document.setHtml(shown)
        shown = document.toPlainText()
    assert shown == text
