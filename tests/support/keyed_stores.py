"""Stores that hold a key of the program already: to make one takes a tenth of a second.

Each is made once per process and copied; `StoreSession.create_key` with the label LAST_YEAR then
finds the key.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from certclient.model.keys import KeySpec
from certclient.store.base import CertificateStore
from certclient.store.pkcs11.nss import NssStore
from support.nss import NssDatabase
from support.softhsm import SoftHsm, SoftHsmToken, right_pin, token_folder

LAST_YEAR = "issued last year"


@dataclass(frozen=True)
class KeyedStores:
    """The originals."""

    database: NssDatabase
    token: SoftHsmToken

    def fill(self, nss: NssDatabase) -> NssDatabase:
        """Gives `nss`, which has no database yet, a copy."""
        nss.directory.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.database.directory, nss.directory)
        return nss

    def label(self, store: CertificateStore, otherwise: str) -> str:
        """The label of a key to make in `store`: of one that is there if `store` is an NSS database
        that does not exist yet, else `otherwise`."""
        if not isinstance(store, NssStore) or store.directory.exists():
            return otherwise
        self.fill(NssDatabase(store.directory))
        return LAST_YEAR

    def new_token(self, hsm: SoftHsm) -> SoftHsmToken:
        return hsm.copy_of(self.token)


@pytest.fixture(scope="session")
def keyed_stores(tmp_path_factory: pytest.TempPathFactory) -> KeyedStores:
    if sys.platform == "win32":
        pytest.skip("needs SoftHSM or NSS: runs on Linux")
    folder: Path = tmp_path_factory.mktemp("keyed-stores")
    database = NssDatabase(folder / "nssdb")
    _make_key(database.store())
    with token_folder(folder / "softhsm") as hsm:
        token = hsm.new_token()
        _make_key(token.store())
    return KeyedStores(database, token)


def _make_key(store: CertificateStore) -> None:
    with store.open(right_pin) as session:
        session.create_key(KeySpec(), LAST_YEAR)
