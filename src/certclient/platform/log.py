"""The log file: events with fields from an allow-list, so that no personal data is logged.

One JSON object per line. It holds procedure IDs, serial numbers and error codes, never a name, a
PIN, an issue code or the text of a foreign exception.
"""

from __future__ import annotations

import logging
import os
import traceback
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

from certclient import __version__
from certclient.platform.log_lines import line
from certclient.platform.private_files import open_private, private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import TextIOWrapper
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

_logger = logging.getLogger("certclient.events")
_logger.addHandler(logging.NullHandler())
_logger.propagate = False


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Logs events to `path` during the block; rotates at 1 MiB and keeps three old files.

    Best effort: if the log cannot be written, the program continues without one.
    """
    handler = _handler(path)
    if handler is None:
        yield
        return
    _logger.addHandler(handler)
    _logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        _logger.removeHandler(handler)
        handler.close()


class _QuietHandler(RotatingFileHandler):
    """Writes what can be written: a full disk, or a folder that is gone, costs the log only."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Ignores the error; logging would print a traceback for each record."""

    def close(self) -> None:
        """Closes the file, also if the rest of it cannot be written."""
        with suppress(OSError):
            super().close()

    def _open(self) -> TextIOWrapper:
        return open(
            self.baseFilename,
            "a",
            encoding=self.encoding,
            errors=self.errors,
            opener=open_private,
        )


def close() -> None:
    """Closes this process's log files: Windows cannot delete an open file."""
    for handler in list(_logger.handlers):
        if isinstance(handler, RotatingFileHandler):
            _logger.removeHandler(handler)
            handler.close()


def _handler(path: Path) -> logging.Handler | None:
    try:
        private_folder(path.parent)
        handler = _QuietHandler(
            path,
            maxBytes=_MAX_BYTES,
            backupCount=_BACKUPS,
            encoding="utf-8",
            delay=True,
            # A file name that is no text must not be lost, nor stop the program.
            errors="backslashreplace",
        )
        os.close(open_private(path, os.O_WRONLY | os.O_CREAT))
    except (OSError, ValueError):  # ValueError: a path with a null byte
        return None
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


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
    _logger.info("%s", line(name, fields))
