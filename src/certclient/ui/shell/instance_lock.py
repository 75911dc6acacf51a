"""The single-instance lock: of several simultaneous starts, exactly one becomes the instance."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from certclient.platform.private_files import private_folder
from certclient.platform.process_lock import ProcessLock
from certclient.ui.shell.single_instance import StartRequest, send_to_running_instance

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PATIENCE = 45.0
"""Seconds. An instance that is starting up or shutting down holds the lock without answering: on a
slow PC with several starts at once, for as long as it takes to load the windows."""
_BETWEEN_ATTEMPTS = 0.5
"""Seconds."""


def acquire_instance(
    folder: Path,
    name: str,
    start_request: StartRequest,
    monotonic: Callable[[], float] = time.monotonic,
) -> ProcessLock | None:
    """Makes this process the single instance and returns its lock, held until exit. Returns None if
    another instance is running and has acknowledged `start_request`.

    The socket alone is not enough: two simultaneous starts (at logon, the Run key and a missed
    daily reminder) would both find no instance, and Windows lets both listen. If the running
    instance hangs or the folder is not writable, returns the lock unacquired; this costs a second
    window and nothing else. `monotonic` returns seconds that never go back.
    """
    with suppress(OSError):
        private_folder(folder)
    lock = ProcessLock(folder / "instance.lock")
    end = monotonic() + _PATIENCE
    while not send_to_running_instance(name, start_request):
        try:
            if lock.acquire() or monotonic() >= end:
                return lock
        except OSError:
            return lock
        time.sleep(_BETWEEN_ATTEMPTS)
    return None
