"""Which accounts may change a file, read from Windows security descriptors."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certclient.model.file_rights import EVERYBODY, owner, untrusted_principals

SYSTEM, ADMINISTRATORS, USERS, OWNER = "S-1-5-18", "S-1-5-32-544", "S-1-5-32-545", "S-1-3-0"
INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
TARO = "S-1-5-21-1-2-3-1001"
ALL, READ, ADD_FOLDER = 0x1F01FF, 0x1200A9, 0x116
ALLOWED, DENIED, ALLOWED_IF, COMPOUND = 0, 1, 9, 4
INHERITED_BY_ALL, INHERIT_ONLY = 0x3, 0x8


@dataclass(frozen=True)
class AccessEntry:
    sid: str
    mask: int
    kind: int = ALLOWED
    flags: int = INHERITED_BY_ALL

    def encode(self) -> bytes:
        sid = encoded(self.sid)
        return struct.pack("<BBHI", self.kind, self.flags, 8 + len(sid), self.mask) + sid


def encoded(sid: str) -> bytes:
    authority, *parts = (int(part) for part in sid.split("-")[2:])
    head = bytes((1, len(parts))) + authority.to_bytes(6, "big")
    return head + struct.pack(f"<{len(parts)}I", *parts)


def descriptor(owner: str, *entries: AccessEntry, control: int = 0x8004) -> bytes:
    acl = b"".join(entry.encode() for entry in entries)
    head = struct.pack("<BBHHH", 2, 0, 8 + len(acl), len(entries), 0)
    place = 20 + len(head) + len(acl)
    return struct.pack("<BBHIIII", 1, 0, control, place, 0, 0, 20) + head + acl + encoded(owner)


PRIVATE = (AccessEntry(SYSTEM, ALL), AccessEntry(ADMINISTRATORS, ALL), AccessEntry(USERS, READ))


@pytest.mark.parametrize("owner", [SYSTEM, ADMINISTRATORS, INSTALLER])
def test_file_that_others_may_only_read_has_no_strangers(owner: str) -> None:
    assert untrusted_principals(descriptor(owner, *PRIVATE)) == ()


@pytest.mark.parametrize("who", [TARO, SYSTEM])
def test_the_owner_is_read(who: str) -> None:
    assert owner(descriptor(who, *PRIVATE)) == who


@pytest.mark.parametrize("broken", [b"", bytes(20), descriptor(TARO, *PRIVATE)[:-1]])
def test_a_descriptor_without_an_owner_has_none(broken: bytes) -> None:
    assert owner(broken) == ""


def test_owner_counts_because_it_may_grant_itself_any_right() -> None:
    assert untrusted_principals(descriptor(TARO, *PRIVATE)) == (TARO,)


def test_folder_created_in_program_data_is_writable_by_users() -> None:
    """As inherited from C:\\ProgramData on Windows 10."""
    owner = AccessEntry(OWNER, 0x10000000, flags=INHERITED_BY_ALL | INHERIT_ONLY)
    add = AccessEntry(USERS, ADD_FOLDER, flags=0x12)
    assert untrusted_principals(descriptor(ADMINISTRATORS, owner, *PRIVATE)) == ()
    assert untrusted_principals(descriptor(ADMINISTRATORS, owner, *PRIVATE, add)) == (USERS,)


@pytest.mark.parametrize("bit", range(32))
def test_every_right_except_reading_counts(bit: int) -> None:
    reading = {0, 3, 5, 7, 17, 20, 29, 31}
    found = untrusted_principals(descriptor(SYSTEM, *PRIVATE, AccessEntry(TARO, 1 << bit)))
    assert found == (() if bit in reading else (TARO,))


def test_all_accounts_with_write_access_are_listed() -> None:
    entries = (
        AccessEntry(USERS, ALL),
        AccessEntry(TARO, ALL, ALLOWED_IF),
        AccessEntry(EVERYBODY, ALL),
    )
    assert untrusted_principals(descriptor(SYSTEM, *entries)) == (EVERYBODY, TARO, USERS)


def test_deny_entries_are_ignored() -> None:
    denied = AccessEntry(USERS, ALL, DENIED)
    assert untrusted_principals(descriptor(SYSTEM, denied, *PRIVATE)) == ()
    assert untrusted_principals(descriptor(SYSTEM, denied, AccessEntry(USERS, ALL))) == (USERS,)


def test_missing_dacl_grants_access_to_everybody() -> None:
    assert untrusted_principals(descriptor(SYSTEM, *PRIVATE, control=0x8000)) == (EVERYBODY,)
    no_list = bytearray(descriptor(SYSTEM, *PRIVATE))
    no_list[16:20] = bytes(4)
    assert untrusted_principals(bytes(no_list)) == (EVERYBODY,)
    assert untrusted_principals(descriptor(SYSTEM)) == (), "an empty DACL grants nothing"


def test_descriptor_written_by_wine_is_read() -> None:
    """Of C:\\ProgramData: owned by the user and readable by everybody."""
    text = (
        "01000480140000000000000000000000300000000105000000000005150000000000000000000000"
        "00000000e8030000020054000300000000031400ff011f0001010000000000051200000000032400"
        "ff011f00010500000000000515000000000000000000000000000000e803000000031400a9001200"
        "010100000000000100000000"
    )
    assert untrusted_principals(bytes.fromhex(text)) == ("S-1-5-21-0-0-0-1000",)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(descriptor(SYSTEM, *PRIVATE)[:-1], id="cut off"),
        pytest.param(descriptor(SYSTEM, *PRIVATE, control=0x4), id="pointers"),
        pytest.param(b"\1\0\4\x80" + bytes(16), id="no owner"),
        pytest.param(descriptor(SYSTEM, AccessEntry(SYSTEM, ALL, COMPOUND)), id="unknown entry"),
    ],
)
def test_unsupported_descriptor_is_an_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"descriptor|kind 4"):
        untrusted_principals(content)


@given(st.integers(0, 200), st.binary(min_size=1, max_size=4))
def test_damaged_descriptor_is_read_or_raises_value_error(place: int, damage: bytes) -> None:
    content = bytearray(descriptor(TARO, *PRIVATE))
    content[place : place + len(damage)] = damage
    try:
        found = untrusted_principals(bytes(content))
    except ValueError:
        return
    assert all(sid.startswith("S-") for sid in found)
