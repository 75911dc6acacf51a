"""How users name a store: what is shown to tell stores apart, and what they may type."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from certclient.model.destination import Destination
from certclient.store.base import BrowserStore, CertificateStore
from certclient.store.token_name import TokenName

if TYPE_CHECKING:
    from collections.abc import Sequence


def title_of(store: CertificateStore) -> str:
    """Returns the store's name beside its kind: a token's label, a browser of several.

    "" for the only store of the PC.
    """
    title = store.title if isinstance(store, BrowserStore) else ""
    return title or (store.label if store.destination is Destination.USB else "")


def browser_of(store: CertificateStore) -> str:
    """Returns the browsers that read the store, "" if unknown."""
    return store.browser if isinstance(store, BrowserStore) else ""


def offered(store: CertificateStore) -> bool:
    """Returns whether the store is meant for new certificates unless the user names another."""
    return store.offered if isinstance(store, BrowserStore) else True


def typed_name(store: CertificateStore) -> str:
    """Returns a name that can be read and typed: `named` finds the store by it."""
    return title_of(store) or store.label


def named(stores: Sequence[CertificateStore], name: str) -> list[CertificateStore]:
    """Returns the stores that the user may mean by `name`; several if it is ambiguous.

    A full name (label, title, folder, serial number, store id) precedes a browser's name alone.
    Upper and lower case are the same.
    """
    wanted = name.strip().casefold()
    full = [store for store in stores if wanted in _full_names(store)]
    if not full and os.sep in name:
        full = [store for store in stores if _same_folder(store, name)]
    return full or [store for store in stores if wanted in _short_names(store)]


def _full_names(store: CertificateStore) -> set[str]:
    names = {store.label, store.store_id, title_of(store), _serial(store)} - {""}
    return {name.casefold() for name in names}


def _short_names(store: CertificateStore) -> set[str]:
    """ "Firefox (snap): work" is also "Firefox (snap)", "Firefox" and "work"."""
    browser = browser_of(store)
    bare = browser.partition(" (")[0]
    profile = title_of(store).removeprefix(browser).removeprefix(": ")
    names = {browser, *bare.split(" / "), *_words(bare), profile} - {""}
    return {name.casefold() for name in names}


def _words(browser: str) -> list[str]:
    """ "Google Chrome" is also "Chrome"."""
    return [name.rpartition(" ")[2] for name in browser.split(" / ")]


def _serial(store: CertificateStore) -> str:
    name = TokenName.parse(store.store_id)
    return "" if name is None else name.serial


def _same_folder(store: CertificateStore, name: str) -> bool:
    if not store.store_id.startswith("nss:"):
        return False
    return os.path.realpath(os.path.expanduser(name)) == os.path.realpath(store.label)
