"""The dependencies of the windows, passed in explicitly. There is no global state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from certclient.enrollment.preferred_store import PreferredStore
from certclient.enrollment.reminder_index.look import Look, no_look
from certclient.i18n.language import Language
from certclient.model.visible_text import visible
from certclient.store.names import title_of
from certclient.ui.tasks.wrong_tries import WrongTries
from certclient.ui.widgets.announcements import Announcements, Announcer

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import datetime
    from pathlib import Path

    from certclient.enrollment.bank_status import BankStatuses
    from certclient.enrollment.diagnosis.examination import Examination
    from certclient.enrollment.full_check.groups import FullCheck
    from certclient.enrollment.last_seen import LastSeen
    from certclient.enrollment.open_procedures import OpenProcedures
    from certclient.enrollment.overview import Row
    from certclient.enrollment.procedure import Enrollment
    from certclient.i18n.catalogue import Catalogue
    from certclient.model.certificate import Owner
    from certclient.model.errors import CertclientError
    from certclient.model.profile import Profile
    from certclient.platform.toasts import Toast
    from certclient.store.base import CertificateStore
    from certclient.ui.language import Languages
    from certclient.ui.settings import UiSettings
    from certclient.ui.tasks.practice import PracticeLauncher
    from certclient.ui.tasks.runner import TaskRunner
    from certclient.ui.tasks.state_signals import StateSignals
    from certclient.updates.check import Updates


@dataclass(frozen=True, slots=True)
class AppContext:
    """Built by shell/app.py; tests build one with their own stores, bank and clock.

    `stores` scans for stores on every call (tokens come and go); it never raises but may be slow,
    so call it in a worker. `enrollment` returns the procedures of one bank over the given stores;
    it reads files and raises DATA_FOLDER, JOURNAL_DAMAGED and JOURNAL_NEWER, so call it in a
    worker. `open_procedures` returns the unfinished ones at every bank and raises the same.
    `statuses` returns what the journal records about which certificates the banks accept;
    it reads files and never raises. `journal_stamp` returns what differs after each write to the
    journal, by whichever process. `state`: the one observed state, which all windows show.
    `clock` returns aware UTC.

    `open_url` opens a page in the user's browser and returns whether that worked. `data_folder` is
    this user's, `documentation` that of the installed HTML pages, if there are any. `updates` asks
    the banks for their newest version; call it in a worker. None turns update checks off.
    `check_revocation` asks the banks whether they have revoked certificates, at most daily, and
    returns whether the journal has changed; call it in a worker.
    `look` begins a look at all stores of every bank, which `certclient remind` rests on.
    `last_seen` remembers the list for the next window; None to forget it.
    `preferred_store` remembers where the user wants new certificates. `bank_errors`: why other
    banks cannot be used. `practise` starts the practice bank with windows of its own; None if this
    build has none. `announce` has a screen reader say a text.
    `wrong_tries` counts wrong PINs and codes. `full_check`: 更新できますか？ of the whole computer;
    None where there is none. `examine` collects the facts for a help desk; call it in a worker.
    `toast` shows a notification with buttons and returns False where the system has none; call it
    in a worker.
    """

    profiles: tuple[Profile, ...]
    stores: Callable[[], Sequence[CertificateStore]]
    enrollment: Callable[[Profile, Sequence[CertificateStore]], Enrollment]
    statuses: Callable[[], BankStatuses]
    open_procedures: Callable[[], OpenProcedures]
    journal_stamp: Callable[[], Hashable]
    state: StateSignals
    clock: Callable[[], datetime]
    languages: Languages
    settings: UiSettings
    tasks: TaskRunner
    open_url: Callable[[str], bool]
    data_folder: Path
    documentation: Path | None = None
    updates: Updates | None = None
    check_revocation: Callable[[Sequence[Row]], bool] = lambda _rows: False
    look: Callable[[], Look] = no_look
    last_seen: LastSeen | None = None
    preferred_store: PreferredStore = field(default_factory=PreferredStore)
    announce: Announcer = field(default_factory=Announcements)
    wrong_tries: WrongTries = field(default_factory=WrongTries)
    bank_errors: tuple[CertclientError, ...] = ()
    practise: PracticeLauncher | None = None
    full_check: Callable[[], FullCheck] | None = None
    examine: Callable[[], Examination] | None = None
    toast: Callable[[Toast], bool] = lambda _toast: False

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of the current language. Do not keep it across a language switch."""
        return self.languages.catalogue

    @property
    def rehearsal(self) -> bool:
        """Whether every window shows the yellow リハーサル banner (`widgets.banner`)."""
        return any(profile.rehearsal for profile in self.profiles)

    def profile(self, profile_id: str) -> Profile | None:
        """Returns the profile with this id, or None if that bank is not configured."""
        return next((one for one in self.profiles if one.id == profile_id), None)

    def bank(self, profile: Profile) -> str:
        """Returns the bank's display name in the current language."""
        return profile.bank.for_language(self.languages.current.value)

    def place(self, store: CertificateStore) -> str:
        """Returns パソコン or 専用USB, with the browser's or the token's name if that says more."""
        kind, name = self.catalogue.destination(store.destination), visible(title_of(store))
        if not name or name.casefold() == kind.casefold():
            return kind
        japanese = self.languages.current is Language.JAPANESE
        return f"{kind}（{name}）" if japanese else f"{kind} ({name})"

    def contact(self, profile: Profile, owner: Owner | None = None) -> str:
        """Returns the profile's contact text: a 利用者 is referred to the 管理者, everyone else to
        the branch (seeds S0, S3)."""
        return profile.contacts.of(owner).for_language(self.languages.current.value)
