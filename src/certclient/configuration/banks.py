"""The banks that this computer is set up for, restricted by the administrator's policy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from certclient.configuration.profiles import (
    ProfileFile,
    is_path,
    load_profile,
    profile_files,
    read_profile_file,
)
from certclient.model.banks import Banks, ConfiguredBank
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import PROFILE, Policy, forbidden, restricted
from certclient.platform.folders import profile_folders
from certclient.platform.rehearsal import profiles_in, rehearsal_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.model.profile import Profile

_EXAMPLE = "example-"


def search_folders(policy: Policy) -> Sequence[Path]:
    """Returns the folders of the profiles that count for this process, highest precedence first.

    In a rehearsal, only the practice bank's; but if the policy names banks, never a folder that
    anybody but the administrator has chosen.
    """
    rehearsal = rehearsal_folder()
    if rehearsal is None or policy.profiles:
        return profile_folders()
    return (profiles_in(rehearsal),) if rehearsal.is_dir() else ()


def find_bank(name: str, folders: Sequence[Path], policy: Policy) -> Profile:
    """Returns the bank with the id or profile file `name`; "" means the only one.

    "" ignores examples. If the policy names banks, their profiles are only read from `folders`,
    never from a path: a file could contain anything under an allowed name. A file given by path is
    not checked for exposure.

    Raises CertclientError: PROFILE_NOT_FOUND (data `file`: the requested name, `banks`: the ids to
    choose from), PROFILE_INVALID, PROFILE_EXPOSED, NO_BANK, BANK_REQUIRED, POLICY_FORBIDS,
    POLICY_INVALID.
    """
    if not name:
        return all_banks(folders, policy).only()
    if policy.profiles and name not in policy.profiles:
        raise forbidden(PROFILE, name)
    if is_path(name):
        return restricted(load_profile(Path(name)), policy)
    bank = _bank(name, profile_files(folders).get(name), policy)
    if bank.profile is not None:
        return bank.profile
    if bank.file is None:
        known = ", ".join(all_banks(folders, policy).ids)
        raise CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=name, banks=known)
    raise bank.error or CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=name)


def all_banks(folders: Sequence[Path], policy: Policy) -> Banks:
    """Returns all banks except examples; one that cannot be used does not hinder the others.

    If the policy names banks, returns them in the policy's order, with an error for each one that
    is not set up.
    """
    files = profile_files(folders)
    if policy.profiles:
        return Banks(tuple(_bank(name, files.get(name), policy) for name in policy.profiles))
    found = [
        _bank(name, file, policy) for name, file in files.items() if not name.startswith(_EXAMPLE)
    ]
    return Banks(tuple(found))


def _bank(name: str, file: ProfileFile | None, policy: Policy) -> ConfiguredBank:
    if file is None:
        missing = CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=name)
        return ConfiguredBank(name, None, None, missing)
    bank = ConfiguredBank(name if file.error is None else "", file.path, None, None, file.not_used)
    try:
        return replace(bank, profile=restricted(read_profile_file(file), policy))
    except CertclientError as error:
        return replace(bank, error=error)
