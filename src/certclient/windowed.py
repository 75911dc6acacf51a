"""The command line without a console (certclientw.exe): shows error output in a message box.

Windows gives such a program no standard streams: `sys.stdout` and `sys.stderr` are None.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

from certclient.bootstrap import main as command_line

_TITLE = "certclient"
_ERROR_ICON, _FOREGROUND = 0x10, 0x10000
"""MessageBoxW: MB_ICONERROR, MB_SETFOREGROUND."""

_UNATTENDED = "--unattended"

_LONGEST = 4000
"""Maximum characters shown: the end of the text, which contains the error."""


def main(run: Callable[[], int] = command_line, show: Callable[[str], None] | None = None) -> int:
    """Runs the command line of this process; returns its exit code.

    On failure, passes the stderr output to `show`, by default a message box. Not with
    `--unattended`, since nobody is there to read it: the log and the exit code report the failure.
    """
    said = io.StringIO()
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), io.StringIO(), said
    code = run()
    text = said.getvalue().strip()
    if code != 0 and text and _UNATTENDED not in sys.argv:
        (show or _message_box)(text[-_LONGEST:])
    return code


def _message_box(text: str) -> None:
    # Loads ctypes, which a start without a failure can do without.
    from certclient.platform.windows_dll import load

    load("user32.dll").MessageBoxW(None, text, _TITLE, _ERROR_ICON | _FOREGROUND)
