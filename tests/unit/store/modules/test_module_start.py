"""A module that does not start, or shows no token, says why; nothing is taken for "not found"."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from certclient.i18n.catalogue import Language, load
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import CertificateStore, Unavailable
from certclient.store.browsers import BrowserDatabase
from certclient.store.pkcs11.module import load_module
from certclient.store.registry import StoreRegistry
from support.pkcs11_shim import Shim
from support.softhsm import MODULE, in_this_process, right_pin


def no_databases() -> Sequence[BrowserDatabase]:
    return ()


def stores(*modules: Path) -> list[CertificateStore]:
    return StoreRegistry(modules, no_databases, lambda: (), in_this_process).stores()


def problem(store: CertificateStore) -> Unavailable:
    state = store.availability()
    assert isinstance(state, Unavailable)
    return state


@pytest.mark.parametrize(
    ("file", "cause"),
    [
        ("opensc-pkcs11.so", "smart-cards"),
        ("onepin-opensc-pkcs11.so", "smart-cards"),
        ("libeTPkcs11.so", "smart-cards"),
        ("libykcs11.so.2", "smart-cards"),
        ("libtpm2_pkcs11.so", "tpm"),
        ("libopencryptoki.so.0", "opencryptoki"),
        ("PKCS11_API.so", "opencryptoki"),
        ("p11-kit-proxy.so", "p11-kit"),
        ("libvendor.so", None),
    ],
)
def test_a_module_that_does_not_start_says_what_usually_causes_it(
    shim: Shim, tmp_path: Path, file: str, cause: str | None
) -> None:
    module = tmp_path / file
    shutil.copy(shim.hsm.module_path, module)
    shim.play("init=0x30")
    (broken,) = stores(module)
    state = problem(broken)
    assert state.reason is ErrorCode.STORE_MODULE_START
    assert state.data["reason"] == "CKR_DEVICE_ERROR"
    assert state.data["path"] == str(module)
    assert state.data.get("problem") == cause


def test_the_return_value_of_a_vendor_keeps_its_number(shim: Shim, tmp_path: Path) -> None:
    module = tmp_path / "libvendor.so"
    shutil.copy(shim.hsm.module_path, module)
    shim.play("init=0x80000a01")
    (broken,) = stores(module)
    assert "0x80000a01" in problem(broken).data["reason"]


def test_a_module_that_did_not_start_is_tried_again(shim: Shim, tmp_path: Path) -> None:
    module = tmp_path / "libvendor.so"
    shutil.copy(shim.hsm.module_path, module)
    shim.play("init=0x05")
    assert problem(stores(module)[0]).reason is ErrorCode.STORE_MODULE_START
    shim.play("init=0x191")  # other code of this process, here the fixture, has initialised it
    assert load_module(module, [module]).path == module


def test_two_modules_in_front_of_one_library_go_on(shim: Shim, tmp_path: Path) -> None:
    """The second one is told CKR_CRYPTOKI_ALREADY_INITIALIZED, as with p11-kit's proxy."""
    token = shim.hsm.new_token()
    second = tmp_path / "second.so"
    shutil.copy(shim.hsm.module_path, second)
    (store,) = stores(second)
    assert store.label == token.label
    with store.open(right_pin) as session:
        assert session.find_key("certclient 0000000000000001") is None


def test_a_module_whose_readers_fail_is_listed_with_its_return_value(shim: Shim) -> None:
    shim.hsm.new_token()
    shim.play("slots=0x05")
    (broken,) = stores(shim.hsm.module_path)
    state = problem(broken)
    assert state.reason is ErrorCode.STORE_UNAVAILABLE
    assert state.data["problem"] == "module"
    assert state.data["reason"] == "CKR_GENERAL_ERROR"


@pytest.mark.parametrize("absence", ["unknown-card", "no-card", "no-reader"])
def test_three_ways_to_have_no_token_are_three_sentences(shim: Shim, absence: str) -> None:
    shim.hsm.new_token()
    shim.play(absence)
    (placeholder,) = stores(shim.hsm.module_path)
    state = problem(placeholder)
    assert state.reason is ErrorCode.TOKEN_MISSING
    assert state.data["problem"] == absence
    assert state.data["reader"] == ("" if absence == "no-reader" else "ACME Reader 00")


def test_each_sentence_is_its_own_in_both_languages() -> None:
    for language in Language:
        words = load(language)
        shown = {
            words.error(CertclientError(ErrorCode.TOKEN_MISSING, problem=problem)).title
            for problem in ("unknown-card", "no-card", "no-reader", "")
        }
        assert len(shown) == 4


def test_a_token_beside_an_empty_module_is_listed_alone(shim: Shim) -> None:
    """Two modules look into the same readers; that one of them sees nothing is no news."""
    token = shim.hsm.new_token()
    shim.play("no-reader")
    assert [one.label for one in stores(shim.hsm.module_path, MODULE)] == [token.label]


def test_softokn_named_by_hand_says_what_to_name_instead() -> None:
    path = next(Path("/usr/lib").glob("*/libsoftokn3.so"))
    (broken,) = stores(path)
    state = problem(broken)
    assert state.reason is ErrorCode.STORE_WRONG_MODULE
    shown = load(Language.ENGLISH).error(CertclientError(state.reason, **state.data))
    assert "p11-kit-proxy.so" in shown.next_step
