"""The banks that a computer is set up for, usable or not, and the choice of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.model.errors import CertclientError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from certclient.model.profile import Profile


@dataclass(frozen=True, slots=True)
class ConfiguredBank:
    """One bank as it is set up: its profile, or the error why that cannot be used.

    `id`: the name of its file without `.toml`; "" if not even the file's folder can be read.
    `file`: None for a bank that only the policy names. `not_used`: files of the same bank in
    folders of lower precedence.
    """

    id: str
    file: Path | None
    profile: Profile | None
    error: CertclientError | None = None
    not_used: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Banks:
    """The banks of this computer, in the order of their files or of the policy.

    `practice`: the program has a practice bank to offer if there is no other.
    """

    configured: tuple[ConfiguredBank, ...] = ()
    practice: bool = False

    @property
    def profiles(self) -> Sequence[Profile]:
        """The usable banks."""
        return [bank.profile for bank in self.configured if bank.profile is not None]

    @property
    def errors(self) -> Sequence[CertclientError]:
        """Why the others cannot be used, one error for each file; NO_BANK if none is set up."""
        if not self.configured:
            problem = {"problem": "practice"} if self.practice else {}
            return [CertclientError(ErrorCode.NO_BANK, **problem)]
        return [bank.error for bank in self.configured if bank.error is not None]

    @property
    def ids(self) -> Sequence[str]:
        """The ids that a user may choose from."""
        return [profile.id for profile in self.profiles]

    def some(self) -> Sequence[Profile]:
        """The usable banks, at least one. Raises the first of `errors` if there is none."""
        if self.profiles:
            return self.profiles
        raise self.errors[0]

    def only(self) -> Profile:
        """The one usable bank. Raises as `some`, and BANK_REQUIRED (data `banks`: the ids)."""
        profiles = self.some()
        if len(profiles) > 1:
            raise CertclientError(ErrorCode.BANK_REQUIRED, banks=", ".join(self.ids))
        return profiles[0]


def banks_of(profiles: Sequence[Profile], errors: Sequence[CertclientError] = ()) -> Banks:
    """Banks whose files do not matter: usable ones, and the errors of others."""
    usable = [ConfiguredBank(profile.id, None, profile) for profile in profiles]
    unusable = [ConfiguredBank("", None, None, error) for error in errors]
    return Banks((*usable, *unusable))
