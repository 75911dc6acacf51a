"""Watches what a program changes: journal, bank, stores. At one of the changes, a fault happens."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from certclient.enrollment.journal import Journal, Record, Rejection
from certclient.store.base import CertificateStore, PinProvider, StoreSession
from support.pkcs11_faults import Faults

MESSAGES = ("send", "poll", "confirm", "withdraw", "revoke")
"""What a CaClient sends that changes something at the bank."""
CRYPTOKI_CHANGES = (
    "C_GenerateKeyPair",
    "C_CreateObject",
    "C_SetAttributeValue",
    "C_DestroyObject",
)
_CKA_CLASS = 0
_CKO_NSS = 0xCE534350
"""pkcs11n.h: classes from here on are NSS's own, such as the slot that opens a database."""


@dataclass
class Changes:
    """The `names` of all changes so far, in order.

    `happen` is called just before the change number `at`, from 0 on, or at the program's end if
    there are only that many; or right before and after each call of the names `before` and `after`.
    """

    happen: Callable[[], None]
    at: int = -1
    before: str = ""
    after: str = ""
    names: list[str] = field(default_factory=list)

    def begin(self, name: str) -> None:
        """A change is about to be made."""
        if len(self.names) == self.at:
            self.happen()
        self.names.append(name)

    def called(self, name: str) -> None:
        """A call of the store or the CA begins."""
        if name == self.before:
            self.happen()

    def done(self, name: str) -> None:
        """A call has returned."""
        if name == self.after:
            self.happen()

    def end(self) -> None:
        """The program is about to end."""
        if len(self.names) == self.at:
            self.happen()


class Watched:
    """Delegates to `inner`. Its `changes` are counted; whatever returns can be the last."""

    def __init__(self, inner: object, changes: Changes, counted: Sequence[str]) -> None:
        self._inner = inner
        self._changes = changes
        self._counted = counted

    def __getattr__(self, name: str) -> object:
        attribute = getattr(self._inner, name)
        if not callable(attribute):
            return attribute

        def call(*arguments: object, **options: object) -> object:
            self._changes.called(name)
            if name in self._counted:
                self._changes.begin(name)
            result = attribute(*arguments, **options)
            self._changes.done(name)
            return result

        return call


class WatchedStore(Watched):
    """A store whose sessions are watched; the calls of a module or of Windows count instead."""

    def open(self, pin: PinProvider) -> AbstractContextManager[StoreSession]:
        return self._opened(pin)

    @contextmanager
    def _opened(self, pin: PinProvider) -> Iterator[StoreSession]:
        with cast(CertificateStore, self._inner).open(pin) as session:
            yield cast(StoreSession, Watched(session, self._changes, ()))


class WatchedJournal(Journal):
    """The journal, whose writes are changes: `journal:STATE`."""

    def __init__(self, path: Path, changes: Changes) -> None:
        super().__init__(path)
        self._changes = changes

    def save(self, *records: Record, power_safe: bool = True) -> None:
        names = [f"journal:{record.state.value}" for record in records]
        self._changes.begin("+".join(names))
        super().save(*records, power_safe=power_safe)
        for name in names:
            self._changes.done(name)

    def reject(self, rejection: Rejection) -> None:
        self._changes.begin("journal:rejection")
        super().reject(rejection)

    def accept(self, fingerprint: str) -> None:
        self._changes.begin("journal:acceptance")
        super().accept(fingerprint)


def watch_modules(changes: Changes, modules: Iterable[Path]) -> None:
    """Counts each change that a PKCS#11 module of this process is asked for, until its end."""
    for path in modules:
        faults = Faults(path)
        _ALIVE.append(faults)
        for name in CRYPTOKI_CHANGES:
            faults.before(name, lambda *given, name=name: _noted(changes, name, given))


_ALIVE: list[object] = []
"""What the modules call: never collected."""


def _noted(changes: Changes, name: str, arguments: Sequence[int | None]) -> None:
    if name == "C_CreateObject" and _class_of(arguments[1], arguments[2]) >= _CKO_NSS:
        return
    changes.begin(name)


def _class_of(template: int | None, count: int | None) -> int:
    """The CKA_CLASS of a template of `count` CK_ATTRIBUTEs."""
    words = (ctypes.c_ulong * (3 * (count or 0))).from_address(template or 0)
    for kind, value in zip(words[0::3], words[1::3], strict=True):
        if kind == _CKA_CLASS:
            return ctypes.c_ulong.from_address(value).value
    return -1
