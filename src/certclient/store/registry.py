"""Enumerates the stores present now: the PC's own (Windows, NSS), tokens and plug-ins.

A store that fails stays in the list with its error as data.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.folders import home
from certclient.platform.plugins import entry_points_of
from certclient.store.base import CertificateStore, TitledToken, Unavailable
from certclient.store.browsers import BrowserDatabase, find_databases, titles
from certclient.store.pkcs11.database_files import shown_path, unusable
from certclient.store.pkcs11.database_problem import Problem
from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import load_softokn
from certclient.store.token_absence import Absence
from certclient.store.token_name import TokenName
from certclient.store.unavailable import UnavailableStore, store_by_id, unavailable

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

if sys.platform == "win32":
    from certclient.store.windows.store import WindowsStore

PLUGIN_GROUP = "certclient.stores"
"""Entry point group. Each entry is a callable without arguments that returns CertificateStores."""


def _installed_plugins() -> Iterable[EntryPoint]:
    return entry_points_of(PLUGIN_GROUP)


def _find_tokens(module: Path, patience: float | None = None) -> Sequence[CertificateStore]:
    """See `isolated.store.find_tokens`; without a module, nothing about children is loaded."""
    from certclient.store.isolated.store import find_tokens

    return find_tokens(module, patience)


@dataclass(frozen=True, slots=True)
class StoreRegistry:
    """The places to search for stores. Every call searches again, so new tokens are found.

    `modules`: absolute paths of the PKCS#11 modules, the only ones that are loaded; if two modules
    report the same token, the first one wins. `databases`: finds the browsers' NSS databases, the
    PC's stores on Linux. `tokens`: finds the tokens of a module, by default in a child process.
    """

    modules: Sequence[Path]
    databases: Callable[[], Sequence[BrowserDatabase]]
    plugins: Callable[[], Iterable[EntryPoint]] = _installed_plugins
    tokens: Callable[[Path], Sequence[CertificateStore]] = _find_tokens

    def stores(self) -> list[CertificateStore]:
        """Returns the PC's stores, tokens in the order of `modules`, plug-ins. Never raises."""
        found: dict[str, CertificateStore] = {}
        for store in self._all():
            found.setdefault(store.store_id, store)
        return _titled(_without_needless_absences(list(found.values())))

    def find(self, store_id: str) -> CertificateStore:
        """Returns the store with this `store_id`, or a placeholder if it is not present now.

        See `unavailable.store_by_id`.
        """
        return store_by_id(self.stores(), store_id)

    def _all(self) -> Iterator[CertificateStore]:
        if sys.platform == "win32":
            yield WindowsStore()
        databases = self.databases()
        for database, title in zip(databases, titles(databases), strict=True):
            yield _nss(database, title)
        for path in self.modules:
            yield from self.tokens(path)
        for plugin in self.plugins():
            yield from _plugin(plugin)


def registry(
    modules: Sequence[Path], nss_directory: Path | None = None, patience: float | None = None
) -> StoreRegistry:
    """Returns the registry for this computer and user.

    `nss_directory` replaces the browsers' NSS databases; a relative path is made absolute.
    `patience`: seconds that a slow module may delay the list of stores for; it is complete the next
    time.
    """
    tokens = partial(_find_tokens, patience=patience)
    if nss_directory is not None:
        database = BrowserDatabase(nss_directory.absolute(), "")
        return StoreRegistry(modules, lambda: (database,), tokens=tokens)
    return StoreRegistry(modules, _of_browsers, tokens=tokens)


def _of_browsers() -> Sequence[BrowserDatabase]:
    """None on Windows, whose own store the browsers read."""
    if sys.platform == "win32":
        return ()
    return find_databases(os.environ, home())


def open_stores(
    profile_modules: Sequence[Path],
    nss_directory: Path | None = None,
    patience: float | None = None,
) -> list[CertificateStore]:
    """Returns every store present now (`registry(…).stores()`); unusable ones carry a reason.

    The modules look for their tokens while the PC's stores are read.
    """
    if profile_modules:
        from certclient.store.isolated.modules import begin_all

        begin_all(profile_modules)
    return registry(profile_modules, nss_directory, patience).stores()


def _nss(database: BrowserDatabase, title: str) -> CertificateStore:
    directory = database.directory
    try:
        if database.problem is not None:
            raise database.problem
        return NssStore(
            load_softokn(),
            directory,
            browser=database.browser,
            title=title,
            offered=database.offered,
        )
    except CertclientError as error:
        if error.code is ErrorCode.STORE_MIDDLEWARE_MISSING:
            # Its texts are about the software of a USB token.
            error = unusable(directory, Problem.NO_LIBRARY, error.data.get("path", ""))
        label = shown_path(directory)
        placeholder = unavailable(f"nss:{label}", label, Destination.PC, error)
        return replace(placeholder, browser=database.browser, title=title, offered=database.offered)


def _titled(stores: Sequence[CertificateStore]) -> list[CertificateStore]:
    """Adds to the names of tokens that have the same label what tells them apart."""
    labels = Counter(store.label for store in stores if isinstance(store, TitledToken))
    return [
        store.titled(_told_apart(store.label, TokenName.parse(store.store_id)))
        if isinstance(store, TitledToken) and labels[store.label] > 1
        else store
        for store in stores
    ]


def _told_apart(label: str, name: TokenName | None) -> str:
    """`USB (1234)`, `USB (1234, slot 5)`: the serial number and, if that is no help, the slot."""
    if name is None:
        return label
    slot = "" if name.slot_id is None else f"slot {name.slot_id}"
    return f"{label} ({', '.join(part for part in (name.serial, slot) if part)})"


def _without_needless_absences(stores: Sequence[CertificateStore]) -> list[CertificateStore]:
    """Leaves out that a module shows no token if another one does; of several such modules, keeps
    the one that says most: each of them looks into the same readers."""
    absences = {one.store_id: rank for one in stores if (rank := _rank_of_absence(one)) is not None}
    present = any(
        one.destination is Destination.USB and not isinstance(one, UnavailableStore)
        for one in stores
    )
    most = "" if present else min(absences, key=absences.__getitem__, default="")
    return [one for one in stores if one.store_id == most or one.store_id not in absences]


def _rank_of_absence(store: CertificateStore) -> int | None:
    problem = store.cause.data.get("problem") if isinstance(store, UnavailableStore) else None
    order = [absence.value for absence in Absence]
    return order.index(problem) if problem in order else None


def _plugin(plugin: EntryPoint) -> list[CertificateStore]:
    try:
        return list(plugin.load()())
    except Exception as error:  # noqa: BLE001  third-party code: any failure becomes a reason
        reason = f"{type(error).__name__}: {error}"[:200]
        return [
            UnavailableStore(
                f"plugin:{plugin.name}",
                plugin.name,
                Destination.USB,
                Unavailable(ErrorCode.STORE_UNAVAILABLE, {"path": plugin.value, "reason": reason}),
            )
        ]
