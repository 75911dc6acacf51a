"""The bank's letter, drawn: where the user ID and the issue code stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.ui.widgets.card import Card
from certclient.ui.widgets.parts import SecondaryText, SmallText, StrongText
from certclient.ui.widgets.pictures import Picture
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.model.profile import Profile

_GROUP = 4
_SAMPLE = "ABCDEFGHJKLMNPQR"
_LONGEST = 32
"""Characters of a sample; a longer code is shown with an ellipsis."""


translate = QCoreApplication.translate


class LetterPicture(Card):
    """A sample with letters that are nobody's code, as long as the bank's codes are."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        super().__init__()
        title, about = StrongText(), SecondaryText()
        title.setText(translate("Letter", "Example of the letter"))
        about.setText(translate("Letter", "The layout of your bank's letter may differ."))
        texts = QVBoxLayout()
        texts.setSpacing(Space.XS)
        texts.addWidget(title)
        for name, value in (
            (translate("Letter", "User ID"), translate("Letter", "letters and digits")),
            (translate("Letter", "Issue code"), _sample(profiles)),
        ):
            label, text = SmallText(), StrongText()
            label.setText(name)
            text.setText(value)
            texts.addWidget(label)
            texts.addWidget(text)
        texts.addWidget(about)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(Picture("letter-48", 48), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        holder = QWidget()
        row.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(row)
        self.body.addWidget(holder)


def _sample(profiles: Sequence[Profile]) -> str:
    """Groups of four, as long as the first bank's shortest code, or sixteen letters."""
    lengths = [length for profile in profiles[:1] for length in profile.codes.lengths]
    length = min(lengths, default=len(_SAMPLE))
    letters = (_SAMPLE * (_LONGEST // len(_SAMPLE)))[: min(length, _LONGEST)]
    groups = [letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP)]
    # With spaces, as the letter has it; a long code wraps at them.
    return " ".join(groups) + ("…" if length > _LONGEST else "")
