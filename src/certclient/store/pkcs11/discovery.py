"""Finds the tokens of a PKCS#11 module: one store for each, or a placeholder with the reason."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pkcs11

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError
from certclient.store.base import CertificateStore
from certclient.store.pkcs11.absence import token_absence
from certclient.store.pkcs11.ckr import ckr_name
from certclient.store.pkcs11.middleware import unreadable
from certclient.store.pkcs11.module import Module, load_module
from certclient.store.pkcs11.present import present_tokens
from certclient.store.pkcs11.store import TokenStore
from certclient.store.unavailable import unavailable


def find_tokens(path: Path, allowed: Collection[Path]) -> list[CertificateStore]:
    """Returns the stores of the module at `path` that are present now. Never raises.

    A module that cannot be used, or shows no token, is one store that carries the reason.
    `allowed`: see `module.load_module`.
    """
    try:
        return _token_stores(load_module(path, allowed))
    except CertclientError as error:
        return [broken_module(path, error)]
    except pkcs11.PKCS11Error as error:
        return [broken_module(path, unreadable(path, ckr_name(error)))]


def _token_stores(module: Module) -> list[CertificateStore]:
    found: list[CertificateStore] = [
        TokenStore(module, one.name, one.token.label) for one in present_tokens(module)
    ]
    absence = None if found else token_absence(module)
    return found if absence is None else [_without_token(module.path, absence)]


def _without_token(path: Path, absence: CertclientError) -> CertificateStore:
    """Named by its reader, which the user may know, and not by the module's file."""
    reader = absence.data["reader"]
    return unavailable(f"pkcs11-module:{path}", reader, Destination.USB, absence)


def broken_module(path: Path, error: CertclientError) -> CertificateStore:
    """Returns the placeholder for a module that cannot be used because of `error`."""
    return unavailable(f"pkcs11-module:{path}", path.name, Destination.USB, error)
