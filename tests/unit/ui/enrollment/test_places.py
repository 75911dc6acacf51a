"""パソコンに保存する / 専用USBに保存する: what can be chosen, what is chosen already, why not."""

from __future__ import annotations

from dataclasses import replace

from certclient.model.errors import ErrorCode
from certclient.ui.enrollment.places import favourite, find_places
from support.customer import profile_of
from support.nss import NssDatabase
from support.pki import make_lab
from support.softhsm import SoftHsm

PROFILE = profile_of(make_lab())


def test_the_present_place_is_chosen_already(nss: NssDatabase, softhsm: SoftHsm) -> None:
    pc, token = nss.store(), softhsm.new_token().store()
    chosen = favourite(find_places(PROFILE, [pc, token], token.store_id))
    assert chosen is not None
    assert chosen.store is token
    assert chosen.present


def test_without_a_present_place_the_banks_favourite_is(nss: NssDatabase, softhsm: SoftHsm) -> None:
    pc, token = nss.store(), softhsm.new_token().store()
    for order, store in ((("pc", "usb"), pc), (("usb", "pc"), token)):
        places = find_places(replace(PROFILE, destinations=order), [pc, token], "")
        chosen = favourite(places)
        assert chosen is not None
        assert chosen.store is store
        assert [place.destination.value for place in places] == list(order)


def test_a_place_that_is_not_here_says_why(nss: NssDatabase) -> None:
    pc, usb = find_places(PROFILE, [nss.store()], "")
    assert pc.usable
    assert not usb.usable
    assert usb.problem is not None
    assert usb.problem.code is ErrorCode.TOKEN_MISSING


def test_what_the_bank_does_not_allow_is_shown_last_and_never_chosen(
    nss: NssDatabase, softhsm: SoftHsm
) -> None:
    pc, token = nss.store(), softhsm.new_token().store()
    places = find_places(replace(PROFILE, destinations=("usb",)), [pc, token], pc.store_id)
    assert [place.allowed for place in places] == [True, False]
    chosen = favourite(places)
    assert chosen is not None
    assert chosen.store is token


def test_every_token_is_a_place_of_its_own(nss: NssDatabase, softhsm: SoftHsm) -> None:
    first, second = softhsm.new_token("一本目").store(), softhsm.new_token("二本目").store()
    places = find_places(PROFILE, [nss.store(), first, second], "")
    assert len({place.key for place in places}) == 3


def test_no_place_is_no_choice() -> None:
    assert favourite(find_places(PROFILE, [], "")) is None
