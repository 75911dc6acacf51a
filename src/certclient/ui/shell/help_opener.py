"""F1 in every window opens the help at the page that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from certclient.i18n.help_guide import Topic
from certclient.ui.enrollment.navigation import WizardPageId

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from certclient.ui.context import AppContext
    from certclient.ui.dialogs.help_window import HelpWindow
    from certclient.ui.enrollment.wizard import EnrollmentWizard

_KEY = "F1"
_KNOWN = "certclient-help"
"""The property of a window that has the key."""

_BY_PAGE: Mapping[WizardPageId, Topic] = {
    WizardPageId.NOTICE: Topic.RENEW,
    WizardPageId.LETTER: Topic.CODE,
    WizardPageId.CHECKS: Topic.CHECK,
    WizardPageId.START: Topic.RENEW,
    WizardPageId.WORK: Topic.RENEW,
    WizardPageId.DONE: Topic.CHOOSE,
    WizardPageId.WAITING: Topic.UNFINISHED,
    WizardPageId.PAUSED: Topic.UNFINISHED,
    WizardPageId.TOO_LATE: Topic.CONTACT,
    WizardPageId.PROBLEM: Topic.UNFINISHED,
}

BY_WINDOW: Mapping[str, Topic] = {
    "PinDialog": Topic.PIN,
    "NewPinDialog": Topic.PIN,
    "ErrorDialog": Topic.UNFINISHED,
    "RevokeDialog": Topic.LOST,
    "CheckWindow": Topic.CHECK,
    "CheckReportDialog": Topic.CHECK,
    "ProxyLoginDialog": Topic.CHECK,
    "AboutWindow": Topic.CONTACT,
}
"""By the class's name, so that none is loaded for this."""


class HelpOpener(QObject):
    """Gives each window the key when the focus first comes into it."""

    def __init__(
        self, context: AppContext, main_help: Callable[[], HelpWindow], parent: QObject
    ) -> None:
        """`main_help` returns the main window's help, which it makes when it is first wanted."""
        super().__init__(parent)
        self._context, self._main_help = context, main_help
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)

    def open(self, window: QWidget) -> None:
        """Shows the help for `window`: in a window of its own if that one is modal, as no other
        can be used meanwhile."""
        from certclient.ui.dialogs.help_window import HelpWindow

        if isinstance(window, HelpWindow):
            return
        help_window = self._own_help(window) if window.isModal() else self._main_help()
        help_window.show_overview(self._context.state.overview)
        help_window.open_topic(topic_of(window))

    def _own_help(self, window: QWidget) -> HelpWindow:
        """The one help of a modal window, which lives as long as that; without 「このプログラムに
        ついて」, which belongs to the main window."""
        from certclient.ui.dialogs.help_window import HelpWindow

        found = window.findChild(HelpWindow, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if found is not None:
            return found
        made = HelpWindow(self._context, window)
        made.about_button.hide()
        return made

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        window = now.window() if now is not None else None
        if window is None or window.property(_KNOWN):
            return
        window.setProperty(_KNOWN, True)
        shortcut = QShortcut(QKeySequence(_KEY), window)
        shortcut.activated.connect(lambda: self.open(window))


def topic_of(window: QWidget) -> Topic | None:
    """The page that fits what `window` shows; None: the one that was open last."""
    if _is_wizard(window):
        return _of_wizard(window)
    names = [one.__name__ for one in type(window).__mro__ if issubclass(one, QDialog)]
    return next((BY_WINDOW[name] for name in names if name in BY_WINDOW), None)


def _is_wizard(window: QWidget) -> TypeGuard[EnrollmentWizard]:
    """Without loading the wizard, which the main window does not need."""
    return any(one.__name__ == "EnrollmentWizard" for one in type(window).__mro__)


def _of_wizard(wizard: EnrollmentWizard) -> Topic:
    from certclient.ui.enrollment.pages.work import WorkPage

    page = wizard.page_now
    if isinstance(page, WorkPage) and page.asking:
        return Topic.PIN
    if wizard.page_id is WizardPageId.START and wizard.session.wizard_state.obtains:
        return Topic.OBTAIN
    return _BY_PAGE.get(wizard.page_id, Topic.RENEW) if wizard.page_id is not None else Topic.RENEW
