"""The command line without a console (certclientw.exe): what it says on errors becomes a box.

Windows gives such a program no standard streams: `sys.stdout` and `sys.stderr` are None.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

from certclient.bootstrap import main as command_line
from certclient.platform.windows_dll import load

_TITLE = "certclient"
_ERROR_ICON, _FOREGROUND = 0x10, 0x10000
"""MessageBoxW: MB_ICONERROR, MB_SETFOREGROUND."""

_UNATTENDED = "--unattended"

_LONGEST = 4000
"""Characters that are shown: the end of the text, where the error stands."""


def main(run: Callable[[], int] = command_line, show: Callable[[str], None] | None = None) -> int:
    """Runs the command line of this process; returns its exit code.

    If it fails, `show` gets what it wrote to stderr, by default in a message box; not where nobody
    is there to read it (`renew --all --unattended`): the log and the exit code tell then.
    """
    said = io.StringIO()
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), io.StringIO(), said
    code = run()
    text = said.getvalue().strip()
    if code != 0 and text and _UNATTENDED not in sys.argv:
        (show or _message_box)(text[-_LONGEST:])
    return code


def _message_box(text: str) -> None:
    load("user32.dll").MessageBoxW(None, text, _TITLE, _ERROR_ICON | _FOREGROUND)
