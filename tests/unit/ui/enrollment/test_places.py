"""パソコンに保存する / 専用USBに保存する: which places are offered, preselected or unavailable."""

from __future__ import annotations

from dataclasses import replace

from certclient.model.errors import ErrorCode
from certclient.ui.enrollment.places import find_places, preferred
from support.customer import profile_of
from support.nss import NssDatabase
from support.pki import make_lab
from support.softhsm import SoftHsm

PROFILE = profile_of(make_lab())


def test_present_place_is_preselected(nss: NssDatabase, softhsm: SoftHsm) -> None:
    pc, token = nss.store(), softhsm.new_token().store()
    chosen = preferred(find_places(PROFILE, [pc, token], token.store_id))
    assert chosen is not None
    assert chosen.store is token
    assert chosen.present


def test_without_a_present_place_the_banks_first_choice_is_preselected(
    nss: NssDatabase, softhsm: SoftHsm
) -> None:
    pc, token = nss.store(), softhsm.new_token().store()
    for order, store in ((("pc", "usb"), pc), (("usb", "pc"), token)):
        places = find_places(replace(PROFILE, destinations=order), [pc, token], "")
        chosen = preferred(places)
        assert chosen is not None
        assert chosen.store is store
        assert [place.destination.value for place in places] == list(order)


def test_unavailable_place_gives_its_reason(nss: NssDatabase) -> None:
    pc, usb = find_places(PROFILE, [nss.store()], "")
    assert pc.usable
    assert not usb.usable
    assert usb.problem is not None
    assert usb.problem.code is ErrorCode.TOKEN_MISSING


def test_disallowed_place_is_listed_last_and_never_preselected(
    nss: NssDatabase, softhsm: SoftHsm
) -> None:
    pc, token = nss.store(), softhsm.new_token().store()
    places = find_places(replace(PROFILE, destinations=("usb",)), [pc, token], pc.store_id)
    assert [place.allowed for place in places] == [True, False]
    chosen = preferred(places)
    assert chosen is not None
    assert chosen.store is token


def test_every_token_is_a_separate_place(nss: NssDatabase, softhsm: SoftHsm) -> None:
    first, second = softhsm.new_token("一本目").store(), softhsm.new_token("二本目").store()
    places = find_places(PROFILE, [nss.store(), first, second], "")
    assert len({place.key for place in places}) == 3


def test_nothing_is_preselected_without_places() -> None:
    assert preferred(find_places(PROFILE, [], "")) is None
