"""パソコンに保存する / 専用USBに保存する: which places are offered, preselected or unavailable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from certclient.model.errors import ErrorCode
from certclient.store.base import no_pin
from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import load_softokn
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


def browsers(folder: Path) -> tuple[NssStore, NssStore]:
    chromium = NssStore(load_softokn(), folder / "c", browser="Chromium", title="Chromium")
    return chromium, NssStore(load_softokn(), folder / "f", browser="Firefox", title="Firefox")


def test_of_several_browsers_the_user_chooses_and_is_remembered(tmp_path: Path) -> None:
    chromium, firefox = browsers(tmp_path)
    assert preferred(find_places(PROFILE, [chromium, firefox], "")) is None
    chosen = preferred(find_places(PROFILE, [chromium, firefox], "", firefox.store_id))
    assert chosen is not None
    assert chosen.store is firefox


def test_a_renewal_stays_in_its_browser_whatever_was_chosen_last(tmp_path: Path) -> None:
    chromium, firefox = browsers(tmp_path)
    places = find_places(PROFILE, [chromium, firefox], chromium.store_id, firefox.store_id)
    chosen = preferred(places)
    assert chosen is not None
    assert chosen.store is chromium


def test_a_folder_that_no_browser_reads_is_offered_only_for_its_own_certificate(
    tmp_path: Path,
) -> None:
    chromium, _firefox = browsers(tmp_path)
    unused = NssStore(load_softokn(), tmp_path / "u", title="Slack", offered=False)
    chosen = preferred(find_places(PROFILE, [chromium, unused], ""))
    assert chosen is not None
    assert chosen.store is chromium
    places = find_places(PROFILE, [chromium, unused], unused.store_id)
    assert [place.present for place in places if place.store is unused] == [True]


def test_a_damaged_place_shows_the_reason_and_another_is_preselected(tmp_path: Path) -> None:
    chromium, firefox = browsers(tmp_path)
    for store in (chromium, firefox):
        with store.open(no_pin):
            pass
    (tmp_path / "c" / "cert9.db").write_bytes(b"")
    places = find_places(PROFILE, [chromium, firefox], "")
    assert [place.usable for place in places if place.store] == [False, True]
    assert places[0].problem is not None
    assert places[0].problem.data["problem"] == "damaged"
    chosen = preferred(places)
    assert chosen is not None
    assert chosen.store is firefox


def test_nothing_is_preselected_without_places() -> None:
    assert preferred(find_places(PROFILE, [], "")) is None
