r"""Runs the checks that need a real Windows: `py tests\windows\real_windows.py PROFILE`.

Prints a table. REAL_WINDOWS.md describes the preparation and the manual checks. It uses the user's
own certificate store and removes everything that it creates. Exit code 1 if a check failed.
"""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certclient.bootstrap import clock, code_vault
from certclient.ca.factory import login_transport_for
from certclient.ca.transport import TlsIdentity
from certclient.configuration.profiles import load_profile
from certclient.enrollment.journal import Journal
from certclient.enrollment.login_test import log_in
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.model.keys import (
    KeyAlgorithm,
    KeyRef,
    KeySpec,
    Protection,
    SignatureAlgorithm,
    SignaturePurpose,
    can_sign,
    signature_algorithms,
)
from certclient.model.secret import Secret
from certclient.platform.folders import journal_file
from certclient.platform.remote_session import is_remote
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.base import KeyWarnings, StoreSession, no_pin
from certclient.store.proof import prove_key
from certclient.store.windows import capi, card_service, cng
from certclient.store.windows import declarations as w
from certclient.store.windows.container import from_key_id
from certclient.store.windows.errors import NTE_DEVICE_NOT_READY
from certclient.store.windows.keys import opened
from certclient.store.windows.store import WindowsStore

NO_TPM = f"{NTE_DEVICE_NOT_READY:#010x}"
LABEL = "certclient real windows check"


class FailedError(Exception):
    """A check failed. The text says why."""


@dataclass(frozen=True)
class CheckOutcome:
    name: str
    passed: bool | None
    """None: not applicable here."""
    text: str


@dataclass(frozen=True)
class ManualCheck:
    name: str
    run: Callable[[], str]


class NotHereError(Exception):
    """The check is not possible on this computer. The text says why."""


@contextmanager
def session() -> Iterator[StoreSession]:
    """An open store. Removes the checks' key before and after."""
    with WindowsStore().open(no_pin) as open_session:
        _remove(open_session)
        try:
            yield open_session
        finally:
            _remove(open_session)


def _remove(open_session: StoreSession) -> None:
    key = open_session.find_key(LABEL)
    if key is None:
        return
    for stored in WindowsStore().certificates():
        if stored.key == key:
            open_session.delete(stored.certificate)
    open_session.delete_key(key)


def require(condition: object, otherwise: str) -> None:
    if not condition:
        raise FailedError(otherwise)


def provider_of(key: KeyRef) -> str:
    place = from_key_id(key.key_id)
    return place.provider if place else "?"


def software_ksp() -> str:
    """Creates a key that another process finds, that signs PKCS#1 and PSS, and that is not
    exportable."""
    with session() as open_session:
        key = open_session.create_key(KeySpec(), LABEL)
        require(provider_of(key) == w.MS_KEY_STORAGE_PROVIDER, f"made in {provider_of(key)}")
        signer = open_session.signer(key)
        for algorithm in SignatureAlgorithm:
            if can_sign(signer.spki, algorithm):
                signer.sign(b"x", algorithm)
        place = from_key_id(key.key_id)
        assert place is not None
        length = ctypes.c_ulong(0)
        try:
            with cng.key(place) as handle:
                w.ncrypt_export_key(
                    handle, 0, "RSAPRIVATEBLOB", None, None, 0, ctypes.byref(length), 0
                )
        except WindowsCallError as error:
            _other_process_finds(key)
            return f"export refused with {error.code:#010x}"
    raise FailedError("the private key can be exported")


def ec_keys() -> str:
    """Creates ECDSA keys on both curves; each signs for its certificate, and another process finds
    it."""
    for algorithm in (KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P384):
        with session() as open_session:
            key = open_session.create_key(KeySpec(algorithm), LABEL)
            require(provider_of(key) == w.MS_KEY_STORAGE_PROVIDER, f"made in {provider_of(key)}")
            signer = open_session.signer(key)
            require(KeyAlgorithm.of(signer.spki) is algorithm, f"not {algorithm.value}")
            algorithms = signature_algorithms(signer.spki, SignaturePurpose.LOGIN)
            prove_key(signer, signer.spki, os.urandom, algorithms)
            _other_process_finds(key)
            open_session.delete_key(key)
    return "P-256 and P-384 sign"


def _other_process_finds(key: KeyRef) -> None:
    code = (
        "import sys; from certclient.store.windows.store import WindowsStore;"
        "from certclient.store.base import no_pin; from certclient.model.keys import KeyRef\n"
        "with WindowsStore().open(no_pin) as s: s.signer(KeyRef('', bytes.fromhex(sys.argv[1])))"
    )
    subprocess.run([sys.executable, "-c", code, key.key_id.hex()], check=True, env=os.environ)


def tpm() -> str:
    return _kept_by_the_tpm(KeyAlgorithm.RSA_2048)


def tpm_ec() -> str:
    return _kept_by_the_tpm(KeyAlgorithm.EC_P256)


def _kept_by_the_tpm(algorithm: KeyAlgorithm) -> str:
    with session() as open_session:
        key = open_session.create_key(KeySpec(algorithm, prefer_tpm=True), LABEL)
        assert isinstance(open_session, KeyWarnings)
        for warning in open_session.take_warnings():
            reason = warning.data["reason"]
            raise NotHereError(reason) if NO_TPM in reason else FailedError(reason)
        return f"kept by {provider_of(key)}"


