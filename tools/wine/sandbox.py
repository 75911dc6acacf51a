"""Runs a command in the Debian with Wine, in namespaces of its own.

Nothing that it writes stays, except below `keep` and `writable`; nothing that it starts lives on.
The project is read-only at /project, which Windows programs know as Z:\\project.
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
"""Who is logged in to that Windows: a name with a space and Japanese letters, as customers have."""

PREFIX = "/prefix"
OVERRIDES = "WINEDLLOVERRIDES"
JAPANESE, ENGLISH = "ja_JP.UTF-8", "en_US.UTF-8"
"""Of debian.LANGUAGES."""

WINE = {
    "WINEPREFIX": PREFIX,
    "WINEDEBUG": "-all",
    OVERRIDES: "mscoree,mshtml,winedbg.exe,winemenubuilder.exe=",
    "HOME": "/root",
    "USER": USER,
    "LANG": "C.UTF-8",
    # A Japanese Windows' code page: with another one Wine does not find what the start menu leads
    # to. Its messages in English, unless a test wants them otherwise.
    "LC_CTYPE": JAPANESE,
    "LC_MESSAGES": ENGLISH,
    "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
    "XDG_RUNTIME_DIR": "/tmp",  # noqa: S108 - the sandbox's own
}

SITE = r"Z:\project\tools\wine\site"
"""Belongs on the Windows Python's path: what it reads at its start (sitecustomize.py)."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """`layers`: folders whose union is the file system, the first one above the others.
    `mounts`: folders of this machine shown read-only at these paths. `mount_point`: any empty
    folder. `keep`: a folder of this machine that is shown writable at /keep; `writable`: others,
    as `mounts`."""

    layers: Sequence[Path]
    mounts: Mapping[str, Path]
    mount_point: Path
    keep: Path | None = None
    writable: Mapping[str, Path] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(WINE))

    def start(self, command: Sequence[str]) -> subprocess.Popen[str]:
        """Starts `command`; its output comes as text, errors in between."""
        order = {
            "layers": [str(layer) for layer in self.layers],
            "mounts": {path: str(place) for path, place in self.mounts.items()},
            "mount_point": str(self.mount_point),
            "keep": str(self.keep) if self.keep else None,
            "writable": {path: str(place) for path, place in self.writable.items()},
            "environment": dict(self.environment),
            "command": list(command),
        }
        namespaces = (
            *("setpriv", "--pdeathsig=KILL", "--"),  # ends with us, however we end
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
