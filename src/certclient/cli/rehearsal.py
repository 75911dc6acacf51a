"""A rehearsal: a practice bank, a folder and a certificate store of its own, removed at the end."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from certclient.cli.ports import Services
from certclient.cli.practice_bank import PracticeBank
from certclient.enrollment.interaction import NonInteractive
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.pem import certificates_from_pem
from certclient.model.practice import DAYS_LEFT, OBTAINING, RENEWING
from certclient.model.profile import Profile
from certclient.platform import log
from certclient.platform.own_processes import start_silent
from certclient.platform.process_lock import ProcessLock
from certclient.platform.rehearsal import LOCK, PREFIX, VARIABLE, profiles_in
from certclient.store.base import CertificateStore, no_pin

_REMOVAL_TRIES, _REMOVAL_PAUSE = 50, 0.1
"""A process that ends may still hold a file open; the pause in seconds."""


@dataclass(frozen=True)
class Rehearsal:
    """A rehearsal under way."""

    services: Services
    folder: Path
    bank: PracticeBank

    def prepare(self) -> None:
        """Starts the bank, with one customer who can renew and one who can obtain.

        Raises CertclientError: PRACTICE_BANK, and the store's errors.
        """
        profiles_in(self.folder).mkdir(mode=0o700)
        self.bank.start(RENEWING, OBTAINING)
        for file in profiles_in(self.folder).iterdir():
            file.chmod(0o600)  # whatever the umask: one that others may write to is refused
        profile = self.services.profile("practice")
        stores = self.services.stores([profile])
        self._issue(profile, next(one for one in stores if one.destination is Destination.PC))

    def _issue(self, profile: Profile, store: CertificateStore) -> None:
        """Gives RENEWING a certificate as if it had been issued last year."""
        request, answer = self.folder / "request.der", self.folder / "issued.pem"
        days = ("--expires-in-days", str(DAYS_LEFT))
        with store.open(no_pin) as session:
            key = session.create_key(profile.key, f"certclient {secrets.token_hex(8)}")
            request.write_bytes(session.signer(key).spki)
            files = ("--spki", str(request), "--out", str(answer))
            self.bank.operate("issue", RENEWING, *files, *days)
            certificate, *chain = certificates_from_pem(answer.read_text(encoding="utf-8"))
            session.install_intermediates(chain)
            session.install(key, certificate, RENEWING)

    def windows(self) -> subprocess.Popen[bytes]:
        """Opens the program's windows for this rehearsal. Raises PRACTICE_BANK."""
        try:
            return start_silent(self.services.program)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CertclientError(ErrorCode.PRACTICE_BANK, reason=reason) from error

    def close(self) -> None:
        """Ends the bank and removes the stores with their keys. Raises no CertclientError and no
        OSError: the rest must be removed all the same."""
        self._abandon()
        self.bank.stop()
        try:
            self.services.remove_rehearsal_stores(self.folder)
        except CertclientError as error:
            log.error(error)
        except OSError as error:
            log.crash(error)

    def _abandon(self) -> None:
        """Gives up what is unfinished: its keys may be in a place that outlives the folder."""
        with suppress(CertclientError):
            profile = self.services.profile("practice")
            procedures = self.services.procedures(profile, self.services.stores([profile]), 0.0)
            for view in procedures.pending():
                with suppress(CertclientError):
                    procedures.abandon(view.id, NonInteractive())


@contextmanager
def rehearsal(services: Services) -> Iterator[Rehearsal]:
    """A rehearsal in a temporary folder; at the end, nothing of it is left.

    Within the block, this process and those that it starts belong to it. Raises DATA_FOLDER, and
    DATA_REMAINS if the folder cannot be removed.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = ProcessLock(folder / LOCK)
        lock.acquire()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CertclientError(
            ErrorCode.DATA_FOLDER, path=tempfile.gettempdir(), reason=reason
        ) from error
    one = Rehearsal(services, folder, PracticeBank(services.program, folder))
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(folder)
    try:
        yield one
    finally:
        one.close()
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before
        lock.release()  # Windows removes no file that is open
        _remove(folder)
    if folder.exists():
        raise CertclientError(ErrorCode.DATA_REMAINS, path=str(folder))


def _remove(folder: Path) -> None:
    for _ in range(_REMOVAL_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_REMOVAL_PAUSE)
