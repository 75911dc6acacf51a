"""One line of the log, and the file that it is appended to. `log` writes events for every other
command; this module loads no more than `certclient remind` can afford at each logon."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import sys
import time
from collections.abc import Mapping


def line(name: str, fields: Mapping[str, object]) -> str:
    """The event as JSON, with the time (UTC, whole seconds).

    Control characters (C1 as well), bidi and other invisible characters, and surrogates are
    escaped, so that a terminal shows the line as it is.
    """
    moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    text = json.dumps({"time": moment, "event": name, **fields}, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def append(path: str, text: str, *, create: bool = True) -> None:
    """Appends a line to the log file `path`, which gets mode 0600. `create`: if it is missing.

    Best effort, as for every line of the log: nothing is created but the file itself, and a full
    disk costs the line only. `log` rotates the file.
    """
    flags = os.O_WRONLY | os.O_APPEND | (os.O_CREAT if create else 0)
    with contextlib.suppress(OSError):
        descriptor = open_own(path, flags)
        try:
            os.write(descriptor, f"{text}\n".encode(errors="backslashreplace"))
        finally:
            os.close(descriptor)


def open_own(path: str, flags: int) -> int:
    """`os.open` for a log file of this user's, with mode 0600.

    Raises OSError for a link, a pipe, a device, a file of another user or one with a second name:
    a program that root runs in a user's environment must not write where that user leads it.
    """
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        _require_own(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


if sys.platform == "win32":

    def _require_own(_descriptor: int) -> None:
        """The folder's access list decides."""

else:

    def _require_own(descriptor: int) -> None:
        state = os.fstat(descriptor)
        is_own = state.st_uid == os.geteuid() and state.st_nlink <= 1
        if not (stat.S_ISREG(state.st_mode) and is_own):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        if stat.S_IMODE(state.st_mode) & 0o077:
            os.fchmod(descriptor, 0o600)
