"""One run of the command line: its options, its language and what it works with."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from certclient.cli.ports import Services
from certclient.i18n.catalogue import Catalogue, Language, language_from_environment, load
from certclient.model.certificate import Owner, Role
from certclient.model.destination import Destination
from certclient.model.profile import Profile


@dataclass(slots=True)
class Invocation:
    """Filled while click reads the options; the commands get it as their context object."""

    services: Services
    language: Language
    language_chosen: bool = False
    json: bool = False
    profile_name: str = ""
    command: str = ""
    _profile: Profile | None = field(default=None, repr=False)

    @property
    def words(self) -> Catalogue:
        return load(self.language)

    def profile(self) -> Profile:
        """The bank's profile, read on first use. Raises PROFILE_NOT_FOUND, PROFILE_INVALID."""
        if self._profile is None:
            self._profile = self.services.profile(self.profile_name)
        return self._profile

    def contact(self, owner: Owner | None = None) -> str:
        """Who helps: for a 利用者 the 管理者, for everybody else the branch (seeds S0, S3)."""
        if self._profile is None:
            return ""
        contacts = self._profile.contacts
        is_user = owner is not None and owner.role is Role.USER
        words = contacts.user if is_user else contacts.administrator
        return words.for_language(self.language.value)

    def place(self, destination: Destination, label: str) -> str:
        """A store in the customer's words: the PC, or the token with the label written on it."""
        words = self.words.destination(destination)
        if destination is Destination.PC:
            return words
        return self.words.text("list.token", destination=words, store=label)

    def bank(self) -> str:
        return self.profile().bank.for_language(self.language.value)


def system_language(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of the person at this computer."""
    name = locale.getlocale()[0] if sys.platform == "win32" else None
    return language_from_environment(environment, name or "")
