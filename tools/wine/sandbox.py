"""Runs a command in the Debian with Wine, in namespaces of its own.

Nothing that it writes persists, except below `keep` and `writable`, and no process that it starts
outlives it. The project is mounted read-only at /project, for Windows programs Z:\\project.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

USER = "信金 太郎"
"""The Windows user: a name with a space and Japanese characters, as customers have."""

PREFIX = "/prefix"
OVERRIDES = "WINEDLLOVERRIDES"
JAPANESE, ENGLISH = "ja_JP.UTF-8", "en_US.UTF-8"
"""Locales from debian.LANGUAGES."""

WINE = {
    "WINEPREFIX": PREFIX,
    "WINEDEBUG": "-all",
    OVERRIDES: "mscoree,mshtml,winedbg.exe,winemenubuilder.exe=",
    "HOME": "/root",
    "USER": USER,
    "LANG": "C.UTF-8",
    # The code page of a Japanese Windows (932): with another one, Wine does not find the targets of
    # the start menu, as the user's name is Japanese. Messages are in English unless a test sets
    # another language.
    "LC_CTYPE": JAPANESE,
    "LC_MESSAGES": ENGLISH,
    "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
    "XDG_RUNTIME_DIR": "/tmp",  # noqa: S108 - the sandbox's own
}

SITE = r"Z:\project\tools\wine\site"
"""Folder for the Windows Python's path, with its sitecustomize.py."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """`layers`: folders whose union is the root file system, the first one on top. `mounts`: path
    to folder of this machine, mounted read-only. `mount_point`: any empty folder. `keep`: a folder
    of this machine, mounted writable at /keep; `writable`: further ones, as `mounts`.

    `mount_manager`: whether Wine's driver of that name runs. `os.stat` asks it twice for the serial
    number of a drive, which it does not know, and that takes ten times as long as the rest; the
    answers are the same without it. Programs that look for drives, as setups do, need it."""

    layers: Sequence[Path]
    mounts: Mapping[str, Path]
    mount_point: Path
    keep: Path | None = None
    writable: Mapping[str, Path] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(WINE))
    mount_manager: bool = True

    def start(self, command: Sequence[str]) -> subprocess.Popen[str]:
        """Starts `command`. Its stdout is text and includes stderr."""
        order = {
            "layers": [str(layer) for layer in self.layers],
            "mounts": {path: str(place) for path, place in self.mounts.items()},
            "mount_point": str(self.mount_point),
            "keep": str(self.keep) if self.keep else None,
            "writable": {path: str(place) for path, place in self.writable.items()},
            "environment": dict(self.environment),
            "mount_manager": self.mount_manager,
            "command": list(command),
        }
        namespaces = (
            *("setpriv", "--pdeathsig=KILL", "--"),  # is killed when we end, even if we are killed
            *("unshare", "--mount", "--propagation=unchanged", "--pid", "--fork"),
        )
        inside = (sys.executable, "-m", "tools.wine.inside", json.dumps(order))
        return subprocess.Popen(
            (*namespaces, "--kill-child", "--", *inside),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=dict(os.environ),
        )
