"""Facts about this installation for a support desk, without personal data."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import QSysInfo, qVersion

from certclient import __version__

if TYPE_CHECKING:
    from certclient.ui.context import AppContext


def support_facts(context: AppContext) -> list[str]:
    """Returns lines to copy: versions, operating system, configured banks and language."""
    banks = [f"{context.bank(profile)} ({profile.id})" for profile in context.profiles]
    return [
        f"certclient {__version__}",
        f"{QSysInfo.prettyProductName()}, {QSysInfo.currentCpuArchitecture()}",
        f"Qt {qVersion()}, Python {platform.python_version()}",
        *banks,
        context.languages.current.value,
    ]
