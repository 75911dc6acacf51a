"""The log file: events and fields from an allow-list, so that nothing personal gets in.

One JSON object per line. Of a person it holds user IDs' procedures, serial numbers and codes,
never a name, a PIN, a code or the text of a foreign exception.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from certclient import __version__
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
"""What may be logged of an event."""

_MAX_BYTES = 1 << 20
_BACKUPS = 3

_logger = logging.getLogger("certclient.events")
_logger.addHandler(logging.NullHandler())
_logger.propagate = False


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """While the block runs, events go to `path`, with three old files of 1 MiB beside it.

    Best effort: a program that cannot write its log goes on without one.
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


def close() -> None:
    """Ends the log of this process: on Windows a file that is open cannot be deleted."""
    for handler in list(_logger.handlers):
        if isinstance(handler, RotatingFileHandler):
            _logger.removeHandler(handler)
            handler.close()


def _handler(path: Path) -> logging.Handler | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = RotatingFileHandler(
            path, maxBytes=_MAX_BYTES, backupCount=_BACKUPS, encoding="utf-8", delay=True
        )
        path.touch(mode=0o600)
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


def event(name: str, /, **fields: str) -> None:
    """Logs an event. Raises ValueError for a field that is not on the list (a bug)."""
    if unknown := fields.keys() - FIELDS:
        raise ValueError(f"not allowed in the log: {', '.join(sorted(unknown))}")
    _write(name, fields)


def error(raised: CertclientError) -> None:
    """Logs an error's code and what is on the list of its data."""
    allowed = {name: value for name, value in raised.data.items() if name in FIELDS}
    _write("error", {**allowed, "code": raised.code.code})


def crash(raised: BaseException) -> None:
    """Logs where an unexpected exception came from: types, files and lines, not its text.

    The text of a foreign exception may hold anything, a PIN included.
    """
    _write("crash", {"version": __version__, "trace": _trace(raised)})


def _trace(raised: BaseException) -> list[str]:
    lines: list[str] = []
    current: BaseException | None = raised
    while current is not None:
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        frames = traceback.extract_tb(current.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        current = current.__cause__ or current.__context__
    return lines


def _write(name: str, fields: Mapping[str, object]) -> None:
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    _logger.info("%s", json.dumps({"time": moment, "event": name, **fields}, ensure_ascii=False))
