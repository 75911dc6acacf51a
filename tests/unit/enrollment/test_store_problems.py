"""Which stores that cannot be used are spoken of: missing token software only to token users."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.overview import Overview, read_overview
from certclient.enrollment.store_problems import store_problems
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore
from certclient.store.unavailable import unavailable
from support.cli_runner import LAB, FakeStore
from support.customer import profile_of

MODULE = Path("/opt/token/module.so")
GUIDE = "https://bank.example.jp/usb"


def software_missing() -> CertificateStore:
    error = CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING, path=str(MODULE))
    return unavailable(f"pkcs11-module:{MODULE}", MODULE.name, Destination.USB, error)


def overview(*stores: CertificateStore, used: bool = False) -> Overview:
    statuses = BankStatuses(token_used=used)
    return read_overview([profile()], list(stores), datetime.now(UTC), statuses)


def profile(guide: str = "") -> Profile:
    return replace(profile_of(LAB), pkcs11_modules=(MODULE,), usb_guide_url=guide)


def test_nobody_without_a_token_reads_of_its_software() -> None:
    assert store_problems(overview(FakeStore(), software_missing()), [profile()]) == []


@pytest.mark.parametrize("here", [True, False])
def test_who_has_or_has_used_a_token_reads_it(here: bool) -> None:
    token = FakeStore("pkcs11:serial=1", "USB", Destination.USB)
    stores = [software_missing(), *([token] if here else [])]
    ((_, error),) = store_problems(overview(*stores, used=not here), [profile()])
    assert error.code is ErrorCode.STORE_MIDDLEWARE_MISSING
    assert "guide" not in error.data, "the profile names no page"


def test_page_of_the_software_is_that_of_the_profile() -> None:
    seen = overview(software_missing(), used=True)
    ((_, error),) = store_problems(seen, [profile(GUIDE)])
    assert error.data["guide"] == GUIDE


def test_other_stores_are_always_spoken_of() -> None:
    broken = CertclientError(ErrorCode.STORE_UNAVAILABLE, path="/home/x/.pki/nssdb")
    store = unavailable("nss:/home/x/.pki/nssdb", "x", Destination.PC, broken)
    ((_, error),) = store_problems(overview(store), [profile()])
    assert error.code is ErrorCode.STORE_UNAVAILABLE
