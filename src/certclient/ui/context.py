"""Everything that the windows work with, passed in. There is no global state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.procedure import Enrollment
from certclient.i18n.catalogue import Catalogue
from certclient.model.certificate import Owner, Role
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore
from certclient.ui.language import Languages
from certclient.ui.settings import Settings
from certclient.ui.tasks.runner import TaskRunner
from certclient.updates.check import Updates


@dataclass(frozen=True, slots=True)
class AppContext:
    """Made by shell/app.py; tests make one with stores, bank and clock of their own.

    `stores` looks anew at each call (tokens come and go), never raises, and may be slow: call it
    in a worker. `enrollment` gives the procedures with one bank over these stores; it raises
    DATA_FOLDER, JOURNAL_DAMAGED and JOURNAL_NEWER and reads files: call it in a worker. `statuses`
    is what the journal knows of which certificates the banks accept; it reads files, too, and never
    raises. `clock` gives aware UTC.
    `open_url` opens a page in the user's browser and says whether it could. `data_folder` is this
    user's. `updates` asks the banks for their newest version: call it in a worker; None: nobody
    is asked.
    """

    profiles: tuple[Profile, ...]
    stores: Callable[[], Sequence[CertificateStore]]
    enrollment: Callable[[Profile, Sequence[CertificateStore]], Enrollment]
    statuses: Callable[[], BankStatuses]
    clock: Callable[[], datetime]
    languages: Languages
    settings: Settings
    tasks: TaskRunner
    open_url: Callable[[str], bool]
    data_folder: Path
    updates: Updates | None = None

    @property
    def words(self) -> Catalogue:
        """The catalogue of the language that is shown now; do not keep it over a switch."""
        return self.languages.words

    @property
    def rehearsal(self) -> bool:
        """Whether every window wears the yellow banner リハーサル (`ui.banner`)."""
        return any(profile.rehearsal for profile in self.profiles)

    def profile(self, profile_id: str) -> Profile | None:
        return next((one for one in self.profiles if one.id == profile_id), None)

    def bank(self, profile: Profile) -> str:
        return profile.bank.for_language(self.languages.current.value)

    def contact(self, profile: Profile, owner: Owner | None = None) -> str:
        """Who helps: a 利用者 turns to the 管理者, everybody else to the branch (seeds S0, S3)."""
        is_user = owner is not None and owner.role is Role.USER
        words = profile.contacts.user if is_user else profile.contacts.administrator
        return words.for_language(self.languages.current.value)
