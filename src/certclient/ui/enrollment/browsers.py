"""Which browsers are running: they show a new certificate only after a restart. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from certclient.platform import processes

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
    "vivaldi": "Vivaldi",
    "vivaldi-bin": "Vivaldi",
    "opera": "Opera",
}
"""The process's name (see `processes.running`) to the name that users know."""


def running_browsers(proc: Path = Path("/proc")) -> tuple[str, ...]:
    """Names of the browsers that run now, each once. Empty where the system does not tell."""
    return tuple(sorted({_NAMES[name] for name in processes.running(proc) if name in _NAMES}))
