"""The log file: events with fields from an allow-list, so that no personal data is logged.

One JSON object per line. It holds procedure IDs, serial numbers and error codes, never a name, a
PIN, an issue code or the text of a foreign exception.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from certclient import __version__
from certclient.platform.log_lines import append, line, open_own
from certclient.platform.private_files import private_folder
from certclient.platform.trusted_paths import exposed_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from certclient.model.errors import CertclientError

FIELDS = frozenset(
    {
        "command",
        "exit_code",
        "code",
        "procedure",
        "state",
        "serial",
        "fingerprint",
        "step",
        "seconds",
        "profile",
        "version",
        "system",
    }
)
"""The fields that an event may contain."""

_MAX_BYTES = 1 << 20
_BACKUPS = 3

_open_files: list[_EventFile] = []


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Logs events to `path` during the block; rotates at 1 MiB and keeps three old files.

    Best effort: if the log cannot be written, the program continues without one.
    """
    file = _EventFile(str(path)) if _prepared(path) else None
    if file is not None:
        _open_files.append(file)
    try:
        yield
    finally:
        if file in _open_files:
            _open_files.remove(file)


def close() -> None:
    """Ends this process's log: nothing is written any more, so that its folder can be deleted."""
    _open_files.clear()


class _EventFile:
    """Writes what can be written: a full disk, or a folder that is gone, costs the log only.

    Opens the file for each line: Windows can neither rename nor delete an open one.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._writing = threading.Lock()

    def write(self, text: str) -> None:
        with self._writing:
            with suppress(OSError):
                self._rotate(len(text.encode(errors="backslashreplace")) + 1)
            append(self._path, text)

    def _rotate(self, more: int) -> None:
        if os.stat(self._path).st_size + more <= _MAX_BYTES:
            return
        for number in range(_BACKUPS - 1, 0, -1):
            with suppress(FileNotFoundError):
                os.replace(f"{self._path}.{number}", f"{self._path}.{number + 1}")
        os.replace(self._path, f"{self._path}.1")


def _prepared(path: Path) -> bool:
    if _is_led_elsewhere(path.parent):
        return False
    try:
        private_folder(path.parent)
        os.close(open_own(str(path), os.O_WRONLY | os.O_CREAT))
    except (OSError, ValueError):  # ValueError: a path with a null byte
        return False
    return True


if sys.platform == "win32":

    def _is_led_elsewhere(_folder: Path) -> bool:
        return False

else:

    def _is_led_elsewhere(folder: Path) -> bool:
        """Whether root would write into a folder that a user owns, can change or has linked: `sudo`
        may keep that user's HOME."""
        if os.geteuid() != 0:
            return False
        there = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
        try:
            return exposed_place(there, {0}) is not None
        except OSError:
            return True


def event(name: str, /, **fields: str) -> None:
    """Logs an event. Raises ValueError for a field not in FIELDS (a bug)."""
    if unknown := fields.keys() - FIELDS:
        raise ValueError(f"not allowed in the log: {', '.join(sorted(unknown))}")
    _write(name, fields)


def error(raised: CertclientError) -> None:
    """Logs an error's code and those of its data fields that are in FIELDS; drops the others."""
    allowed = {name: value for name, value in raised.data.items() if name in FIELDS}
    _write("error", {**allowed, "code": raised.code.code})


def crash(raised: BaseException) -> None:
    """Logs the origin of an unexpected exception: types, files and lines, but not its text.

    The text of a foreign exception may contain anything, including a PIN.
    """
    _write("crash", {"version": __version__, "trace": _trace(raised)})


def _trace(raised: BaseException) -> list[str]:
    lines: list[str] = []
    seen: list[BaseException] = []
    current: BaseException | None = raised
    while current is not None and not any(current is one for one in seen):
        seen.append(current)
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        frames = traceback.extract_tb(current.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        current = current.__cause__ or current.__context__
    return lines


def _write(name: str, fields: Mapping[str, object]) -> None:
    text = line(name, fields)
    for file in list(_open_files):
        file.write(text)
