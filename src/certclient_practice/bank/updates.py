"""Announces app versions, signed with a dedicated key of the bank (docs/updates.md)."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from certclient import __version__
from certclient.model.jws import COORDINATE, sign
from certclient.model.update_file import TYPE, AnnouncementFile, TextFile
from certclient_practice.bank.clock import Clock
from certclient_practice.bank.names import PROFILE_ID

PATH = "certclient/latest.json"
MEDIA_TYPE = "application/jose+json"

VALID = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class AnnouncedVersions:
    """The versions to announce.

    `minimum` is the oldest supported version, "" for any. The bank's own text, `ja` and `en`, is
    announced only if both are set.
    """

    version: str = __version__
    minimum: str = ""
    ja: str = ""
    en: str = ""


class AnnouncementService:
    """Signs the version announcement held in `announced`.

    `clock` is the machine's time: customers' computers compare the announcement with their own
    clocks.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._key = _load_or_create(folder / "update-key.pem")
        self._clock = clock
        self.announced = AnnouncedVersions()

    @property
    def public_key_pem(self) -> str:
        """The key that verifies announcements, as PEM SubjectPublicKeyInfo for profiles."""
        key = self._key.public_key()
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def message(self, page: str) -> bytes:
        """Returns the current announcement as a JWS; `page` is the URL of the download page."""
        now, said = self._clock().replace(microsecond=0), self.announced
        file = AnnouncementFile(
            schema=1,
            profile=PROFILE_ID,
            serial=int(now.timestamp()),
            published=now,
            valid_until=now + VALID,
            version=said.version,
            minimum_version=said.minimum or None,
            page=page,
            text=TextFile(said.ja, said.en) if said.ja and said.en else None,
        )
        return sign(msgspec.json.encode(file), "ES256", TYPE, self._signature)

    def _signature(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(COORDINATE, "big") + s.to_bytes(COORDINATE, "big")


def _load_or_create(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        _create(path)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path.name} holds another kind of key")
    return key


def _create(path: Path) -> None:
    """Writes the key to a temporary file and links it into place.

    The file is never incomplete and never replaces the key of another process.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()
