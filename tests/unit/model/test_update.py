"""Version announcements: accepted only if signed by the bank, valid and current."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from certclient import __version__
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.jws import public_key
from certclient.model.profile import LocalizedText
from certclient.model.update import (
    Announcement,
    UpdateState,
    Version,
    reason_against,
    same_site,
    update_state,
)
from certclient.model.update_file import MAX_BYTES, read_announcement
from support.announcements import NOW, SITE, Announcer, Key, ec_key, spki

BANK = Announcer()
DAY = timedelta(days=1)


def read(message: bytes, bank: Announcer = BANK) -> Announcement:
    return read_announcement(message, bank.profile)


def refusal(message: bytes, bank: Announcer = BANK) -> str:
    with pytest.raises(CertclientError) as raised:
        read(message, bank)
    assert raised.value.code is ErrorCode.UPDATE_INVALID
    return raised.value.data["reason"]


def parts(message: bytes) -> dict[str, str]:
    found: dict[str, str] = json.loads(message)
    return found


# --- Versions ------------------------------------------------------------------------------------


def test_versions_are_ordered() -> None:
    texts = ["0.9.9", "1.0.0a1", "1.0.0b2", "1.0.0rc1", "1.0.0rc2", "1.0.0", "1.0.10", "1.2.0"]
    assert sorted(sorted(texts), key=Version.parse) == texts
    assert [str(Version.parse(text)) for text in texts] == texts


def test_own_version_is_valid() -> None:
    assert str(Version.parse(__version__)) == __version__


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.0", "1.0.0.0", "1.0.0-rc1", "v1.0.0", "1.0.0rc", "1.0.0 ", "１.0.0", "1.0.x"],
)
def test_invalid_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        Version.parse(text)


@pytest.mark.parametrize(
    ("own", "newest", "minimum", "expected"),
    [
        ("1.0.0", "1.0.0", None, UpdateState.CURRENT),
        ("1.0.0", "1.0.1", None, UpdateState.UPDATE_AVAILABLE),
        ("1.0.0rc1", "1.0.0", None, UpdateState.UPDATE_AVAILABLE),
        ("1.0.0", "1.1.0", "1.0.1", UpdateState.UNSUPPORTED),
        ("1.0.1", "1.1.0", "1.0.1", UpdateState.UPDATE_AVAILABLE),
        # Downgrades are never suggested.
        ("2.0.0", "1.0.0", None, UpdateState.CURRENT),
        ("2.0.0", "1.0.0", "1.0.0", UpdateState.CURRENT),
    ],
)
def test_own_version_is_compared_with_the_announcement(
    own: str, newest: str, minimum: str | None, expected: UpdateState
) -> None:
    announcement = read(BANK.message(version=newest, minimum_version=minimum))
    assert update_state(Version.parse(own), announcement) is expected


# --- What is accepted ----------------------------------------------------------------------------


def test_complete_announcement_is_read() -> None:
    text = {"ja": "直しました。", "en": "Mended."}
    announcement = read(BANK.message(minimum_version="1.0.0", text=text))
    assert announcement == Announcement(
        serial=7,
        published=NOW - DAY,
        valid_until=NOW + 30 * DAY,
        version=Version.parse("99.0.0"),
        minimum=Version.parse("1.0.0"),
        page=f"{SITE}download",
        text=LocalizedText(ja="直しました。", en="Mended."),
    )
    assert reason_against(announcement, NOW, 7) == ""


@pytest.mark.parametrize(
    "key",
    [
        ec_key(),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ],
    ids=["ES256", "EdDSA", "PS256"],
)
def test_each_key_type_is_supported(key: Key) -> None:
    bank = Announcer(key=key)
    assert read(bank.message(), bank).serial == 7
    assert "not signed" in refusal(BANK.message(), bank)


@pytest.mark.skipif(sys.platform == "win32", reason="OpenSSL's program is there on Linux")
def test_openssl_verifies_the_signature(tmp_path: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    message = parts(Announcer(key=key).message())
    (tmp_path / "data").write_text(f"{message['protected']}.{message['payload']}")
    signature = base64.urlsafe_b64decode(message["signature"] + "==")
    (tmp_path / "signature").write_bytes(signature)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key").write_bytes(pem)
    command = "openssl pkeyutl -verify -rawin -pubin -inkey key -in data -sigfile signature"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)


# --- What is refused -----------------------------------------------------------------------------


def test_signature_by_another_key_is_refused() -> None:
    assert "not signed by" in refusal(Announcer(key=ec_key()).message())


@pytest.mark.parametrize("name", ["payload", "signature", "protected"])
def test_tampered_part_is_refused(name: str) -> None:
    message, other = parts(BANK.message()), parts(BANK.message(serial=8, version="99.0.1"))
    other["protected"] = other["protected"][:-4] + "AAAA"
    assert refusal(json.dumps({**message, name: other[name]}).encode())


@given(st.data())
def test_any_changed_octet_is_refused(data: st.DataObject) -> None:
    message = bytearray(BANK.message())
    place = data.draw(st.integers(0, len(message) - 1))
    message[place] ^= data.draw(st.integers(1, 255))
    # (An inserted blank would leave the message intact; here the length never changes.)
    assert refusal(bytes(message))


@pytest.mark.parametrize("alg", ["none", "HS256", "PS256", "EdDSA", "es256"])
def test_the_message_does_not_choose_the_algorithm(alg: str) -> None:
    assert "not signed" in refusal(BANK.signed(b"{}", alg=alg))


def test_signed_message_of_another_type_is_refused() -> None:
    payload = json.dumps(BANK.fields()).encode()
    assert "another kind" in refusal(BANK.signed(payload, typ="JWT"))


def test_unknown_header_or_envelope_member_is_refused() -> None:
    message = parts(BANK.message())
    assert "unknown" in refusal(json.dumps({**message, "header": {}}).encode())
    header = base64.urlsafe_b64decode(message["protected"] + "==")[:-1] + b',"crit":["b64"]}'
    message["protected"] = base64.urlsafe_b64encode(header).rstrip(b"=").decode()
    assert "unknown" in refusal(json.dumps(message).encode())


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"null",
        b"<!DOCTYPE html><html><body>Please log in</body></html>",
        b"\xff\xfe",
        b"[" * 10_000,
        b'{"protected":1,"payload":"","signature":""}',
        b'{"protected":"!","payload":"","signature":""}',
        '{"protected":"あ","payload":"","signature":""}'.encode(),
    ],
)
def test_garbage_is_refused(message: bytes) -> None:
    assert refusal(message)


def test_oversized_message_is_refused() -> None:
    assert refusal(BANK.message() + b" " * MAX_BYTES) == "too long"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": 2}, "schema"),
        ({"profile": "another-bank"}, "another bank"),
        ({"profile": None}, "profile"),
        ({"serial": 0}, "serial"),
        ({"serial": "7"}, "serial"),
        ({"serial": 2**60}, "serial"),
        ({"published": "2026-11-20T03:00:00"}, "published"),
        ({"published": "yesterday"}, "published"),
        ({"valid_until": (NOW - 2 * DAY).isoformat()}, "not after published"),
        ({"valid_until": (NOW + 100 * DAY).isoformat()}, "more than 100 days"),
        ({"version": "1.0"}, "version"),
        ({"version": "latest"}, "not a version"),
        ({"minimum_version": "99.0.1"}, "newer than the newest"),
        ({"page": "http://bank.example.jp/download"}, "address-scheme"),
        ({"page": "https://bank.example.jp.evil.example/"}, "not on the bank's site"),
        ({"page": "https://evilbank.example.jp/"}, "not on the bank's site"),
        ({"page": "https://example.jp/"}, "not on the bank's site"),
        ({"page": "https://bank.example.jp@evil.example/"}, "user"),
        ({"page": "javascript:alert(1)"}, "address-form"),
        ({"page": "file:///C:/Windows/System32/calc.exe"}, "address-form"),
        ({"text": {"ja": "直しました。"}}, "en"),
        ({"text": {"ja": "", "en": "x"}}, "text"),
        ({"text": {"ja": "x", "en": "x" * 401}}, "text"),
        ({"download": "https://bank.example.jp/setup.exe"}, "download"),
    ],
)
def test_invalid_field_is_refused(changes: dict[str, Any], reason: str) -> None:
    assert reason in refusal(BANK.message(**changes))


@pytest.mark.parametrize(
    ("changes", "highest", "reason"),
    [
        ({}, 8, "older than 8"),
        ({"valid_until": NOW.isoformat()}, 0, "no longer valid"),
        ({"published": (NOW + 2 * DAY).isoformat()}, 0, "future"),
    ],
)
def test_stale_or_future_announcement_is_refused(
    changes: dict[str, Any], highest: int, reason: str
) -> None:
    assert reason in reason_against(read(BANK.message(**changes)), NOW, highest)


def test_pages_on_the_banks_site_are_recognized() -> None:
    assert same_site("https://www.bank.example.jp/x", SITE)
    assert same_site("https://bank.example.jp:8443/x", SITE)
    assert not same_site("https://bank.example.jp/", "https://www.bank.example.jp/")
    assert not same_site("https://evil.example/", "")


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(public_exponent=65537, key_size=1024),
        ec.generate_private_key(ec.SECP384R1()),
    ],
    ids=["short RSA", "P-384"],
)
def test_unsupported_key_is_refused(key: Key) -> None:
    with pytest.raises(ValueError, match=r"signer-short|signer-kind"):
        public_key(spki(key))
