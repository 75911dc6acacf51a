"""The list of stores is complete, always current, and gives the reason for a missing store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import (
    CertificateStore,
    Unavailable,
    no_pin,
)
from certclient.store.browsers import BrowserDatabase
from certclient.store.pkcs11.discovery import find_tokens
from certclient.store.registry import StoreRegistry, open_stores, registry
from certclient.store.unavailable import UnavailableStore
from support.nss import NssDatabase
from support.pkcs11_faults import CKR_GENERAL_ERROR, Faults
from support.softhsm import MODULE, SoftHsm, right_pin

PLUGIN_STORE = UnavailableStore(
    "vendor:1", "Vendor", Destination.PC, Unavailable(ErrorCode.STORE_UNAVAILABLE)
)


def only(directory: Path) -> Callable[[], Sequence[BrowserDatabase]]:
    """One browser with this database."""
    return lambda: (BrowserDatabase(directory, "Chromium"),)


def no_databases() -> Sequence[BrowserDatabase]:
    return ()


def good_plugin() -> list[CertificateStore]:
    return [PLUGIN_STORE]


def bad_plugin() -> list[CertificateStore]:
    raise ZeroDivisionError("vendor's bug")


def plugins(*names: str) -> Callable[[], Iterable[EntryPoint]]:
    """Entry points for functions of this module; the functions need not exist."""
    points = [EntryPoint(name, f"{__name__}:{name}", "certclient.stores") for name in names]
    return lambda: points


def reason(store: CertificateStore) -> ErrorCode:
    state = store.availability()
    assert isinstance(state, Unavailable)
    return state.reason


def test_pc_store_is_listed_first_then_every_token(softhsm: SoftHsm, nss: NssDatabase) -> None:
    tokens = {softhsm.new_token(label).store().store_id for label in ("one", "two")}
    pc, *usb = open_stores([MODULE], nss.directory)
    assert (pc.destination, pc.store_id) == (Destination.PC, f"nss:{nss.directory}")
    assert {store.store_id for store in usb} == tokens
    assert {store.destination for store in usb} == {Destination.USB}


def test_token_inserted_later_is_listed(softhsm: SoftHsm, nss: NssDatabase) -> None:
    known = registry([MODULE], nss.directory)
    assert len(known.stores()) == 1
    token = softhsm.new_token("late")
    assert [store.label for store in known.stores()][1:] == ["late"]
    with known.find(token.store().store_id).open(right_pin) as session:
        assert session.find_key("nothing") is None


def test_token_in_two_modules_is_listed_once(softhsm: SoftHsm) -> None:
    softhsm.new_token()
    assert len(StoreRegistry([MODULE, MODULE.resolve()], no_databases, plugins()).stores()) == 1


def test_missing_middleware_is_listed_and_other_stores_work(
    softhsm: SoftHsm, nss: NssDatabase, tmp_path: Path
) -> None:
    softhsm.new_token("here")
    missing = tmp_path / "libvendor.so"
    pc, broken, token = StoreRegistry([missing, MODULE], only(nss.directory), plugins()).stores()
    assert reason(broken) is ErrorCode.STORE_MIDDLEWARE_MISSING
    assert broken.label == "libvendor.so"
    assert token.label == "here"
    assert pc.destination is Destination.PC


def test_unavailable_store_raises_its_reason(tmp_path: Path) -> None:
    (broken,) = StoreRegistry([tmp_path / "libvendor.so"], no_databases, plugins()).stores()
    for use in (broken.certificates, lambda: broken.open(no_pin)):
        with pytest.raises(CertclientError) as error:
            use()
        assert error.value.code is ErrorCode.STORE_MIDDLEWARE_MISSING
        assert error.value.data["path"] == str(tmp_path / "libvendor.so")


def test_module_with_failing_readers_is_listed(softhsm: SoftHsm) -> None:
    softhsm.new_token()
    with Faults(MODULE) as faults:
        faults.fail("C_GetSlotList", CKR_GENERAL_ERROR)
        (broken,) = find_tokens(MODULE, (MODULE,))
    assert reason(broken) is ErrorCode.STORE_UNAVAILABLE


def test_a_plugin_adds_its_stores() -> None:
    assert StoreRegistry([], no_databases, plugins("good_plugin")).stores() == [PLUGIN_STORE]


@pytest.mark.parametrize("name", ["bad_plugin", "no_such_function"])
def test_broken_plugin_is_listed_with_its_reason_and_others_work(name: str) -> None:
    broken, good = StoreRegistry([], no_databases, plugins(name, "good_plugin")).stores()
    assert good == PLUGIN_STORE
    assert reason(broken) is ErrorCode.STORE_UNAVAILABLE
    state = broken.availability()
    assert isinstance(state, Unavailable)
    assert name in state.data["path"]
    assert "Error" in state.data["reason"]


def test_absent_token_is_identified_by_its_store_id(softhsm: SoftHsm) -> None:
    """Resuming a procedure requires knowing which token to insert."""
    token = softhsm.new_token()
    store_id = token.store().store_id
    token.pull()
    absent = StoreRegistry([MODULE], no_databases, plugins()).find(store_id)
    assert absent.store_id == store_id
    assert absent.destination is Destination.USB
    with pytest.raises(CertclientError) as error:
        absent.certificates()
    assert error.value.code is ErrorCode.TOKEN_MISSING
    assert error.value.data["serial"] == token.name.serial


def test_an_unknown_store_is_unavailable() -> None:
    absent = StoreRegistry([], no_databases, plugins()).find("nss:/somewhere/else")
    assert reason(absent) is ErrorCode.STORE_UNAVAILABLE
