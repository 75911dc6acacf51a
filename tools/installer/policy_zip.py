"""Packs what a company's administrator needs beside the MSI: ADMX, ADML and the scheduled task.

docs/fleet.md says where each file goes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from tools.installer.settings import ROOT, BuildSettings

FILES = (
    "certclient.admx",
    "en-US/certclient.adml",
    "ja-JP/certclient.adml",
    "renew-task.xml",
)
"""Paths below installer/policy, and in the ZIP."""

_FOLDER = ROOT / "installer" / "policy"
_PROGRAM = r"%ProgramFiles%\{name}\certclientw.exe"
_UNIX = 3
_READABLE = 0o100644 << 16


def make_policy_zip(settings: BuildSettings, results: Path, epoch: int) -> Path:
    """Writes the ZIP to the folder `results` and returns its path. `epoch`: timestamp of its
    entries, in seconds since 1970. The same files give the same bytes."""
    target = results / f"{settings.product.name}-{settings.version}-policy.zip"
    moment = datetime.fromtimestamp(epoch, UTC).timetuple()[:6]
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for name in FILES:
            entry = ZipInfo(name, moment)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            archive.writestr(entry, _content(name, settings.product.name))
    return target


def _content(name: str, product: str) -> bytes:
    """The file's content; the task's command gets the MSI's folder, which is the product's name."""
    content = (_FOLDER / name).read_bytes()
    ours, theirs = (_PROGRAM.format(name=escape(folder)) for folder in ("certclient", product))
    return content.replace(ours.encode(), theirs.encode())
