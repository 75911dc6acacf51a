"""Profiles, policies, links, and announcements of versions."""

from __future__ import annotations

import atexit
import functools
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from certclient.configuration.policy import examine_policy
from certclient.configuration.profiles import examine_file
from certclient.model.deep_link import DeepLink, LinkError, parse
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.jws import sign
from certclient.model.update_file import TYPE, read_announcement
from support.announcements import Announcer, signature
from support.documents import ROOT
from support.fuzzing.keys import fixed_key
from support.fuzzing.mutations import text_mutator
from support.fuzzing.target import FindingError, Target, check_told

_PROFILES = ROOT / "resources" / "profiles"


@functools.cache
def _folder() -> Path:
    """A folder for files in memory; it ends with the process."""
    memory = Path("/dev/shm")
    within = memory if memory.is_dir() else None
    made = tempfile.TemporaryDirectory(prefix="certclient-fuzz-", dir=within)
    atexit.register(made.cleanup)
    return Path(made.name)


def scratch(name: str, data: bytes) -> Path:
    """A file with this name and content."""
    path = _folder() / name
    path.write_bytes(data)
    return path


def read_profile(data: bytes) -> None:
    """Examines a profile: every fault is told, with the file's name."""
    _check_faults(examine_file(scratch("profile.toml", data)).faults)


def read_policy(data: bytes) -> None:
    """Examines a policy, as `certclient policy check` does."""
    _, faults = examine_policy(scratch("policy.toml", data))
    _check_faults(faults)


def _check_faults(faults: Sequence[CertclientError]) -> None:
    for fault in faults:
        check_told(fault)
        if not (fault.data.get("file") or fault.data.get("source")):
            raise FindingError(f"names no file: {fault}")
    if faults:
        raise faults[0]


def read_link(data: bytes) -> None:
    """Parses a link; what it says, in canonical form, says the same."""
    link = parse(data.decode("utf-8", errors="surrogateescape"))
    if parse(link.text) != link:
        raise FindingError("a link is read in two ways")
    if not link.text.isascii() or not link.text.isprintable():
        raise FindingError("a link with control characters")


@functools.cache
def _announcer() -> Announcer:
    return Announcer(key=fixed_key(5))


def read_message(data: bytes) -> None:
    """Reads an announcement as it came; it is not signed once a byte is changed."""
    read_announcement(data, _announcer().profile)


def read_payload(data: bytes) -> None:
    """Signs the payload, then reads the announcement."""
    signed = sign(data, "ES256", TYPE, signature(fixed_key(5)))
    read_announcement(signed, _announcer().profile)


def _profiles() -> Sequence[bytes]:
    return [path.read_bytes() for path in sorted(_PROFILES.glob("*.toml"))] + [_FULL_PROFILE]


def _links() -> Sequence[bytes]:
    return [
        b"certclient:open",
        b"certclient:renew?profile=rei-shinkin&user=TKYM1408054&serial=00c0ffee",
        b"certclient:obtain?profile=rei-shinkin&user=TKYM1408054&ticket=9f3c_-A",
        DeepLink.__doc__.encode() if DeepLink.__doc__ else b"",
    ]


def _messages() -> Sequence[bytes]:
    return [_announcer().message()]


def _payloads() -> Sequence[bytes]:
    fields = _announcer().fields(minimum_version="1.0.0rc1", text={"ja": "新版", "en": "New"})
    return [json.dumps(fields).encode(), json.dumps(fields, indent=1).encode()]


_FULL_PROFILE = """
schema = 1
id = "fuzz"
login_url = "https://bank.example.jp/"
login_test_url = "https://bank.example.jp/test"
rehearsal = true
bank = { ja = "信金", en = "Bank" }
subject = { pattern = '(?P<user_id>[A-Z0-9]{4,32})', administrator_suffixes = ["1394"] }
renewal = { days_before = 30, until = "17:00", reminder_days = [30, 10], ask_pin = "everybody" }
key = { algorithm = "rsa", bits = 3072, pss = true, protection = "prompt", prefer_tpm = true }
ca = { url = "https://ca.example.jp/", trust_anchors = "x", mac = "pbm", issuers = ["A"] }
tls = { trust_anchors = "y" }
contacts = { user = { ja = "a", en = "b", phone = "03" }, administrator = { ja = "a", en = "b" } }
storage = { destinations = ["pc", "usb"], pkcs11_modules = ["/usr/lib/x.so"] }
updates = { address = "https://bank.example.jp/u.json", public_keys = "z" }
revocation = { ocsp_url = "http://ocsp.example.jp/", from_certificate = true }
codes = { alphabet = "0-9A-Z", lengths = [12], hyphens = "kept", case = "upper" }
""".encode()

_POLICIES = (
    b'Profile = ["example-shinkin", "other"]\nDestinations = "pc, usb"\nReminderDays = [30, 10]\n'
    b'Proxy = "http://proxy.example.jp:8080"\nUnattendedRenewal = true\nSpreadRenewals = false\n'
    b"UpdateNotice = true\nRevocation = false\nRemoveArchived = true\n",
    b"Proxy = 'DIRECT'\n# a comment\n",
)

_TOML = (
    *("[", "]", "[[", "]]", "{", "}", '"', "'", '"""', "'''", "=", ",", ".", "#", "\\", "\t", "\0"),
    *("true", "nan", "-inf", "1e400", "0x_1", "9" * 300, "1979-05-27T07:32:00Z", "\\u0000"),
    *("a.b.c.d", '"\\uD800"', "\ufeff", "\u202e", "[a.b]", "x = [[[[[", "'(?P<user_id>(a+)+)'"),
    *("https://[::1]:99999/", "https://\u0661.example/", "https://a b/", "25:00", "-1", "999999"),
    *("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "MIIB", "====", "reminder_days"),
)
_LINK_WORDS = ("certclient:", "?", "&", "=", "profile=", "user=", "serial=", "ticket=", "%41", "ａ")
_JSON_WORDS = ('"', "{", "}", "[", "]", ":", ",", "\\ud800", "1e999", "null", "9" * 40, "-0", "{}")
_PROFILE_CODES = (
    ErrorCode.PROFILE_INVALID,
    ErrorCode.PROFILE_ANCHOR,
)


def mutated_json(data: bytes, random: Random) -> bytes:
    """By bytes, or by the parts between commas."""
    return text_mutator(_JSON_WORDS, b",")(data, random)


TARGETS = (
    Target(
        "profile",
        read_profile,
        _profiles,
        text_mutator(_TOML),
        codes=_PROFILE_CODES,
        longest=1 << 15,
    ),
    Target(
        "policy",
        read_policy,
        lambda: _POLICIES,
        text_mutator(_TOML),
        codes=(ErrorCode.POLICY_INVALID,),
        longest=1 << 15,
    ),
    Target(
        "deep-link",
        read_link,
        _links,
        text_mutator(_LINK_WORDS, b"&"),
        refusals=(LinkError,),
        longest=400,
    ),
    Target("jws", read_message, _messages, mutated_json, codes=(ErrorCode.UPDATE_INVALID,)),
    Target(
        "announcement", read_payload, _payloads, mutated_json, codes=(ErrorCode.UPDATE_INVALID,)
    ),
)
