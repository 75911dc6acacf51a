"""The walk that finds all faults accepts and refuses exactly what msgspec does."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certclient.model.profile_syntax import ProfileTable
from certclient.model.shape import examine_shape

GOOD: dict[str, Any] = {
    "schema": 1,
    "id": "example-bank",
    "login_url": "https://bank.example.jp/",
    "bank": {"ja": "れい", "en": "Rei"},
    "subject": {"pattern": "(?P<user_id>x)", "administrator_suffixes": ["1394"]},
    "renewal": {"days_before": 40, "reminder_days": [10, 40], "ask_pin": "everybody"},
    "key": {"bits": 3072, "protection": "consent", "prefer_tpm": True},
    "ca": {"url": "x", "trust_anchors": "x", "mac": "pbm", "signature_algorithms": ["ed25519"]},
    "tls": {"trust_anchors": "x"},
    "contacts": {
        "user": {"ja": "a", "en": "b", "phone": "1", "hours": {"ja": "a", "en": "b"}},
        "administrator": {"ja": "a", "en": "b"},
    },
    "storage": {"destinations": ["usb", "pc"], "pkcs11_modules": ["/x"], "install_root": True},
    "updates": {"address": "x", "public_keys": "x"},
    "rehearsal": True,
}


def test_a_good_file_is_read_as_msgspec_reads_it() -> None:
    assert examine_shape(GOOD, ProfileTable) == (msgspec.convert(GOOD, ProfileTable), [])


PLACES: list[tuple[Any, ...]] = [
    ("schema",),
    ("id",),
    ("bank",),
    ("bank", "ja"),
    ("subject", "administrator_suffixes"),
    ("subject", "administrator_suffixes", 0),
    ("renewal", "days_before"),
    ("renewal", "reminder_days"),
    ("renewal", "reminder_days", 1),
    ("renewal", "ask_pin"),
    ("key", "bits"),
    ("key", "protection"),
    ("key", "prefer_tpm"),
    ("ca",),
    ("ca", "mac"),
    ("ca", "signature_algorithms", 0),
    ("tls",),
    ("contacts", "user", "phone"),
    ("contacts", "user", "hours"),
    ("storage", "destinations"),
    ("updates", "address"),
    ("rehearsal",),
    ("unknown",),
    ("ca", "unknown"),
    ("contacts", "user", "hours", "unknown"),
]
REMOVED = object()
VALUES = st.one_of(
    st.sampled_from([REMOVED, 0, 1, 2048, 366, 367, -1, 1.0, True, False, "", "x", "X", "pc"]),
    st.sampled_from([[], [1], ["x"], ["pc", "usb"], list(range(11)), {}, {"ja": "x", "en": "y"}]),
    st.sampled_from(["a" * 65, "a" * 2001, "everybody", "ok\n", ["ed25519", "ed25519"]]),
)


@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=4))
def test_the_walk_and_msgspec_agree(changes: list[tuple[tuple[Any, ...], object]]) -> None:
    table = copy.deepcopy(GOOD)
    for place, value in changes:
        change(table, place, value)
    shape, faults = examine_shape(table, ProfileTable)
    try:
        read = msgspec.convert(table, ProfileTable)
    except msgspec.ValidationError:
        assert faults
    else:
        assert not faults
        assert shape == read


def change(table: Any, place: tuple[Any, ...], value: object) -> None:
    try:
        for part in place[:-1]:
            table = table[part]
        if value is REMOVED:
            del table[place[-1]]
        else:
            table[place[-1]] = value
    except (KeyError, IndexError, TypeError):
        pass  # an earlier change has taken the table away


@pytest.mark.parametrize("value", [[], 1, "x", None])
def test_a_file_is_a_table(value: object) -> None:
    assert examine_shape(value, ProfileTable)[1]
