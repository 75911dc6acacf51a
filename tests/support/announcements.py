"""A bank that announces program versions, with valid and invalid announcements.

bank = Announcer(address, ec_key()); message = bank.message(serial=3, version="1.2.0")
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certclient.model.jws import algorithm, sign
from certclient.model.profile import Profile, UpdateSettings
from certclient.model.update_file import TYPE
from support.customer import profile_of
from support.pki import make_lab

Key = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""Noon in Japan."""
SITE = "https://bank.example.jp/"
PROFILE = profile_of(make_lab(NOW))


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def spki(key: Key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def public_key_pem(key: Key) -> str:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def signature(key: Key) -> Callable[[bytes], bytes]:
    """Returns a function that signs in the format of RFC 7518."""

    def make(data: bytes) -> bytes:
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key.sign(data)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return key.sign(data, pss, hashes.SHA256())

    return make


@dataclass
class Announcer:
    """Creates announcements. `address`: their URL in the customers' profile."""

    address: str = f"{SITE}certclient/latest.json"
    key: Key = field(default_factory=ec_key)
    now: datetime = NOW

    @property
    def profile(self) -> Profile:
        """A customer's profile with the address and the key."""
        updates = UpdateSettings(self.address, (spki(self.key),))
        return replace(PROFILE, login_url=SITE, updates=updates)

    def fields(self, **changes: Any) -> dict[str, Any]:
        """The payload, without fields that are None in `changes`."""
        fields = {
            "schema": 1,
            "profile": PROFILE.id,
            "serial": 7,
            "published": (self.now - timedelta(days=1)).isoformat(),
            "valid_until": (self.now + timedelta(days=30)).isoformat(),
            "version": "99.0.0",
            "page": f"{SITE}download",
            **changes,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def message(self, **changes: Any) -> bytes:
        return self.signed(json.dumps(self.fields(**changes)).encode())

    def signed(self, payload: bytes, typ: str = TYPE, alg: str = "") -> bytes:
        alg = alg or algorithm(self.key.public_key())
        return sign(payload, alg, typ, signature(self.key))
