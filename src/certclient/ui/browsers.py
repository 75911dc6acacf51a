"""Which browsers are running: they show a new certificate only after a restart. No Qt."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

_NAMES: Mapping[str, str] = {
    "chrome": "Google Chrome",
    "google-chrome": "Google Chrome",
    "chromium": "Chromium",
    "chromium-browse": "Chromium",
    "msedge": "Microsoft Edge",
    "microsoft-edge": "Microsoft Edge",
    "firefox": "Firefox",
    "firefox-esr": "Firefox",
    "firefox-bin": "Firefox",
    "brave": "Brave",
    "vivaldi-bin": "Vivaldi",
    "opera": "Opera",
}
"""The process's name (Linux cuts it at 15 characters) to the name that users know."""


def running_browsers(proc: Path = Path("/proc")) -> tuple[str, ...]:
    """Names of the browsers that run now, each once. Empty where the system does not tell."""
    if sys.platform == "win32":
        # `tasklist` would flash a console window; naming them on Windows is the installer's issue.
        return ()
    found = {
        _NAMES[name] for entry in proc.glob("[0-9]*/comm") if (name := _command(entry)) in _NAMES
    }
    return tuple(sorted(found))


def _command(entry: Path) -> str:
    try:
        return entry.read_text(encoding="utf-8", errors="replace").strip().lower()
    except OSError:
        # The process ended meanwhile.
        return ""
