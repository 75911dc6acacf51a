"""The certificate store of a rehearsal: apart from the user's own, and removed at its end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from certclient.model.destination import Destination
from certclient.platform.rehearsal import PREFIX
from certclient.store.base import CertificateStore, no_pin

if sys.platform == "win32":
    import contextlib
    import winreg

    from certclient.store.windows.names import StoreNames
    from certclient.store.windows.store import WindowsStore

    _STORES = r"Software\Microsoft\SystemCertificates"

    def _names(folder: Path) -> StoreNames:
        return StoreNames(folder.name, f"{folder.name}-ca", f"{folder.name}-root")

    def rehearsal_stores(folder: Path) -> Sequence[CertificateStore]:
        """Returns the one store of the rehearsal in `folder`: system stores of its own."""
        return [WindowsStore(_names(folder), lists_unused_keys=False)]

    def remove_rehearsal_stores(folder: Path) -> None:
        """Deletes its certificates with their keys, then the stores. Raises the store's errors."""
        for store in rehearsal_stores(folder):
            _empty(store)
        names = _names(folder)
        for name in (names.personal, names.intermediates, names.roots):
            _delete_key(rf"{_STORES}\{name}")

    def stores_of_rehearsals() -> Sequence[str]:
        """The names of the rehearsals of which stores are in this user's registry."""
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _STORES) as key:
            names = [winreg.EnumKey(key, n) for n in range(winreg.QueryInfoKey(key)[0])]
        ours = [name for name in names if name.lower().startswith(PREFIX)]
        return sorted({name.removesuffix("-ca").removesuffix("-root") for name in ours})

    def _delete_key(path: str) -> None:
        """Deletes a registry key of this user with everything below it; none is no error."""
        with contextlib.suppress(FileNotFoundError):
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
                children = [winreg.EnumKey(key, n) for n in range(winreg.QueryInfoKey(key)[0])]
            for child in children:
                _delete_key(rf"{path}\{child}")
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, path)

else:
    from certclient.store.registry import open_stores

    def rehearsal_stores(folder: Path) -> Sequence[CertificateStore]:
        """Returns the one store of the rehearsal in `folder`: an NSS database there."""
        stores = open_stores((), folder / "nssdb")
        return [store for store in stores if store.destination is Destination.PC]

    def remove_rehearsal_stores(folder: Path) -> None:
        """Nothing to do: the database is removed with its folder."""

    def stores_of_rehearsals() -> Sequence[str]:
        """None: they are in the folders."""
        return ()


def _empty(store: CertificateStore) -> None:
    stored = store.certificates()
    if stored:
        with store.open(no_pin) as session:
            for one in stored:
                session.delete(one.certificate)
