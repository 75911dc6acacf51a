"""Running browsers, which show a new certificate only after a restart. No Qt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from certclient.platform import processes

if TYPE_CHECKING:
    from collections.abc import Mapping

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
"""Process names (see `processes.running`) and the product names that users know."""


def running_browsers(proc: Path = Path("/proc")) -> tuple[str, ...]:
    """Returns the names of running browsers, sorted and without duplicates; empty if the system
    does not list processes."""
    return tuple(sorted({_NAMES[name] for name in processes.running(proc) if name in _NAMES}))
