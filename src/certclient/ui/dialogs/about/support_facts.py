"""What a support desk wants to know of this program, without anything personal."""

from __future__ import annotations

import platform

from PySide6.QtCore import QSysInfo, qVersion

from certclient import __version__
from certclient.ui.context import AppContext


def support_facts(context: AppContext) -> list[str]:
    """Lines to copy: the versions, the system, the banks that are set up, the language."""
    banks = [f"{context.bank(profile)} ({profile.id})" for profile in context.profiles]
    return [
        f"certclient {__version__}",
        f"{QSysInfo.prettyProductName()}, {QSysInfo.currentCpuArchitecture()}",
        f"Qt {qVersion()}, Python {platform.python_version()}",
        *banks,
        context.languages.current.value,
    ]
