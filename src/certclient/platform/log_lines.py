"""One line of the log. `log` writes events for every other command; this module loads no more than
`certclient remind` can afford at each logon."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping


def line(name: str, fields: Mapping[str, object]) -> str:
    """The event as JSON, with the time (UTC, whole seconds)."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    return json.dumps({"time": moment, "event": name, **fields}, ensure_ascii=False)


def append(path: str, text: str) -> None:
    """Appends a line to the log file `path`, which has mode 0600 if it is new.

    Best effort, as for every line of the log: nothing is created but the file itself, and a full
    disk costs the line only. `log` rotates the file. A file name that is no text is escaped.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, f"{text}\n".encode(errors="backslashreplace"))
        finally:
            os.close(descriptor)
