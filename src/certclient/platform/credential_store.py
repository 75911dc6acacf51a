"""The operating system's credential store, with a limit on the time that each call may take.

The store is another program: Windows' Credential Manager, gnome-keyring, KWallet. It may be locked
and wait for a password, or never answer. Each call runs in a thread of its own and is given up
after `LIMIT_SECONDS`; the thread is a daemon, so that a call without an answer does not keep the
process from ending.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from certclient.model.secret import Secret

LIMIT_SECONDS = 5.0

CONNECT_SECONDS = 20.0
"""For the first connection, which loads libraries: seconds on a slow PC with a virus scanner."""

T = TypeVar("T")


class KeyringService(Protocol):
    """A credential store of this session. Its methods raise any exception if they fail."""

    def fetch(self, service: str, name: str) -> str | None:
        """The secret kept as `name` for `service`; None if there is none."""
        ...

    def keep(self, service: str, name: str, secret: str) -> None:
        """Stores the secret; replaces an earlier one."""
        ...

    def delete(self, service: str, name: str) -> None:
        """Deletes the secret; no error if there is none."""
        ...


class CredentialStoreError(Exception):
    """The credential store is missing, locked or broken; its own exception is the `__cause__`.

    `silent`: it did not answer within the limit. What was asked of it may still be done later.
    """

    def __init__(self, reason: str, *, silent: bool = False) -> None:
        super().__init__(reason)
        self.silent = silent


@dataclass(slots=True)
class _Call:
    """A call in the queue. `error`: why it failed, once `answered` is set."""

    work: Callable[[KeyringService], None]
    answered: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class CredentialStore:
    """Keeps secrets for the logged-in user. One object per process; any thread may call it.

    The calls are made one after the other, in order. After one without an answer, the following
    fail at once until it is answered, so that a run waits for a silent store once.
    """

    def __init__(
        self,
        connect: Callable[[], KeyringService | None],
        limit: float = LIMIT_SECONDS,
        connecting: float = CONNECT_SECONDS,
    ) -> None:
        """`connect` finds this session's store, None if there is none that encrypts.

        It runs in the thread of the calls, since it may hang as well. `limit`: seconds for each
        call; `connecting`: seconds for `connect` before the first one.
        """
        self._connect = connect
        self._limit = limit
        self._connecting = connecting
        self._loaded = threading.Event()
        self._service: KeyringService | None = None
        self._calls: queue.SimpleQueue[_Call] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._overdue: _Call | None = None

    def fetch(self, service: str, name: str) -> Secret | None:
        """The secret kept as `name` for `service`, None if there is none.

        Raises CredentialStoreError.
        """
        found = self._ask(lambda keyring: keyring.fetch(service, name))
        return Secret.taken(found) if found else None

    def keep(self, service: str, name: str, secret: Secret) -> None:
        """Stores the secret; replaces an earlier one. Raises CredentialStoreError."""
        self._ask(lambda keyring: keyring.keep(service, name, secret.reveal()))

    def delete(self, service: str, name: str) -> None:
        """Deletes the secret; no error if there is none. Raises CredentialStoreError.

        If the store is silent, the deletion remains in the queue: it follows a `keep` that is
        carried out late, if this process still runs by then.
        """
        self._ask(lambda keyring: keyring.delete(service, name), queue_if_silent=True)

    def delete_later(self, service: str, name: str, deleted: Callable[[], None]) -> None:
        """Deletes the secret without waiting; then calls `deleted` in the thread of the calls."""

        def delete(keyring: KeyringService) -> None:
            keyring.delete(service, name)
            deleted()

        self._submit(delete)

    def _ask(self, work: Callable[[KeyringService], T], *, queue_if_silent: bool = False) -> T:
        silent = self._overdue is not None and not self._overdue.answered.is_set()
        if silent and not queue_if_silent:
            raise _silence(self._limit)
        results: list[T] = []
        call = self._submit(lambda keyring: results.append(work(keyring)))
        if silent or not self._is_answered(call):
            self._overdue = call
            raise _silence(self._limit)
        if call.error is not None:
            raise CredentialStoreError(type(call.error).__name__) from call.error
        return results[0]

    def _is_answered(self, call: _Call) -> bool:
        return self._loaded.wait(self._connecting) and call.answered.wait(self._limit)

    def _submit(self, work: Callable[[KeyringService], None]) -> _Call:
        call = _Call(work)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._serve, name="credential store", daemon=True
                )
                self._thread.start()
        self._calls.put(call)
        return call

    def _serve(self) -> None:
        while True:
            self._answer(self._calls.get())

    def _answer(self, call: _Call) -> None:
        try:
            call.work(self._connected())
        except Exception as error:  # noqa: BLE001 - a task runner for a plug-in of others
            # Without its frames, which hold the secret and this call: nobody would let go of them.
            call.error = error.with_traceback(None)
        finally:
            call.work = _done
            call.answered.set()

    def _connected(self) -> KeyringService:
        try:
            if self._service is None:
                self._service = self._connect()
        finally:
            self._loaded.set()
        if self._service is None:
            raise CredentialStoreError("this session has no credential store that encrypts")
        return self._service


def _done(_service: KeyringService) -> None:
    """In place of a call's work, which holds its secret."""


def _silence(limit: float) -> CredentialStoreError:
    return CredentialStoreError(f"no answer within {limit:g} seconds", silent=True)
