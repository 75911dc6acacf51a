"""A simulated user of the windows: opens them for a link, as the desktop does, and presses the
wizard's button for the next step.

window_person.py SCREEN PROFILE LINK

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
from PySide6.QtWidgets import QApplication, QWizard

from certclient.bootstrap import open_windows
from certclient.model.start import Start
from certclient.ui.enrollment.navigation import Page
from certclient.ui.enrollment.wizard import EnrollmentWizard

_SECONDS = 600.0
_PRESSED_ON = (Page.NOTICE, Page.LETTER, Page.START)


class Hand(QObject):
    """Runs in the GUI thread; `poked` triggers `look` from another thread."""

    poked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.over = False
        self.poked.connect(self.look, Qt.ConnectionType.QueuedConnection)

    def look(self) -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, EnrollmentWizard) and window.isVisible():
                self._act(window)

    def _act(self, wizard: EnrollmentWizard) -> None:
        page = Page(wizard.currentId())
        if self.seen[-1:] != [page.name]:
            self.seen.append(page.name)
        button = wizard.button(QWizard.WizardButton.CustomButton1)
        if page in _PRESSED_ON and button.isEnabled() and button.isVisible():
            self.seen.append(re.sub(r"\(&\w\)", "", button.text()))
            button.click()
        elif page in (Page.DONE, Page.PROBLEM) and not self.over:
            self.over = True
            QApplication.closeAllWindows()


def watch(hand: Hand) -> None:
    """Runs in another thread, because the program itself creates the application object."""
    deadline = time.monotonic() + _SECONDS
    moved = False
    while time.monotonic() < deadline and not hand.over:
        application = QCoreApplication.instance()
        if application is not None:
            if not moved:
                hand.moveToThread(application.thread())
                moved = True
            hand.poked.emit()
        time.sleep(0.1)
    if not hand.over:
        os._exit(9)


def main(screen: Path, profile: str, link: str) -> None:
    hand = Hand()
    threading.Thread(target=watch, args=(hand,), daemon=True).start()
    code = open_windows(Start(profile_name=profile, language="ja", link=link))
    aside = screen.with_suffix(".part")
    aside.write_text("\n".join([*hand.seen, str(code)]), encoding="utf-8")
    aside.replace(screen)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
