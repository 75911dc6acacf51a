"""A token is found under one name, whatever slots its module shows, and never taken for another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.store.base import Available, CertificateStore, Unavailable
from certclient.store.browsers import BrowserDatabase
from certclient.store.names import named, typed_name
from certclient.store.registry import StoreRegistry
from certclient.store.token_name import TokenName, same_store
from support.pkcs11_shim import Shim
from support.pki import make_lab
from support.softhsm import SoftHsmToken, in_this_process, right_pin

PROCEDURE = "certclient 0000000000000001"


def registry(shim: Shim) -> StoreRegistry:
    def no_databases() -> Sequence[BrowserDatabase]:
        return ()

    return StoreRegistry([shim.hsm.module_path], no_databases, lambda: (), in_this_process)


def stores(shim: Shim) -> list[CertificateStore]:
    return registry(shim).stores()


def with_certificate(token: SoftHsmToken) -> Certificate:
    with token.store().open(right_pin) as session:
        key = session.create_key(KeySpec(), PROCEDURE)
        certificate = make_lab().issue(session.signer(key).spki)
        session.install(key, certificate, "電子証明書")
    return certificate


def test_an_empty_slot_beside_a_token_is_no_rival(shim: Shim) -> None:
    certificate = with_certificate(shim.hsm.new_token())
    shim.play("free-slot")
    (store,) = stores(shim)
    assert isinstance(store.availability(), Available)
    assert [one.certificate for one in store.certificates()] == [certificate]


def test_an_empty_slot_beside_a_token_without_a_serial_number_is_no_rival(shim: Shim) -> None:
    shim.hsm.new_token()
    shim.play("free-slot", "one-serial")
    (store,) = stores(shim)
    assert isinstance(store.availability(), Available)
    with store.open(right_pin) as session:
        assert session.find_key(PROCEDURE) is None


def test_an_empty_slot_alone_is_a_token_that_is_not_set_up(shim: Shim) -> None:
    shim.hsm.new_token()
    shim.play("uninitialised")
    (store,) = stores(shim)
    state = store.availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.TOKEN_NOT_INITIALISED


@pytest.mark.parametrize("filled", [True, False], ids=["filled", "new"])
def test_a_card_in_two_slots_is_one_token(shim: Shim, filled: bool) -> None:
    token = shim.hsm.new_token()
    if filled:
        with_certificate(token)
    shim.play("twin")
    (store,) = stores(shim)
    assert store.store_id == token.store().store_id
    assert isinstance(store.availability(), Available)
    assert len(store.certificates()) == int(filled)
    with store.open(right_pin) as session:
        assert (session.find_key(PROCEDURE) is not None) is filled
        assert len(stores(shim)) == 1


@pytest.mark.parametrize("serial", ["one-serial", "same-serial"])
def test_tokens_with_one_serial_number_are_told_apart_by_their_labels(
    shim: Shim, serial: str
) -> None:
    first, second = shim.hsm.new_token("経理"), shim.hsm.new_token("総務")
    certificates = {"経理": with_certificate(first), "総務": with_certificate(second)}
    shim.play(serial)
    found = stores(shim)
    assert {store.label for store in found} == {"経理", "総務"}
    for store in found:
        assert [one.certificate for one in store.certificates()] == [certificates[store.label]]
        assert named(found, store.label) == [store]
        assert registry(shim).find(store.store_id) == store


def test_tokens_with_nothing_but_a_serial_number_in_common_stay_two_while_empty(shim: Shim) -> None:
    shim.hsm.new_token("経理")
    shim.hsm.new_token("総務")
    shim.play("one-serial")
    assert {store.label for store in stores(shim)} == {"経理", "総務"}


def test_tokens_that_nothing_tells_apart_have_names_that_can_be_typed(shim: Shim) -> None:
    certificates = [with_certificate(shim.hsm.new_token(label)) for label in ("one", "two")]
    shim.play("one-serial", "same-label")
    found = stores(shim)
    names = {typed_name(store) for store in found}
    assert len(names) == 2
    assert all("USB" in name and "slot" in name for name in names)
    held = [named(found, name)[0].certificates()[0].certificate for name in sorted(names)]
    assert {one.fingerprint for one in held} == {one.fingerprint for one in certificates}


def test_an_id_that_an_earlier_version_kept_still_finds_its_token(shim: Shim) -> None:
    token = shim.hsm.new_token()
    certificate = with_certificate(token)
    kept = TokenName(token.name.manufacturer, token.name.model, "0" * 16).uri
    shim.play("one-serial", "free-slot")
    found = registry(shim).find(kept)
    assert [one.certificate for one in found.certificates()] == [certificate]


def test_an_id_of_several_tokens_is_ambiguous_and_opens_none(shim: Shim) -> None:
    one = shim.hsm.new_token("経理")
    shim.hsm.new_token("総務")
    kept = TokenName(one.name.manufacturer, one.name.model, "0" * 16).uri
    shim.play("one-serial")
    found = registry(shim).find(kept)
    with pytest.raises(CertclientError) as error:
        found.open(right_pin)
    assert error.value.code is ErrorCode.STORE_AMBIGUOUS
    assert {"経理", "総務"} == set(error.value.data["stores"].split(", "))


def test_an_id_with_a_label_does_not_find_the_other_token(shim: Shim) -> None:
    shim.hsm.new_token("経理")
    other = shim.hsm.new_token("総務")
    shim.play("same-serial")
    ids = {store.label: store.store_id for store in stores(shim)}
    other.pull()
    found = registry(shim).find(ids["総務"])
    state = found.availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.TOKEN_MISSING
    assert found.label == "総務"
    (left,) = stores(shim)
    assert registry(shim).find(ids["経理"]) == left


@pytest.mark.parametrize(
    "name",
    [
        TokenName("SoftHSM project", "v2", "1234"),
        TokenName("IBM", "SW   TPM", "0000", "専用;USB=1"),
        TokenName("", "", "", "a%b", 7),
    ],
)
def test_a_name_survives_being_kept(name: TokenName) -> None:
    assert TokenName.parse(name.uri) == name


@pytest.mark.parametrize("store_id", ["nss:/home/x", "windows:MY", "pkcs11:", "pkcs11:model=x"])
def test_other_ids_are_no_names(store_id: str) -> None:
    assert TokenName.parse(store_id) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("nss:/home/x", "nss:/home/x", True),
        ("nss:/home/x", "nss:/home/y", False),
        ("pkcs11:manufacturer=A;model=B;serial=0", "pkcs11:manufacturer=A;model=B;serial=0", True),
        (
            "pkcs11:manufacturer=A;model=B;serial=0",
            "pkcs11:token=X;manufacturer=A;model=B;serial=0",
            True,
        ),
        (
            "pkcs11:token=X;manufacturer=A;model=B;serial=0",
            "pkcs11:manufacturer=A;model=B;serial=0",
            True,
        ),
        (
            "pkcs11:token=X;manufacturer=A;model=B;serial=0",
            "pkcs11:token=Y;manufacturer=A;model=B;serial=0",
            False,
        ),
        ("pkcs11:manufacturer=A;model=B;serial=0", "pkcs11:manufacturer=A;model=B;serial=1", False),
        ("pkcs11:manufacturer=A;model=B;serial=0", "nss:/home/x", False),
    ],
)
def test_ids_kept_at_different_times_are_compared_as_names(
    one: str, other: str, same: bool
) -> None:
    assert same_store(one, other) is same
