"""A PKCS#11 module in a child process: starts it when needed, limits its time, starts it again."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.isolated.command import host_command
from certclient.store.isolated.environment import child_environment, package_folders
from certclient.store.isolated.messages import (
    LOOKUPS,
    Bug,
    Call,
    ChangePin,
    CreateKey,
    Failure,
    FindTokens,
    OpenSession,
    SelfTest,
    Sign,
    TokenEntry,
)
from certclient.store.isolated.process import (
    ModuleProcess,
    NoAnswerError,
    ProcessEndedError,
    Reaction,
    RefusalError,
    Waiting,
)

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a call may take. None of them counts while a person types a PIN."""

    start: float = 60.0
    """Until a child that has just been started takes up a call: a virus scanner reads it first."""
    lookup: float = 30.0
    work: float = 60.0
    signature: float = 120.0
    """Some middleware asks for a PIN or a touch by itself, without saying so beforehand."""
    key_generation: float = 600.0
    """A card may need minutes for 4096 bits."""

    def of(self, call: Call[R], channel: int) -> float:
        """The limit of this call."""
        if isinstance(call, CreateKey):
            return self.key_generation
        if isinstance(call, Sign | SelfTest):
            return self.signature
        return self.lookup if channel == LOOKUPS else self.work


class IsolatedModule:
    """The module at an absolute `path`; safe for use by several threads.

    `pauses`: seconds before a child that has failed n times in a row is started for another
    lookup, so that a module that always fails does not keep the computer busy.
    """

    def __init__(
        self,
        path: Path,
        limits: Limits | None = None,
        command: Callable[[], Sequence[str]] = host_command,
        pauses: Sequence[float] = (0, 0, 5, 30, 60),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self.limits = limits or Limits()
        self._command = command
        self._pauses = pauses
        self._monotonic = monotonic
        self._channels = itertools.count(LOOKUPS + 1)
        self._starting = threading.Lock()
        self._process: ModuleProcess | None = None
        self._finding = threading.Lock()
        self._search: _Search | None = None
        self._failures = 0
        self._failed_at = 0.0
        self._last_error: CertclientError | None = None

    # Looking for tokens

    def begin(self) -> None:
        """Starts looking for tokens, so that `find` has to wait less. Never raises."""
        with self._finding:
            if self._search is None and not self._pausing():
                try:
                    process = self.process()
                    waiting = process.request(FindTokens(), LOOKUPS)
                    self._search = _Search(process, waiting, self._monotonic(), self.limits.start)
                except (CertclientError, ProcessEndedError):
                    # `find` tries again and reports it.
                    return

    def find(self, patience: float | None = None) -> tuple[TokenEntry, ...]:
        """Returns the tokens that are there now.

        `patience`: seconds after which it gives up waiting for this time; the search goes on, and
        the next call has its result. Raises CertclientError: TOKEN_MODULE_DIED, TOKEN_MODULE_HANGS.
        """
        with self._finding:
            if self._search is None and self._last_error is not None and self._pausing():
                raise self._last_error
        self.begin()
        with self._finding:
            try:
                found = self._found(patience)
            except CertclientError as error:
                self._last_error = error
                raise
            self._failures, self._last_error = 0, None
            return found

    def _found(self, patience: float | None) -> tuple[TokenEntry, ...]:
        search = self._search
        if search is None:
            return self.call(self.process(), FindTokens())

        def begun(_message: object) -> None:
            search.since, search.limit = self._monotonic(), self.limits.lookup

        left = search.since + search.limit - self._monotonic()
        limits = (self.limits.lookup, left)
        lookup, start = limits if patience is None else (min(patience, one) for one in limits)
        try:
            result = search.waiting.result(lookup, begun, start=start)
        except NoAnswerError as error:
            elapsed = self._monotonic() - search.since
            if elapsed < search.limit:
                raise self._hangs(elapsed) from error
            self._search = None
            raise self._killed(search.process, search.limit) from error
        except (ProcessEndedError, RefusalError) as error:
            self._search = None
            raise self._error(error) from error
        self._search = None
        return result

    # Calls

    def process(self) -> ModuleProcess:
        """Returns the running child; starts one if there is none. Raises TOKEN_MODULE_DIED."""
        with self._starting:
            if self._process is None or self._process.ended:
                if self._process is not None:
                    self._process.close()
                self._process = self._started()
            return self._process

    def _started(self) -> ModuleProcess:
        environment = child_environment(self.path, os.environ, package_folders())
        try:
            return ModuleProcess(self._command(), environment, str(self.path))
        except (OSError, ProcessEndedError) as error:
            raise self._died(str(error)) from error

    def new_channel(self) -> int:
        """The number of a new session's channel."""
        return next(self._channels)

    def call(
        self,
        process: ModuleProcess,
        call: Call[R],
        channel: int = LOOKUPS,
        react: Reaction | None = None,
        *,
        limited: bool = True,
    ) -> R:
        """Has the child do something and returns the result.

        `react`: see `Waiting.result`. `limited`: no time limit where a person is asked at the
        token. Raises CertclientError as the store's method does, and TOKEN_MODULE_DIED,
        TOKEN_MODULE_HANGS.
        """
        seconds = self.limits.of(call, channel)
        # These wait for the child's start, or behind others.
        waits = channel == LOOKUPS or isinstance(call, OpenSession | ChangePin)
        start = self.limits.start if waits else None
        try:
            waiting = process.request(call, channel)
            result = waiting.result(seconds if limited else None, react, start=start)
        except NoAnswerError as error:
            raise self._killed(process, seconds) from error
        except (ProcessEndedError, RefusalError) as error:
            if isinstance(error, RefusalError) and _lies(error.error):
                process.kill()
                raise self._died("a length that is impossible") from error
            raise self._error(error) from error
        return result

    def stop(self) -> None:
        """Asks the child to end, if there is one, and waits for it."""
        with self._starting:
            process, self._process = self._process, None
        self._search = None
        self._failures, self._last_error = 0, None
        if process is not None:
            process.close()
            process.wait()

    def close(self) -> None:
        """Lets the child end, if there is one. Does not wait for it."""
        if self._process is not None:
            self._process.close()

    # Errors

    def _error(self, error: ProcessEndedError | RefusalError) -> Exception:
        if isinstance(error, ProcessEndedError):
            return self._died(str(error))
        if isinstance(error.error, Failure):
            return certclient_error(error.error)
        return ModuleBugError(error.error)

    def _killed(self, process: ModuleProcess, seconds: float) -> CertclientError:
        process.kill()
        self._note_failure()
        return self._hangs(seconds)

    def _hangs(self, seconds: float) -> CertclientError:
        return CertclientError(
            ErrorCode.TOKEN_MODULE_HANGS, path=str(self.path), seconds=str(round(seconds))
        )

    def _died(self, reason: str) -> CertclientError:
        self._note_failure()
        return CertclientError(ErrorCode.TOKEN_MODULE_DIED, path=str(self.path), reason=reason)

    def _note_failure(self) -> None:
        self._failures += 1
        self._failed_at = self._monotonic()

    def _pausing(self) -> bool:
        """Whether it is too early to search again. A search itself has to have failed before, as
        only then there is an error to report instead."""
        if not self._failures or self._last_error is None:
            return False
        pause = self._pauses[min(self._failures, len(self._pauses)) - 1]
        return self._monotonic() < self._failed_at + pause


_OF_IMPOSSIBLE_LENGTHS = ("MemoryError", "OverflowError")
"""What python-pkcs11 raises if a module returns one."""


def _lies(error: Failure | Bug) -> bool:
    """Whether the module has told a length that nothing can have."""
    return isinstance(error, Bug) and error.kind in _OF_IMPOSSIBLE_LENGTHS


@dataclass(slots=True)
class _Search:
    """FindTokens on its way. `limit`: seconds, which count from `since` (time.monotonic)."""

    process: ModuleProcess
    waiting: Waiting[tuple[TokenEntry, ...]]
    since: float
    limit: float


class ModuleBugError(RuntimeError):
    """The child met an exception that nobody expected, as a method of a store would raise it."""

    def __init__(self, bug: Bug) -> None:
        super().__init__(f"{bug.kind} at {bug.place}")


def certclient_error(failure: Failure) -> CertclientError:
    """Returns the child's error. Raises ModuleBugError for a code that there is not."""
    code = ErrorCode.__members__.get(failure.code)
    if code is None:
        raise ModuleBugError(Bug("an unknown error code", failure.code[:80]))
    return CertclientError(code, **failure.data)
