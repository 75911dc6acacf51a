"""The zip for a help desk: the report as it was shown, and the same as JSON."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from typing import TYPE_CHECKING

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.japan_time import in_tokyo

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from certclient.enrollment.diagnosis.values import Diagnosis

FORMAT = 1
ENDING = ".zip"
TEXT, DATA = "certclient-diagnosis.txt", "certclient-diagnosis.json"


def file_name(made: datetime) -> str:
    """The name proposed for a diagnosis that was made at this time (aware)."""
    return f"certclient-diagnosis-{in_tokyo(made):%Y%m%d-%H%M%S}{ENDING}"


def record(diagnosis: Diagnosis) -> dict[str, object]:
    """The diagnosis as JSON values."""
    return {
        "format": FORMAT,
        "made": diagnosis.made.isoformat(timespec="seconds"),
        "with_ids": diagnosis.with_ids,
        "parts": [
            {
                "kind": part.kind.value,
                "title": part.title,
                "facts": [{"name": one.name, "value": one.value} for one in part.facts],
            }
            for part in diagnosis.parts
        ],
    }


def write_archive(path: Path, diagnosis: Diagnosis, text: str) -> None:
    """Writes both files into the zip `path`, readable only by its owner; replaces an old one.

    `text`: the report as it was shown. Raises CertclientError(FILE_NOT_WRITTEN) with data `path`,
    `reason`, and then leaves nothing behind.
    """
    data = json.dumps(record(diagnosis), ensure_ascii=False, indent=1)
    packed = io.BytesIO()
    moment = in_tokyo(diagnosis.made).timetuple()[:6]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ((TEXT, text), (DATA, data)):
            member = zipfile.ZipInfo(name, moment)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content.encode(errors="backslashreplace"))
    try:
        _write(path, packed.getvalue())
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        reason = getattr(error, "strerror", None) or str(error)
        raise CertclientError(ErrorCode.FILE_NOT_WRITTEN, path=str(path), reason=reason) from error


def _write(path: Path, content: bytes) -> None:
    """Writes aside, then renames: the folder may be one that others write to, too."""
    handle, aside = tempfile.mkstemp(prefix=".certclient-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(aside, path)
    except BaseException:
        os.unlink(aside)
        raise
