"""Enumerates the stores present now: the PC's own (Windows, NSS), tokens and plug-ins.

A store that fails stays in the list with its error as data.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pkcs11

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import CertificateStore, Unavailable
from certclient.store.pkcs11.module import Module, load_module
from certclient.store.pkcs11.nss import NssStore, default_directory, load_softokn
from certclient.store.pkcs11.store import TokenStore
from certclient.store.pkcs11.token import TokenName
from certclient.store.unavailable import UnavailableStore, absent, unavailable

if sys.platform == "win32":
    from certclient.store.windows.store import WindowsStore

PLUGIN_GROUP = "certclient.stores"
"""Entry point group. Each entry is a callable without arguments that returns CertificateStores."""


def _installed_plugins() -> Iterable[EntryPoint]:
    return entry_points(group=PLUGIN_GROUP)


@dataclass(frozen=True, slots=True)
class StoreRegistry:
    """The places to search for stores. Every call searches again, so new tokens are found.

    `modules`: absolute paths of the PKCS#11 modules, the only ones that are loaded; if two modules
    report the same token, the first one wins. `nss_directory`: the NSS database that serves as the
    PC store, or None for none (Windows).
    """

    modules: Sequence[Path]
    nss_directory: Path | None
    plugins: Callable[[], Iterable[EntryPoint]] = _installed_plugins

    def stores(self) -> list[CertificateStore]:
        """Returns the PC store, tokens in the order of `modules`, then plug-ins. Never raises."""
        found: dict[str, CertificateStore] = {}
        for store in self._all():
            found.setdefault(store.store_id, store)
        return list(found.values())

    def find(self, store_id: str) -> CertificateStore:
        """Returns the store with this `store_id`, or a placeholder if it is not present now.

        The placeholder (`unavailable.absent`) reports TOKEN_MISSING with the token's serial
        number, so that a procedure can be resumed later.
        """
        for store in self.stores():
            if store.store_id == store_id:
                return store
        return absent(store_id)

    def _all(self) -> Iterator[CertificateStore]:
        if sys.platform == "win32":
            yield WindowsStore()
        if self.nss_directory is not None:
            yield _nss(self.nss_directory)
        for path in self.modules:
            yield from _tokens(path, self.modules)
        for plugin in self.plugins():
            yield from _plugin(plugin)


def registry(modules: Sequence[Path], nss_directory: Path | None = None) -> StoreRegistry:
    """Returns the registry for this computer and user.

    `nss_directory` replaces the browsers' default NSS database; a relative path is made absolute.
    """
    if nss_directory is None and sys.platform != "win32":
        nss_directory = default_directory(os.environ, Path.home())
    return StoreRegistry(modules, nss_directory and nss_directory.absolute())


def open_stores(
    profile_modules: Sequence[Path], nss_directory: Path | None = None
) -> list[CertificateStore]:
    """Returns every store present now (`registry(…).stores()`); unusable ones carry a reason."""
    return registry(profile_modules, nss_directory).stores()


def _nss(directory: Path) -> CertificateStore:
    try:
        return NssStore(load_softokn(), directory)
    except CertclientError as error:
        return unavailable(f"nss:{directory}", str(directory), Destination.PC, error)


def _tokens(path: Path, allowed: Sequence[Path]) -> list[CertificateStore]:
    try:
        return _token_stores(load_module(path, allowed))
    except CertclientError as error:
        return [_broken_module(path, error)]
    except pkcs11.PKCS11Error as error:
        reason = type(error).__name__
        unusable = CertclientError(ErrorCode.STORE_UNAVAILABLE, path=str(path), reason=reason)
        return [_broken_module(path, unusable)]


def _token_stores(module: Module) -> list[CertificateStore]:
    return [TokenStore(module, TokenName.of(token), token.label) for token in module.tokens()]


def _broken_module(path: Path, error: CertclientError) -> UnavailableStore:
    return unavailable(f"pkcs11-module:{path}", path.name, Destination.USB, error)


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
