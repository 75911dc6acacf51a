"""One run of the command line: its options, its language and its services."""

from __future__ import annotations

import locale
import os
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from certclient.i18n.catalogue import Catalogue, Language, language_from_environment, load
from certclient.model.anchor_dates import anchor_error
from certclient.model.banks import Banks, banks_of
from certclient.model.clock_error import PROGRAM_MADE
from certclient.model.destination import Destination

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from certclient.cli.ports import Services
    from certclient.enrollment.overview import Overview
    from certclient.enrollment.reminder_index.look import Look
    from certclient.model.certificate import Owner
    from certclient.model.errors import CertclientError
    from certclient.model.profile import Profile


@dataclass(slots=True)
class Invocation:
    """Filled in while click parses the options; commands receive it as their context object.

    A command about one bank uses `profile`; a command about all of them uses `banks`, and
    `at_banks` for what is done at each.
    """

    services: Services
    language: Language
    language_chosen: bool = False
    json: bool = False
    profile_name: str = ""
    command: str = ""
    reported: list[CertclientError] = field(default_factory=list, repr=False)
    """Errors of banks that the result contains, so that no warning is needed."""
    notices: list[CertclientError] = field(default_factory=list, repr=False)
    """Errors without consequences for now."""
    _profile: Profile | None = field(default=None, repr=False)
    _banks: Banks | None = field(default=None, repr=False)

    @property
    def catalogue(self) -> Catalogue:
        """The texts in the language of this run."""
        return load(self.language)

    def profile(self, *, ask_ca_first: bool = False) -> Profile:
        """The profile of the bank chosen, or of the only one, read on first use.

        Raises as `Services.profile`, and NO_BANK, BANK_REQUIRED, PROFILE_ANCHOR_EXPIRED,
        PROFILE_ANCHOR_NOT_YET. `ask_ca_first`: see `banks`.
        """
        if self._profile is None:
            name = self.profile_name
            if not name:
                self._profile = self.banks(ask_ca_first=ask_ca_first).only()
                return self._profile
            profile = self.services.profile(name)
            late = self._late(profile)
            if late is not None and not ask_ca_first:
                raise late
            self._profile = profile
        return self._profile

    def banks(self, *, ask_ca_first: bool = False) -> Banks:
        """The bank chosen, else all that are set up, read on first use.

        `ask_ca_first`: the procedures check the dates of a bank's trust anchors after they have
        asked the CA for the time. Otherwise a bank whose anchors have ended cannot be used, unless
        the clock is certainly wrong: that is reported.
        Raises as `Services.profile` for a bank chosen, POLICY_INVALID.
        """
        if self._banks is None:
            if self.profile_name or self._profile is not None:
                self._banks = banks_of([self.profile(ask_ca_first=ask_ca_first)])
            else:
                found = self.services.banks()
                self._banks = found if ask_ca_first else self._in_time(found)
        return self._banks

    def _in_time(self, banks: Banks) -> Banks:
        """`banks` without those whose trust anchors have ended or are not valid yet."""
        configured = [
            bank
            if bank.profile is None or (late := self._late(bank.profile)) is None
            else replace(bank, profile=None, error=late)
            for bank in banks.configured
        ]
        return replace(banks, configured=tuple(configured))

    def _late(self, profile: Profile) -> CertclientError | None:
        now = self.services.clock()
        return anchor_error(profile, now) if now >= PROGRAM_MADE else None

    def usable_banks(self) -> Sequence[Profile]:
        """The usable ones of `banks`; none if none is set up, which a warning says.

        Raises as `banks`, and the error of the first bank if several are set up in vain.
        """
        banks = self.banks()
        return banks.some() if banks.configured else ()

    def look(self) -> Look:
        """Begins a look at the stores for the bank chosen or for all; call it before `banks`."""
        return self.services.look(self.profile_name)

    def end_look(self, look: Look, overview: Overview) -> None:
        """Ends a look, if all banks that it is about can be used."""
        if not self.banks().errors:
            look.end(overview, self.banks().profiles)

    def at_banks(self) -> Sequence[Invocation]:
        """One run for each bank whose CA can be asked, at least one.

        Raises as `banks` with `ask_ca_first`, and as `Banks.some`.
        """
        return [self.at_bank(profile) for profile in self.banks(ask_ca_first=True).some()]

    def at_bank(self, profile: Profile) -> Invocation:
        """This run for one bank."""
        return replace(self, _profile=profile, _banks=banks_of([profile]))

    @property
    def warnings(self) -> Sequence[CertclientError]:
        """Why banks cannot be used that this run has looked for, without those in `reported`; that
        none is set up; `notices`."""
        errors = self._banks.errors if self._banks is not None else ()
        known = [error.args for error in self.reported]
        return [error for error in (*self.notices, *errors) if error.args not in known]

    def contact(self, owner: Owner | None = None) -> str:
        """Whom to contact: the 管理者 for a 利用者, otherwise the branch (seeds S0, S3).

        "" while no profile has been read.
        """
        if self._profile is None:
            return ""
        return self._profile.contacts.of(owner).for_language(self.language.value)

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
        return self.name_of(self.profile())

    def name_of(self, profile: Profile) -> str:
        """The name of a bank in the language of this run."""
        return profile.bank.for_language(self.language.value)

    def bank_name(self, profile_id: str) -> str:
        """The name of the bank with this id, or the id if the bank is not set up."""
        known = next((one for one in self.banks().profiles if one.id == profile_id), None)
        return self.name_of(known) if known is not None else profile_id


def system_language(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of the user's system settings."""
    name = locale.getlocale()[0] if sys.platform == "win32" else None
    return language_from_environment(environment, name or "")
