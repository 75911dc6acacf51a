"""One page of the help: title, texts, steps, notes, drawings, and buttons that lead on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.i18n.help_guide import GuideAction, pages
from certclient.ui.widgets.buttons import LinkButton, SecondaryButton
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.parts import CardTitle, Heading, Sentence, sentences
from certclient.ui.widgets.pictures import ACCENT, Picture
from certclient.ui.widgets.status import NumberedSteps
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from certclient.i18n.help_guide import Page, Part, Topic
    from certclient.i18n.language import Language
    from certclient.ui.dialogs.help.drawn import HelpDrawings


class HelpPage(QWidget):
    """Made anew for each page: its content depends on language, banks and certificates."""

    action_requested = Signal(object)
    """A GuideAction."""
    topic_requested = Signal(object)
    """A Topic."""

    def __init__(
        self, page: Page, drawings: HelpDrawings, language: Language, *, can_check: bool
    ) -> None:
        """`can_check`: the check of this computer can be opened."""
        super().__init__()
        self.page = page
        self._drawings, self._language, self._can_check = drawings, language, can_check
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        self._layout.setSpacing(Space.M)
        picture, heading = Picture(page.picture, 48), Heading()
        picture.set_colour(ACCENT)
        heading.setText(page.title)
        top = QHBoxLayout()
        top.setSpacing(Space.M)
        top.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(heading, 1, Qt.AlignmentFlag.AlignVCenter)
        self._layout.addLayout(top)
        for part in page.parts:
            self._add_part(part)
        self._layout.addStretch(1)
        self.setAccessibleName(page.title)

    def spoken(self) -> str:
        """What a screen reader says of it when it opens: the title, and what comes first."""
        first = next(iter(self.page.parts), None)
        texts = [text for text in first.texts() if text] if first is not None else []
        return sentences(self.page.title, *texts)

    def _add_part(self, part: Part) -> None:
        if part.title:
            title = CardTitle()
            title.setText(part.title)
            self._layout.addWidget(title)
        if part.text:
            text = Sentence()
            text.setText(part.text)
            self._layout.addWidget(text)
        if part.steps:
            steps = NumberedSteps()
            steps.show_steps(part.steps)
            self._layout.addWidget(steps)
        for words, severity in (
            (part.note, Severity.INFORMATION),
            (part.warning, Severity.WARNING),
        ):
            if words:
                callout = Callout(severity)
                callout.set_text(words)
                self._layout.addWidget(callout)
        if part.drawn is not None:
            self._layout.addWidget(self._drawings.widget(part.drawn))
        if part.action is GuideAction.CHECK and self._can_check:
            self._add_action(part.action)
        for topic in part.related:
            self._add_link(topic)

    def _add_action(self, action: GuideAction) -> None:
        button = SecondaryButton()
        button.setText(QCoreApplication.translate("Help", "Ready to renew? Check now"))
        button.clicked.connect(lambda: self.action_requested.emit(action))
        self._layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _add_link(self, topic: Topic) -> None:
        button = LinkButton()
        button.setText(next(one.title for one in pages(self._language) if one.topic is topic))
        button.set_icon("chevron-right")
        button.clicked.connect(lambda: self.topic_requested.emit(topic))
        self._layout.addWidget(button)
