"""One run of the command line: its options, its language and its services."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from certclient.cli.ports import Services
from certclient.i18n.catalogue import Catalogue, Language, language_from_environment, load
from certclient.model.anchor_dates import anchor_error
from certclient.model.certificate import Owner, Role
from certclient.model.clock_error import PROGRAM_MADE
from certclient.model.destination import Destination
from certclient.model.profile import Profile


@dataclass(slots=True)
class Invocation:
    """Filled in while click parses the options; commands receive it as their context object."""

    services: Services
    language: Language
    language_chosen: bool = False
    json: bool = False
    profile_name: str = ""
    command: str = ""
    _profile: Profile | None = field(default=None, repr=False)

    @property
    def catalogue(self) -> Catalogue:
        """The texts in the language of this run."""
        return load(self.language)

    def profile(self, *, ask_ca_first: bool = False) -> Profile:
        """The bank's profile, read on first use. Raises PROFILE_NOT_FOUND, PROFILE_INVALID,
        PROFILE_ANCHOR_EXPIRED, PROFILE_ANCHOR_NOT_YET.

        `ask_ca_first`: the procedure checks the dates of its trust anchors after it has asked the
        CA for the time. Nor are they checked by a clock that is certainly wrong: that is reported.
        """
        if self._profile is None:
            self._profile = self.services.profile(self.profile_name)
            now = self.services.clock()
            late = anchor_error(self._profile, now)
            if late is not None and not ask_ca_first and now >= PROGRAM_MADE:
                raise late
        return self._profile

    def contact(self, owner: Owner | None = None) -> str:
        """Whom to contact: the 管理者 for a 利用者, otherwise the branch (seeds S0, S3).

        "" while no profile has been read.
        """
        if self._profile is None:
            return ""
        contacts = self._profile.contacts
        is_user = owner is not None and owner.role is Role.USER
        catalogue = contacts.user if is_user else contacts.administrator
        return catalogue.for_language(self.language.value)

    def place(self, destination: Destination, title: str) -> str:
        """A store in the customer's terms: the PC, a browser on it, or the token with its label.

        `title`: as `store.names.title_of` returns it.
        """
        kind = self.catalogue.destination(destination)
        if not title:
            return kind
        if destination is Destination.PC:
            return self.catalogue.text("list.browser", destination=kind, store=title)
        return self.catalogue.text("list.token", destination=kind, store=title)

    def bank(self) -> str:
        """The bank's name in the language of this run. Raises as `profile`."""
        return self.profile().bank.for_language(self.language.value)


def system_language(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of the user's system settings."""
    name = locale.getlocale()[0] if sys.platform == "win32" else None
    return language_from_environment(environment, name or "")
