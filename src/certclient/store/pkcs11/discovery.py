"""Finds the tokens of a PKCS#11 module: one store for each, or a placeholder with the reason."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pkcs11

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import CertificateStore
from certclient.store.pkcs11.module import Module, load_module
from certclient.store.pkcs11.store import TokenStore
from certclient.store.pkcs11.token import TokenName
from certclient.store.unavailable import unavailable


def find_tokens(path: Path, allowed: Collection[Path]) -> list[CertificateStore]:
    """Returns the stores of the module at `path` that are present now. Never raises.

    A module that cannot be used is one store that carries the reason. `allowed`: see
    `module.load_module`.
    """
    try:
        return _token_stores(load_module(path, allowed))
    except CertclientError as error:
        return [broken_module(path, error)]
    except pkcs11.PKCS11Error as error:
        reason = type(error).__name__
        unusable = CertclientError(ErrorCode.STORE_UNAVAILABLE, path=str(path), reason=reason)
        return [broken_module(path, unusable)]


def _token_stores(module: Module) -> list[CertificateStore]:
    return [TokenStore(module, TokenName.of(token), token.label) for token in module.tokens()]


def broken_module(path: Path, error: CertclientError) -> CertificateStore:
    """Returns the placeholder for a module that cannot be used because of `error`."""
    return unavailable(f"pkcs11-module:{path}", path.name, Destination.USB, error)
