"""A store is found by any name that a user reads somewhere, in upper or lower case."""

from __future__ import annotations

from pathlib import Path

import pytest

from certclient.store.base import CertificateStore
from certclient.store.browsers import BrowserDatabase, titles
from certclient.store.names import named, typed_name
from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import load_softokn

DATABASES = (
    BrowserDatabase(Path("/home/x/.pki/nssdb"), "Google Chrome / Chromium"),
    BrowserDatabase(Path("/home/x/.mozilla/firefox/a"), "Firefox", "default-release"),
    BrowserDatabase(Path("/home/x/.mozilla/firefox/b"), "Firefox", "仕事"),
    BrowserDatabase(Path("/home/x/snap/chromium/current/.pki/nssdb"), "Chromium (snap)"),
)


@pytest.fixture
def stores() -> list[CertificateStore]:
    softokn = load_softokn()
    return [
        NssStore(softokn, one.directory, browser=one.browser, title=title)
        for one, title in zip(DATABASES, titles(DATABASES), strict=True)
    ]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("chrome", [0]),
        ("Google Chrome", [0]),
        ("google chrome / chromium", [0]),
        ("chromium", [0, 3]),
        ("Chromium (snap)", [3]),
        ("firefox", [1, 2]),
        ("Firefox: default-release", [1]),
        ("仕事", [2]),
        ("/home/x/.pki/nssdb", [0]),
        ("/home/x/.pki/nssdb/", [0]),
        ("/home/x/.mozilla/firefox/../firefox/b", [2]),
        ("nss:/home/x/.mozilla/firefox/a", [1]),
        ("opera", []),
        ("~no-such-user/.pki/nssdb", []),
        ("", []),
    ],
)
def test_names(stores: list[CertificateStore], name: str, numbers: list[int]) -> None:
    assert named(stores, name) == [stores[number] for number in numbers]


def test_every_name_shown_for_a_choice_can_be_typed(stores: list[CertificateStore]) -> None:
    for store in stores:
        assert named(stores, typed_name(store)) == [store]
