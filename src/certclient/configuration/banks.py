"""The banks that this computer is set up for, as far as its administrator's policy leaves them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from certclient.configuration.profiles import all_profiles, find_profile
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import PROFILE, Policy, forbidden, restricted
from certclient.model.profile import Profile


def find_bank(name: str, folders: Sequence[Path], policy: Policy) -> Profile:
    """As `profiles.find_profile`, under `policy`; "" also means the only bank that it names.

    Where the policy names banks they come from the administrator's and the program's folders
    alone: a file given by its path could say anything under the same name.
    Raises CertclientError: PROFILE_NOT_FOUND, PROFILE_INVALID, POLICY_FORBIDS, POLICY_INVALID.
    """
    if not policy.profiles:
        return restricted(find_profile(name, folders), policy)
    if not name and len(policy.profiles) > 1:
        raise CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=", ".join(policy.profiles))
    wanted = name or policy.profiles[0]
    if wanted not in policy.profiles:
        raise forbidden(PROFILE, wanted)
    return restricted(find_profile(wanted, folders), policy)


def all_banks(
    folders: Sequence[Path], policy: Policy
) -> tuple[list[Profile], list[CertclientError]]:
    """Every bank that is set up and not excluded, and why others could not be used. One that the
    policy names and that is not here is an error; the policy's order counts."""
    if policy.profiles:
        return _each(policy.profiles, folders, policy)
    profiles, errors = all_profiles(folders)
    found: list[Profile] = []
    for profile in profiles:
        try:
            found.append(restricted(profile, policy))
        except CertclientError as error:
            errors.append(error)
    return found, errors


def _each(
    names: Sequence[str], folders: Sequence[Path], policy: Policy
) -> tuple[list[Profile], list[CertclientError]]:
    found: list[Profile] = []
    errors: list[CertclientError] = []
    for name in names:
        try:
            found.append(find_bank(name, folders, policy))
        except CertclientError as error:
            errors.append(error)
    return found, errors
