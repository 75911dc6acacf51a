"""The real services, each imported when it is first called."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from certclient.cli.lazy import load_object
from certclient.cli.ports import Procedures, Services
from certclient.cli.terminal import SystemTerminal
from certclient.configuration.banks import all_banks, find_bank
from certclient.configuration.policy import read_policy
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.start import Start
from certclient.model.update import Announcement
from certclient.platform.daily_reminder import daily_reminder
from certclient.platform.folders import (
    data_folder,
    log_file,
    own_folders,
    profile_folders,
    reminders_file,
)
from certclient.store.base import CertificateStore

# What is loaded by name has no type for mypy; composition.py is checked against the same Services
# in tests/unit/cli.
_Stores = Callable[[Sequence[Path]], Sequence[CertificateStore]]
_Procedures = Callable[[Profile, Sequence[CertificateStore], float], Procedures]

_Windows = Callable[[Start], int]
_Unfinished = Callable[[], Sequence[str]]
_Quit = Callable[[float], str]
_Asker = Callable[[Profile], Announcement]


def system_services() -> Services:
    """What the installed program works with."""
    return Services(
        profile=lambda name: find_bank(name, profile_folders(), read_policy()),
        stores=_stores,
        procedures=_procedures,
        clock=lambda: datetime.now(UTC),
        terminal=SystemTerminal(),
        log_file=log_file(),
        reminders=reminders_file(),
        profiles=lambda: all_banks(profile_folders(), read_policy())[0],
        unusable_banks=lambda: all_banks(profile_folders(), read_policy())[1],
        policy=read_policy,
        quit_windows=_quit_windows,
        daily_reminder=lambda: daily_reminder(data_folder()),
        windows=_windows if _has_display(os.environ) else None,
        announcement=_announcement,
        unfinished=_unfinished,
        own_folders=own_folders,
    )


def _stores(profile: Profile) -> Sequence[CertificateStore]:
    opener = cast(_Stores, load_object("certclient.store.registry:open_stores"))
    return opener(profile.pkcs11_modules)


def _procedures(
    profile: Profile, stores: Sequence[CertificateStore], patience: float
) -> Procedures:
    opener = cast(_Procedures, load_object("certclient.composition:enrollment"))
    return opener(profile, stores, patience)


def _unfinished() -> Sequence[str]:
    reader = cast(_Unfinished, load_object("certclient.composition:unfinished"))
    return reader()


def _announcement(profile: Profile) -> Announcement:
    asker = cast(_Asker, load_object("certclient.composition:announcement"))
    return asker(profile)


def _windows(start: Start) -> int:
    try:
        opener = cast(_Windows, load_object("certclient.app:open_windows"))
    except ImportError as error:
        # Qt is there, but not a library of the system that it is linked with.
        raise CertclientError(ErrorCode.WINDOWS_LIBRARY, reason=str(error)) from error
    return opener(start)


def _quit_windows(seconds: float) -> str:
    asker = cast(_Quit, load_object("certclient.app:quit_windows"))
    return asker(seconds)


def _has_display(environment: Mapping[str, str]) -> bool:
    """Qt ends the whole program where it finds no display, so this is asked before."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform in ("win32", "darwin") or any(environment.get(name) for name in names)
