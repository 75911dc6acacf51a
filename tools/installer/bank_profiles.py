"""Refuses to build an installer with a profile that the installed program could not use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from certclient.configuration.profiles import load_profile
from certclient.model.anchor_dates import anchor_error
from certclient.model.errors import CertclientError
from certclient.model.profile import BUILT_IN_PROTOCOLS
from tools.installer.ca_plugins import verified_plugins
from tools.installer.settings import BuildSettings, BuildSettingsError


def check_profiles(settings: BuildSettings, now: datetime) -> None:
    """Reads each profile as the program will. `now`: aware UTC.

    Raises BuildSettingsError: a profile has an error, no trust anchor that is valid now, a protocol
    whose plug-in is not in the build, or another file name than its id; and as `verified_plugins`.
    """
    plugins = [one.allowed.name for one in verified_plugins(settings)]
    for path in settings.profiles:
        _check(path, now, [*BUILT_IN_PROTOCOLS, *plugins])


def _check(path: Path, now: datetime, protocols: Sequence[str]) -> None:
    try:
        profile = load_profile(path)
    except CertclientError as error:
        raise _unusable(path, error) from error
    if ended := anchor_error(profile, now):
        raise _unusable(path, ended)
    if profile.ca.protocol not in protocols:
        raise BuildSettingsError(
            f"{path}: ca.protocol is a plug-in that contents.ca_plugins does not name:"
            f" {profile.ca.protocol}"
        )
    if path.name != f"{profile.id}.toml":
        raise BuildSettingsError(f"{path}: the file must be named {profile.id}.toml, after its id")


def _unusable(path: Path, error: CertclientError) -> BuildSettingsError:
    return BuildSettingsError(f"{error}\n`certclient check-profile {path}` explains each error")
