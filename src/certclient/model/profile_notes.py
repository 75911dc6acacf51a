"""What is allowed in a profile, but hardly meant for customers: warnings for whoever writes it."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from certclient.model.profile import Profile
from certclient.model.urls import is_loopback


class NoteKind(enum.Enum):
    """The value is the code of the warning, and stable."""

    FILE_NAME = "file-name"
    """An installed file has to be named after its id."""
    LOOPBACK_ADDRESS = "loopback-address"
    RESERVED_ADDRESS = "reserved-address"
    """A name reserved for examples: RFC 2606, and JPRS for example.jp."""
    NO_TOKEN_MODULE = "no-token-module"


@dataclass(frozen=True, slots=True)
class Note:
    """A warning about a dotted key; `value`: what stands there, or should."""

    kind: NoteKind
    key: str
    value: str


_RESERVED = re.compile(
    r"(^|\.)(example|invalid|test|example\.(com|net|org|jp)|example\.(co|or|ne|ac|go)\.jp)\.?$"
)


def profile_notes(profile: Profile, file_name: str) -> Iterator[Note]:
    """The warnings about a profile that can be used. `file_name`: of its file, without folder."""
    if file_name != f"{profile.id}.toml":
        yield Note(NoteKind.FILE_NAME, "id", f"{profile.id}.toml")
    for key, address in _addresses(profile):
        host = urlsplit(address).hostname or ""
        if is_loopback(host):
            yield Note(NoteKind.LOOPBACK_ADDRESS, key, address)
        elif _RESERVED.search(host):
            yield Note(NoteKind.RESERVED_ADDRESS, key, address)
    if "usb" in profile.destinations and not profile.pkcs11_modules:
        yield Note(NoteKind.NO_TOKEN_MODULE, "storage.pkcs11_modules", "")


def _addresses(profile: Profile) -> Iterator[tuple[str, str]]:
    yield "ca.url", profile.ca.url
    yield "login_url", profile.login_url
    optional = {
        "login_test_url": profile.login_test_url,
        "storage.usb_guide_url": profile.usb_guide_url,
        "updates.address": profile.updates.address if profile.updates else "",
    }
    yield from ((key, address) for key, address in optional.items() if address)
    for number, one in enumerate(profile.accounting):
        yield f"accounting[{number}].url", one.url