def protected() -> str:
    """Windows prompts twice: at the key's creation, and once for signing. Only the tester can
    confirm that."""
    print("    Windows will ask about a key: answer OK.")
    with session() as open_session:
        spec = KeySpec(protection=Protection.CONSENT, purpose="れい信用金庫")
        key = open_session.create_key(spec, LABEL)
        for _ in range(2):
            open_session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
    return _ask_tester("Was れい信用金庫 電子証明書 named, and asked once for two signatures?")


def _ask_tester(question: str) -> str:
    try:
        answer = input(f"    {question} [y/n] ")
    except EOFError:
        raise NotHereError(f"nobody answered: {question}") from None
    require(answer.strip().lower() == "y", f"no: {question}")
    return "seen"


def capi_key_signs_pss() -> str:
    """Opens a CAPI key, as customers have, through CNG."""
    place = capi.container(LABEL)
    capi.delete(place)
    capi.create(KeySpec(), LABEL)
    try:
        with opened(place) as signer:
            require(signer.signs_pss, "CNG does not open the CAPI key")
            signer.sign(b"x", SignatureAlgorithm.RSA_PSS_SHA256)
    finally:
        capi.delete(place)
    return "TLS 1.3 works with the keys that customers have"


def archived_is_hidden() -> str:
    """Other programs do not list an archived certificate, but list it again once unarchived."""
    with session() as open_session:
        key = open_session.create_key(KeySpec(), LABEL)
        certificate = _self_signed(open_session, key)
        open_session.install(key, certificate, "certclient: check")
        seen = [_listed_by_windows(certificate)]
        open_session.archive(certificate)
        seen.append(_listed_by_windows(certificate))
        open_session.unarchive(certificate)
        seen.append(_listed_by_windows(certificate))
    require(seen == [True, False, True], f"listed: {seen}")
    return "hidden, and back"


def _self_signed(open_session: StoreSession, key: KeyRef) -> Certificate:
    """A certificate for the store's public key, signed by a temporary key."""
    public_key = load_der_public_key(open_session.signer(key).spki)
    assert isinstance(public_key, rsa.RSAPublicKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "certclient check")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(rsa.generate_private_key(65537, 2048), hashes.SHA256())
    )
    return Certificate.from_der(built.public_bytes(Encoding.DER))


def _listed_by_windows(certificate: Certificate) -> bool:
    thumbprint = certificate.x509.fingerprint(hashes.SHA1()).hex().upper()
    command = "(Get-ChildItem Cert:\\CurrentUser\\My).Thumbprint"
    done = subprocess.run(
        ["powershell", "-NoProfile", "-Command", command],
        capture_output=True,
        text=True,
        check=True,
    )
    return thumbprint in done.stdout.split()


def credential_store() -> str:
    name, code = "real-windows-check", Secret("確認用 123")
    vault = code_vault(Journal(journal_file()))
    try:
        vault.keep(name, code)
        kept = vault.fetch(name)
        require(kept is not None and kept.reveal() == code.reveal(), "what was kept is not there")
    finally:
        vault.wipe(name)
    require(vault.fetch(name) is None, "what was wiped is still there")
    return "Windows Credential Manager keeps a code and forgets it"


def remote_desktop() -> str:
    return "inside a remote session" if is_remote() else "at the computer itself"


def smart_card_service() -> str:
    return "runs" if card_service.running() else "does not run: plug a USB token in, try again"


def login(profile_file: Path) -> str:
    """Logs in with this bank's installed certificate."""
    profile, store = load_profile(profile_file), WindowsStore()
    transport = login_transport_for(profile, clock)
    if transport is None:
        raise NotHereError("the profile names no page for the login test")
    for stored in store.certificates():
        if stored.key and not stored.archived and stored.certificate.owner(profile.subject_rule):
            with store.open(no_pin) as session:
                identity = TlsIdentity(stored.certificate, (), session.signer(stored.key))
                log_in(transport, identity, profile.login_test_url)
            return stored.certificate.common_name
    raise NotHereError("no certificate of this bank here: renew or obtain one first")


def attempt(check: ManualCheck) -> CheckOutcome:
    print(f"  {check.name} …", flush=True)
    try:
        return CheckOutcome(check.name, True, check.run())
    except NotHereError as reason:
        return CheckOutcome(check.name, None, str(reason))
    except (
        FailedError,
        CertclientError,
        WindowsCallError,
        OSError,
        subprocess.SubprocessError,
    ) as error:
        return CheckOutcome(check.name, False, str(error))


def main(arguments: list[str]) -> int:
    """Runs every check and prints the table as Markdown."""
    checks = [
        ManualCheck("software KSP: persistent, PKCS#1 and PSS, not exportable", software_ksp),
        ManualCheck("software KSP: ECDSA on P-256 and P-384", ec_keys),
        ManualCheck("TPM with PSS trial", tpm),
        ManualCheck("TPM with an EC key", tpm_ec),
        ManualCheck("protected key asks once, in the bank's name", protected),
        ManualCheck("CAPI key signs PSS through CNG", capi_key_signs_pss),
        ManualCheck("archived certificate is hidden from others", archived_is_hidden),
        ManualCheck("credential store", credential_store),
        ManualCheck("remote session", remote_desktop),
        ManualCheck("smart card service", smart_card_service),
    ]
    if arguments:
        checks.append(
            ManualCheck("login test (TLS with the key)", lambda: login(Path(arguments[0])))
        )
    print(f"certclient on {platform.platform()}, Python {platform.python_version()}")
    results = [attempt(check) for check in checks]
    words = {True: "ok", False: "FAILED", None: "not here"}
    print("\n| check | result | |\n|---|---|---|")
    for result in results:
        print(f"| {result.name} | {words[result.passed]} | {result.text} |")
    return 1 if any(result.passed is False for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
