"""A program that renews, obtains or moves a certificate and kills itself at a given point.

python -m support.crash_process PROFILE POINT (renew | obtain USER CODE) DESTINATION
python -m support.crash_process PROFILE POINT move NUMBER

POINT is `journal:STATE`, right after that state is durable, `after:CALL`, right after a side effect
and before it is in the journal, or `before:CALL`. `move` ends the only move with the new computer's
NUMBER, "" to revoke first. Homes and tokens come from the environment, as for the real
program. Procedure, stores and CMP client are the real ones; only the killing is added.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn, cast

from certclient.ca.client import CaClient
from certclient.ca.factory import ca_client_for
from certclient.configuration.profiles import load_profile
from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.journal import Journal, Record
from certclient.enrollment.moving import ComputerMove
from certclient.enrollment.procedure import Enrollment, Environment
from certclient.model.destination import Destination
from certclient.model.profile import Profile
from certclient.platform.folders import journal_file
from certclient.store.base import CertificateStore, PinProvider, StoreSession
from certclient.store.registry import open_stores
from support.scripted import PIN, ScriptedUser, UnavailableVault

JOURNAL_POINTS = (
    "prepared",
    "key-created",
    "requested",
    "waiting",
    "issued",
    "installed",
    "verified",
    "confirmed",
    "done",
)
CALL_POINTS = (
    "create_key",
    "prepare_renew",
    "send",
    "poll",
    "install_intermediates",
    "install",
    "self_test",
    "confirm",
    "archive",
)
POINTS = (*(f"journal:{s}" for s in JOURNAL_POINTS), *(f"after:{c}" for c in CALL_POINTS))


def crash() -> NoReturn:
    """SIGKILL; on Windows SIGTERM calls TerminateProcess, which no program survives either."""
    os.kill(os.getpid(), signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    raise AssertionError("still alive")


class _Crashing:
    """Delegates to `inner`; kills the process once the call named `point` has returned, or with
    `before:` in front of it, when it begins."""

    def __init__(self, inner: object, point: str) -> None:
        self._inner = inner
        self._point = point

    def __getattr__(self, name: str) -> object:
        attribute = getattr(self._inner, name)
        if self._point == f"before:{name}":
            return lambda *_arguments: crash()
        if name != self._point:
            return attribute

        def call_and_crash(*arguments: object, **options: object) -> NoReturn:
            attribute(*arguments, **options)
            crash()

        return call_and_crash


class _CrashingStore(_Crashing):
    """A store whose sessions kill the process at `point`."""

    def open(self, pin: PinProvider) -> AbstractContextManager[StoreSession]:
        return self._opened(pin)

    @contextmanager
    def _opened(self, pin: PinProvider) -> Iterator[StoreSession]:
        with cast(CertificateStore, self._inner).open(pin) as session:
            yield cast(StoreSession, _Crashing(session, self._point))


class _CrashingJournal(Journal):
    def __init__(self, path: Path, state: str) -> None:
        super().__init__(path)
        self._state = state

    def save(self, *records: Record, power_safe: bool = True) -> None:
        super().save(*records, power_safe=power_safe)
        if any(record.state.value == self._state for record in records):
            crash()


def enrollment(profile: Profile, point: str) -> tuple[Enrollment, list[CertificateStore]]:
    kind, _, name = point.partition(":")
    call = {"after": name, "before": point}.get(kind, "")
    stores = [
        cast(CertificateStore, _CrashingStore(store, call))
        for store in open_stores(profile.pkcs11_modules)
    ]
    ca = ca_client_for(profile, lambda: datetime.now(UTC), secrets.token_bytes)
    environment = Environment(
        profile=profile,
        stores=stores,
        ca=cast(CaClient, _Crashing(ca, call)),
        vault=UnavailableVault(),
        clock=lambda: datetime.now(UTC),
        sleep=time.sleep,
        random_bytes=secrets.token_bytes,
    )
    journal = _CrashingJournal(journal_file(), name if kind == "journal" else "")
    return Enrollment(environment, journal), stores


def end_move(moves: ComputerMove, number: str) -> None:
    (move,) = moves.all()
    if number:
        move = moves.enter(move, number)
    person = ScriptedUser()
    moves.remove(moves.revoke(move, person), person)


def main(profile_path: str, point: str, kind: str, *rest: str) -> None:
    front, stores = enrollment(load_profile(Path(profile_path)), point)
    if kind == "move":
        end_move(front.computer_move(), rest[0])
        return
    wanted = Destination(rest[-1])
    suitable = [store for store in stores if store.destination is wanted]
    person = ScriptedUser(pins=[PIN])
    destination = suitable[0]
    if kind == "renew":
        # A module may show slots beside the one with the certificate.
        destination = next(store for store in suitable if store.certificates())
        (current,) = (s for s in destination.certificates() if not s.archived)
        front.renew(current, destination, person)
    else:
        user_id, code, _ = rest
        person.secrets[SecretKind.ISSUE_CODE] = [code]
        front.obtain(user_id, destination, person)


if __name__ == "__main__":
    main(*sys.argv[1:])
