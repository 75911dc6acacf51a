"""A program that is broken at a chosen moment of a command (`support.torture.moments`).

python -m support.crash_process PROFILE MOMENT COMMAND [ARGUMENT]... DESTINATION

    renew  ·  obtain USER CODE  ·  resume [CODE]  ·  revoke  ·  archive  ·  restore  ·  delete  ·
    move NUMBER

`move` ends the only move with the new computer's NUMBER, "" to revoke first.

Homes and tokens come from the environment, as for the real program. Procedure, stores and CMP
client are the real ones; only what breaks is added. An error of the command ends the program with
1 and its code on standard error.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from certclient.ca.client import CaClient
from certclient.ca.factory import ca_client_for, login_transport_for
from certclient.configuration.profiles import load_profile
from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.own_revocation import Removal
from certclient.enrollment.procedure import Enrollment, Environment
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError
from certclient.model.profile import Profile
from certclient.model.revocation_reason import RevocationReason
from certclient.platform.folders import journal_file
from certclient.store.base import CertificateStore, StoredCertificate
from certclient.store.pkcs11.discovery import find_tokens
from certclient.store.pkcs11.softokn import _SOFTOKN_PLACES
from certclient.store.registry import StoreRegistry, open_stores, registry
from support.scripted import PIN, ScriptedUser, UnavailableVault
from support.torture.changes import (
    MESSAGES,
    Changes,
    Watched,
    WatchedJournal,
    WatchedStore,
    watch_modules,
)
from support.torture.moments import changes_at, is_counted, let_grow

if sys.platform == "win32":
    from support.torture.windows_calls import watch_calls
    from support.wine_properties import archive_under_wine

_LONGEST_PAUSE = 0.05
"""Seconds; the practice bank counts polls, not time."""


@dataclass(frozen=True)
class CrashProgram:
    """The customer's program with what is watched in it."""

    profile: Profile
    stores: Sequence[CertificateStore]
    enrollment: Enrollment
    person: ScriptedUser

    def renew(self, destination: Destination) -> None:
        store, current = self._current(destination)
        self.enrollment.renew(current, store, self.person)

    def obtain(self, destination: Destination, user_id: str, code: str) -> None:
        self.person.secrets[SecretKind.ISSUE_CODE] = [code]
        self.enrollment.obtain(user_id, self._suitable(destination)[0], self.person)

    def resume(self, _destination: Destination, *code: str) -> None:
        self.person.secrets[SecretKind.ISSUE_CODE] = list(code)
        for view in self.enrollment.pending():
            self.enrollment.resume(view.id, self.person)

    def revoke(self, destination: Destination) -> None:
        _, current = self._current(destination)
        revocation = self.enrollment.own_revocation()
        reason = RevocationReason.NO_LONGER_USED
        revocation.revoke(current, reason, Removal.ARCHIVE, self.person)

    def archive(self, destination: Destination) -> None:
        store, current = self._current(destination)
        with store.open(self.person.pin) as session:
            session.archive(current.certificate)

    def restore(self, destination: Destination) -> None:
        store, current = self._current(destination, archived=True)
        with store.open(self.person.pin) as session:
            session.unarchive(current.certificate)

    def delete(self, destination: Destination) -> None:
        store, current = self._current(destination)
        with store.open(self.person.pin) as session:
            session.delete(current.certificate)

    def move(self, _destination: Destination, number: str) -> None:
        moves = self.enrollment.computer_move()
        (move,) = moves.all()
        if number:
            move = moves.enter(move, number)
        moves.remove(moves.revoke(move, self.person), self.person)

    def _suitable(self, wanted: Destination) -> list[CertificateStore]:
        return [store for store in self.stores if store.destination is wanted]

    def _current(
        self, wanted: Destination, *, archived: bool = False
    ) -> tuple[CertificateStore, StoredCertificate]:
        """A module may show slots beside the one with the certificate."""
        store = next(store for store in self._suitable(wanted) if store.certificates())
        (current,) = (one for one in store.certificates() if one.archived is archived)
        return store, current


def program(profile: Profile, changes: Changes, *, counted: bool) -> CrashProgram:
    """`counted`: calls of PKCS#11 or Windows are watched as well, so that tokens' modules are in
    this process and not in children of their own."""
    if sys.platform == "win32":
        archive_under_wine()
    found = _stores_here(profile, changes) if counted else open_stores(profile.pkcs11_modules)
    stores = [cast(CertificateStore, WatchedStore(store, changes, ())) for store in found]
    ca = ca_client_for(profile, _now, secrets.token_bytes)
    environment = Environment(
        profile=profile,
        stores=stores,
        ca=cast(CaClient, Watched(ca, changes, MESSAGES)),
        vault=UnavailableVault(),
        clock=_now,
        sleep=lambda seconds: time.sleep(min(seconds, _LONGEST_PAUSE)),
        random_bytes=secrets.token_bytes,
        login=login_transport_for(profile, _now),
    )
    journal = WatchedJournal(journal_file(), changes)
    return CrashProgram(profile, stores, Enrollment(environment, journal), ScriptedUser([PIN]))


def _now() -> datetime:
    return datetime.now(UTC)


def _stores_here(profile: Profile, changes: Changes) -> Sequence[CertificateStore]:
    if sys.platform == "win32":
        watch_calls(changes)
        return open_stores(())
    softokn = next(place for place in _SOFTOKN_PLACES if place.exists())
    watch_modules(changes, (softokn, *profile.pkcs11_modules))
    databases = registry(()).databases
    found = StoreRegistry(
        profile.pkcs11_modules, databases, tokens=lambda path: find_tokens(path, (path,))
    )
    return found.stores()


def main(profile_path: str, moment: str, command: str, *rest: str) -> None:
    changes = changes_at(moment)
    here = program(load_profile(Path(profile_path)), changes, counted=is_counted(moment))
    commands: dict[str, Callable[..., None]] = {
        name: getattr(here, name)
        for name in ("renew", "obtain", "resume", "revoke", "archive", "restore", "delete", "move")
    }
    *arguments, destination = rest
    try:
        commands[command](Destination(destination), *arguments)
    except CertclientError as error:
        sys.exit(error.code.code)
    finally:
        let_grow()  # for what is printed
        if moment.startswith("none"):
            print("\n".join(changes.names))
    changes.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
