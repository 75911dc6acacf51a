"""Opens and closes a connection to the display: `python -m certclient.ui.shell.display_probe`.

Qt aborts the process if it finds no display; this one has nothing to lose.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading

_PR_SET_DUMPABLE = 4
"""<sys/prctl.h>: with 0, the abort leaves no core dump and no crash report of the desktop."""


def can_fork() -> bool:
    """Loads Qt, so that a child that is forked now need not; whether `main` may run in one."""
    try:
        from PySide6.QtGui import QGuiApplication
    except ImportError:
        return False
    return threading.active_count() == 1 and QGuiApplication.instance() is None


def main() -> int:
    """Returns 0 if Qt can open windows, or cannot even be loaded, which has an error of its own."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    try:
        from PySide6.QtGui import QGuiApplication
    except ImportError:
        return 0
    application = QGuiApplication([sys.argv[0]])
    if application.primaryScreen() is None:
        # Of linuxfb, for example, which starts without a frame buffer; a window would abort.
        sys.stderr.write("no screen\n")
        sys.stderr.flush()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
