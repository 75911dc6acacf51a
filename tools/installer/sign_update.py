"""Signs what a bank announces about versions (docs/updates.md). For the bank, never shipped.

    python -m tools.installer.sign_update --profile bank.toml --key update-key.pem \\
        --version 1.1.0 --page https://bank.example.jp/certclient/ --out latest.json

`--key`: a PEM file, or a PKCS#11 URI (RFC 7512) with `--module`. A PIN or passphrase comes from
CERTCLIENT_SIGNING_PIN or is asked for.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pkcs11
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pkcs11.types import SignMixin

from certclient.configuration.profiles import load_profile
from certclient.i18n.catalogue import Language, load
from certclient.model.errors import CertclientError
from certclient.model.jws import COORDINATE, algorithm, sign
from certclient.model.profile import Profile
from certclient.model.update import reason_against
from certclient.model.update_file import (
    TYPE,
    AnnouncementFile,
    TextFile,
    read_announcement,
)

PIN_VARIABLE = "CERTCLIENT_SIGNING_PIN"
DEFAULT_DAYS = 90

Pin = Callable[[], str]


class NotSignedError(Exception):
    """The announcement cannot be signed. The text says why, for the user."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """`algorithm`: a JWS algorithm (RFC 7518; EdDSA: RFC 8037); `signature`: signs bytes and
    returns the signature in JWS form."""

    algorithm: str
    signature: Callable[[bytes], bytes]


def key_from_pem(pem: bytes, pin: Pin) -> SigningKey:
    """An Ed25519, P-256 or RSA key. Calls `pin` if it is encrypted. Raises NotSignedError."""
    password = pin().encode() if b"ENCRYPTED" in pem else None
    try:
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError) as error:
        raise NotSignedError(f"the key cannot be read: {error}") from error
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return SigningKey(algorithm(key.public_key()), key.sign)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return SigningKey(algorithm(key.public_key()), lambda data: _raw_ecdsa(key, data))
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)
        return SigningKey(
            algorithm(key.public_key()), lambda data: key.sign(data, pss, hashes.SHA256())
        )
    raise NotSignedError("the key is neither Ed25519 nor P-256 nor RSA")


def _raw_ecdsa(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(COORDINATE, "big") + s.to_bytes(COORDINATE, "big")


def key_on_token(uri: str, module: Path, pin: Pin) -> SigningKey:
    """The P-256 or RSA key that `uri` identifies by `token` and `object`. Raises NotSignedError."""
    names = _attributes(uri)
    if not {"token", "object"} <= names.keys() or not str(module).strip("."):
        raise NotSignedError("pkcs11:token=…;object=… and --module are wanted")
    try:
        token = pkcs11.lib(str(module)).get_token(token_label=names["token"])
        session = token.open(user_pin=pin())
        key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=names["object"])
    except pkcs11.PKCS11Error as error:
        raise NotSignedError(f"the token: {type(error).__name__}") from error
    if not isinstance(key, SignMixin):
        raise NotSignedError("the token's key cannot sign")
    return _key_of_kind(key, key.key_type)


def _key_of_kind(key: SignMixin, kind: pkcs11.KeyType) -> SigningKey:
    """PKCS#11's CKM_ECDSA signs a hash that we compute, and returns r and s in the form of JWS."""
    if kind is pkcs11.KeyType.EC:
        ecdsa = pkcs11.Mechanism.ECDSA
        return SigningKey("ES256", lambda data: bytes(key.sign(_digest(data), mechanism=ecdsa)))
    if kind is pkcs11.KeyType.RSA:
        pss = pkcs11.Mechanism.SHA256_RSA_PKCS_PSS
        parameter = (pkcs11.Mechanism.SHA256, pkcs11.MGF.SHA256, hashes.SHA256().digest_size)
        return SigningKey(
            "PS256",
            lambda data: bytes(key.sign(data, mechanism=pss, mechanism_param=parameter)),
        )
    raise NotSignedError("the token's key is neither P-256 nor RSA")


def _digest(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()


def _attributes(uri: str) -> Mapping[str, str]:
    pairs = (part.split("=", 1) for part in uri.removeprefix("pkcs11:").split(";") if "=" in part)
    return {name: unquote(value) for name, value in pairs}


def signed_announcement(
    profile: Profile, file: AnnouncementFile, key: SigningKey, now: datetime
) -> bytes:
    """The signed message for the web server, checked as a customer's program with `profile` does.

    `now`: aware. Raises NotSignedError for a message that customers' programs would refuse.
    """
    message = sign(msgspec.json.encode(file), key.algorithm, TYPE, key.signature)
    try:
        announcement = read_announcement(message, profile)
    except CertclientError as error:
        raise NotSignedError(
            f"customers would refuse it: {load(Language.ENGLISH).reason(error)}"
        ) from error
    if reason := reason_against(announcement, now, 0):
        raise NotSignedError(f"customers would refuse it: {reason}")
    return message


def main(arguments: Sequence[str], now: datetime) -> int:
    """Writes the message. Returns 1, with the reason on stderr, if it cannot be signed."""
    options = _parser().parse_args(arguments)
    try:
        profile = load_profile(options.profile)
        message = signed_announcement(profile, _file(options, profile, now), _key(options), now)
    except (NotSignedError, CertclientError, OSError) as error:
        print(f"not signed: {error}", file=sys.stderr)
        return 1
    options.out.write_bytes(message + b"\n")
    return 0


def _file(options: argparse.Namespace, profile: Profile, now: datetime) -> AnnouncementFile:
    if bool(options.text_ja) != bool(options.text_en):
        raise NotSignedError("a text is wanted in both languages, or in none")
    published = now.replace(microsecond=0)
    return AnnouncementFile(
        schema=1,
        profile=profile.id,
        # The time grows by itself, so that the bank need not keep a counter.
        serial=options.serial or int(published.timestamp()),
        published=published,
        valid_until=published + timedelta(days=options.days),
        version=options.version,
        minimum_version=options.minimum_version,
        page=options.page,
        text=TextFile(options.text_ja, options.text_en) if options.text_ja else None,
    )


def _key(options: argparse.Namespace) -> SigningKey:
    def pin() -> str:
        return os.environ.get(PIN_VARIABLE) or getpass.getpass("PIN / passphrase: ")

    if options.key.startswith("pkcs11:"):
        return key_on_token(options.key, options.module, pin)
    return key_from_pem(Path(options.key).read_bytes(), pin)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sign_update", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--profile", type=Path, required=True, help="the bank's profile")
    parser.add_argument("--key", required=True, help="PEM file or pkcs11:token=…;object=…")
    parser.add_argument("--module", type=Path, default=Path(), help="of the PKCS#11 token")
    parser.add_argument("--version", required=True, help="the newest version")
    parser.add_argument("--minimum-version", help="the oldest that the bank supports")
    parser.add_argument("--page", required=True, help="the bank's download page")
    parser.add_argument("--text-ja", default="", help="the bank's own words")
    parser.add_argument("--text-en", default="")
    parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help="how long it is valid")
    parser.add_argument("--serial", type=int, default=0, help="default: the time in seconds")
    parser.add_argument("--out", type=Path, required=True, help="the file for the web server")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], datetime.now(UTC)))
