"""Why a file of settings cannot be read."""

from __future__ import annotations

from certclient.model.faults import FaultError, Reason
from certclient.platform.regular_files import NotAFileError


def unreadable(error: OSError | ValueError) -> FaultError:
    """The fault for an error of `read_regular`. It repeats the system's words, never a content."""
    if isinstance(error, NotAFileError):
        return FaultError(Reason.FILE_KIND)
    words = error.strerror if isinstance(error, OSError) else None
    return FaultError(Reason.FILE_UNREADABLE, detail=words or type(error).__name__)
