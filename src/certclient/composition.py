"""The composition root: puts the rooms together for one profile on this computer."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from certclient import __version__
from certclient.ca.factory import ca_client_for
from certclient.ca.proxies import fixed_proxy, named_proxy
from certclient.configuration.policy import read_policy
from certclient.enrollment.journal import Journal
from certclient.enrollment.preflight import System
from certclient.enrollment.procedure import Enrollment
from certclient.enrollment.vault import system_vault
from certclient.enrollment.work import Environment
from certclient.model.policy import Policy, ProxyMode
from certclient.model.profile import Profile
from certclient.model.update import Announcement, Version
from certclient.platform.folders import data_folder, journal_file
from certclient.platform.proxies.routes import DIRECT, ProxyResolver
from certclient.store.base import CertificateStore
from certclient.store.registry import open_stores
from certclient.updates.book import UpdateBook
from certclient.updates.check import UpdateChecks, fetcher

if sys.platform == "win32":
    from certclient.platform.remote_session import is_remote
    from certclient.store.windows import card_service

DEFAULT_PATIENCE = 60.0


def clock() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def stores(profile: Profile) -> Sequence[CertificateStore]:
    """Every store of this user that the bank's tokens or the PC offer now; never raises."""
    return open_stores(profile.pkcs11_modules)


def all_stores(profiles: Sequence[Profile]) -> Sequence[CertificateStore]:
    """As `stores`, for every bank that is set up; modules that several banks name count once."""
    modules = dict.fromkeys(path for profile in profiles for path in profile.pkcs11_modules)
    return open_stores(tuple(modules))


def decided_proxy(policy: Policy) -> ProxyResolver | None:
    """The way to the network that an administrator decided; None leaves it to the system."""
    choice = policy.proxy
    if choice is None or choice.mode is ProxyMode.SYSTEM:
        return None
    return fixed_proxy(choice.address or DIRECT)


def update_checks(profiles: Sequence[Profile], policy: Policy) -> UpdateChecks:
    """The announcements of these banks for this user; memory is next to the journal."""
    book = UpdateBook(data_folder() / "updates.json")
    fetch = fetcher(decided_proxy(policy))
    return UpdateChecks(tuple(profiles), book, clock, Version.parse(__version__), fetch)


def announcement(profile: Profile) -> Announcement:
    """What the bank of `profile` announces now. Raises as `UpdateChecks.ask`, POLICY_INVALID."""
    return update_checks([profile], read_policy()).ask(profile).announcement


def system() -> System:
    """What can be asked of this computer's system."""
    if sys.platform == "win32":
        return System(remote=is_remote, card_service=card_service.running)
    return System()


def unfinished(journal: Path | None = None) -> Sequence[str]:
    """The user IDs of this user's open procedures, of every bank, oldest first. Wants no profile.

    `journal`: another journal than this user's. Where there is none, none is made.
    Raises CertclientError: DATA_FOLDER, JOURNAL_DAMAGED, JOURNAL_NEWER.
    """
    path = journal or journal_file()
    if not path.exists():
        return ()
    return tuple(dict.fromkeys(record.user_id for record in Journal(path).open_procedures()))


def enrollment(
    profile: Profile,
    stores: Sequence[CertificateStore],
    patience: float = DEFAULT_PATIENCE,
    journal: Path | None = None,
) -> Enrollment:
    """The procedures of this user with the bank of `profile`.

    `patience`: seconds that one run waits for a CA. `journal`: another journal than this user's.
    Raises CertclientError: DATA_FOLDER, JOURNAL_DAMAGED, JOURNAL_NEWER, POLICY_INVALID.
    """
    proxies = decided_proxy(read_policy())
    environment = Environment(
        profile=profile,
        stores=stores,
        ca=ca_client_for(profile, clock, secrets.token_bytes, proxies),
        vault=system_vault(),
        clock=clock,
        sleep=time.sleep,
        random_bytes=secrets.token_bytes,
        patience=patience,
        system=system(),
        named_proxy=lambda url: named_proxy(url, proxies),
    )
    return Enrollment(environment, Journal(journal or journal_file()))
