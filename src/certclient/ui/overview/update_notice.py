"""「新しい版があります」 in the main window. The button opens the bank's page in the browser; the
program never downloads or starts anything by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from certclient.model.update import UpdateState, Version
from certclient.ui.widgets.buttons import LinkButton, SecondaryButton
from certclient.ui.widgets.callout import Tinted
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.labels import Sentence, StrongText
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.ui.context import AppContext
    from certclient.updates.check import UpdateNotice


class UpdateLine(Tinted):
    """Shows the most urgent announcement that is not postponed; hidden if there is none."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(Severity.INFORMATION, parent)
        self._context = context
        self._notices: Sequence[UpdateNotice] = ()
        self._put_off: Version | None = None
        self._title, self._text = StrongText(), Sentence()
        self.open_button, self.later_button = SecondaryButton(), LinkButton()
        self.open_button.set_icon("link")
        self.open_button.clicked.connect(self._open)
        self.later_button.clicked.connect(self._later)
        self._lay_out()
        self.hide()

    def show_notices(self, notices: Sequence[UpdateNotice]) -> None:
        """Shows the first notice that is not postponed; `notices` may be empty."""
        self._notices = notices
        self._refresh()

    @property
    def notice(self) -> UpdateNotice | None:
        """The notice to show, or None. A postponed one returns once it is UNSUPPORTED."""
        return next((notice for notice in self._notices if not self._is_put_off(notice)), None)

    def title(self, notice: UpdateNotice) -> str:
        """Returns the heading for `notice`."""
        if notice.state is UpdateState.UNSUPPORTED:
            return self.tr("Please install the new version of this program")
        return self.tr("A new version of this program is available")

    def sentence(self, notice: UpdateNotice) -> str:
        """Returns the bank, the version and the bank's own text, if any."""
        said = notice.announcement
        names = {"bank": self._context.bank(notice.profile), "version": said.version}
        if notice.state is UpdateState.UNSUPPORTED:
            text = self.tr(
                "{bank} no longer supports the version that you use. The new one is {version}."
                " Until it is installed, renewing may not work."
            )
        else:
            text = self.tr("{bank} offers version {version}. You can go on working meanwhile.")
        own = said.text.for_language(self._context.languages.current.value) if said.text else ""
        return "\n".join(part for part in (text.format(**names), own) if part)

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._refresh()

    def _lay_out(self) -> None:
        buttons = FlowLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.later_button)
        self.column.addWidget(self._title)
        self.column.addWidget(self._text)
        self.column.addSpacing(Space.XS)
        self.column.addLayout(buttons)

    def _refresh(self) -> None:
        notice = self.notice
        if notice is not None:
            unsupported = notice.state is UpdateState.UNSUPPORTED
            self.set_severity(Severity.WARNING if unsupported else Severity.INFORMATION)
            self._title.setText(self.title(notice))
            self._text.setText(self.sentence(notice))
            self.open_button.setText(self.tr("Open the bank's do&wnload page"))
            self.later_button.setText(self.tr("No&t now"))
            self.later_button.setVisible(notice.state is not UpdateState.UNSUPPORTED)
        self.setVisible(notice is not None)

    def _is_put_off(self, notice: UpdateNotice) -> bool:
        if notice.state is UpdateState.UNSUPPORTED or self._put_off is None:
            return False
        return notice.announcement.version <= self._put_off

    def _open(self) -> None:
        notice = self.notice
        if notice is not None:
            self._context.open_url(notice.announcement.page)

    def _later(self) -> None:
        """Postpones until the next start or until a newer version is announced."""
        notice = self.notice
        if notice is not None:
            self._put_off = notice.announcement.version
        self._refresh()
