"""Refuses to build an installer with a profile that the installed program could not use."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from certclient.configuration.profiles import load_profile
from certclient.model.anchor_dates import anchor_error
from certclient.model.errors import CertclientError
from tools.installer.settings import BuildSettings, BuildSettingsError


def check_profiles(settings: BuildSettings, now: datetime) -> None:
    """Reads each profile as the program will. `now`: aware UTC.

    Raises BuildSettingsError: a profile has an error, no trust anchor that is valid now, or another
    file name than its id.
    """
    for path in settings.profiles:
        _check(path, now)


def _check(path: Path, now: datetime) -> None:
    try:
        profile = load_profile(path)
    except CertclientError as error:
        raise _unusable(path, error) from error
    if ended := anchor_error(profile, now):
        raise _unusable(path, ended)
    if path.name != f"{profile.id}.toml":
        raise BuildSettingsError(f"{path}: the file must be named {profile.id}.toml, after its id")


def _unusable(path: Path, error: CertclientError) -> BuildSettingsError:
    return BuildSettingsError(f"{error}\n`certclient check-profile {path}` explains each error")
