"""A simulated user of the windows: opens them for a link, as the desktop does, and presses the
wizard's button for the next step.

window_user.py SCREEN PROFILE LINK

At the end, the file SCREEN lists the pages seen and the buttons pressed, with the exit code in the
last line. Nothing is drawn: Qt's platform is "offscreen".
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from certclient.bootstrap import open_windows
from certclient.model.start import Start
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard

_SECONDS = 600.0
_PRESSED_ON = (WizardPageId.NOTICE, WizardPageId.LETTER, WizardPageId.START)


class WindowUser(QObject):
    """Runs in the GUI thread; `update_requested` triggers `update` from another thread."""

    update_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.over = False
        self.update_requested.connect(self.update, Qt.ConnectionType.QueuedConnection)

    def update(self) -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, EnrollmentWizard) and window.isVisible():
                self._act(window)

    def _act(self, wizard: EnrollmentWizard) -> None:
        page = wizard.page_id
        if page is None:
            return
        if self.seen[-1:] != [page.name]:
            self.seen.append(page.name)
        button = wizard.bar.primary
        if page in _PRESSED_ON and button.isEnabled() and button.isVisible():
            self.seen.append(re.sub(r"\(&\w\)", "", button.text()))
            button.click()
        elif page in (WizardPageId.DONE, WizardPageId.PROBLEM) and not self.over:
            self.over = True
            QApplication.closeAllWindows()


def watch(user: WindowUser) -> None:
    """Runs in another thread, because the program itself creates the application object."""
    deadline = time.monotonic() + _SECONDS
    moved = False
    while time.monotonic() < deadline and not user.over:
        application = QCoreApplication.instance()
        if application is not None:
            if not moved:
                user.moveToThread(application.thread())
                moved = True
            user.update_requested.emit()
        time.sleep(0.1)
    if not user.over:
        os._exit(9)


def main(screen: Path, profile: str, link: str) -> None:
    user = WindowUser()
    threading.Thread(target=watch, args=(user,), daemon=True).start()
    code = open_windows(Start(profile_name=profile, language="ja", link=link))
    aside = screen.with_suffix(".part")
    aside.write_text("\n".join([*user.seen, str(code)]), encoding="utf-8")
    aside.replace(screen)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
