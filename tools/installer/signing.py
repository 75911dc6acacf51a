"""Signs Windows programs and packages (Authenticode, with osslsigncode) and checks the signatures.

`python tools/installer/sign.py sign FILE` and `… check FILE`; makensis calls the first
(`CodeSigner.command`) to sign the uninstaller and the setup.
"""

from __future__ import annotations

import argparse
import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from certclient.model.secret import Secret
from tools.installer.settings import (
    DEFAULT,
    BuildSettings,
    BuildSettingsError,
    Places,
    read_settings,
)
from tools.installer.testing_ca import make_testing_ca

PIN_VARIABLE = "CERTCLIENT_SIGNING_PIN"
_STAMPED = "Timestamp Server Signature verification: ok"


class SigningError(Exception):
    """Signing failed, or a signature is invalid. The text is osslsigncode's output."""


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """A signing key and its certificates. `key`: a PEM file or a PKCS#11 URI for `module`;
    `certificates`: PEM, the leaf first; `anchors`: PEM, trust anchors of its chain; `timestamp`:
    URL of an RFC 3161 server, "" for none; `timestamp_anchors`: PEM, trust anchors of that
    server."""

    key: str
    certificates: Path
    anchors: Path
    module: str = ""
    timestamp: str = ""
    timestamp_anchors: Path | None = None
    is_test: bool = False

    @property
    def is_token(self) -> bool:
        """Whether `key` is a PKCS#11 URI."""
        return self.key.startswith("pkcs11:")

    @property
    def needs_pin(self) -> bool:
        """Whether `key` is on a token or is an encrypted PEM file."""
        return self.is_token or "ENCRYPTED" in Path(self.key).read_text(encoding="ascii")


@dataclass(frozen=True, slots=True)
class CodeSigner:
    """Signs and checks files. `pin`: called for each file to sign, if the key needs a PIN.
    `settings_file` and `folder`: arguments of `command`."""

    identity: SigningIdentity
    product: str
    pin: Callable[[], Secret]
    settings_file: Path = DEFAULT
    folder: Path = Places().folder

    def sign(self, path: Path) -> None:
        """Signs `path` (.exe, .dll, .pyd, .msi) in place and checks the signature. Raises
        SigningError, with the file unchanged."""
        signed = path.with_name(f"{path.name}.signed")
        signed.unlink(missing_ok=True)
        try:
            with _pin_file(self.pin if self.identity.needs_pin else None) as (pin, descriptors):
                _run(self._sign_command(path, signed, pin), descriptors)
            self.check(signed)
            shutil.copymode(path, signed)
            signed.replace(path)
        finally:
            signed.unlink(missing_ok=True)

    def check(self, path: Path) -> None:
        """Raises SigningError unless `path` is unchanged and signed by us: its chain ends at our
        anchors, and its leaf is our certificate."""
        leaf = leaf_hash(self.identity.certificates)
        anchors = ["-CAfile", str(self.identity.anchors)]
        if self.identity.timestamp_anchors is not None:
            anchors += ["-TSA-CAfile", str(self.identity.timestamp_anchors)]
        options = (*offline(), *anchors, "-require-leaf-hash", f"sha256:{leaf}")
        output = _run(("osslsigncode", "verify", *options, "-in", str(path)))
        # osslsigncode only ignores a timestamp that it cannot verify, so its output has to show it.
        if (self.identity.timestamp or self.identity.timestamp_anchors) and _STAMPED not in output:
            raise SigningError(f"{path.name}: no timestamp that leads to signing.timestamp_anchors")

    def command(self) -> tuple[str, ...]:
        """A command that signs the file given as one more argument. It needs `environment`, and
        never prompts."""
        script = str(Path(__file__).resolve().with_name("sign.py"))
        places = ("--settings", str(self.settings_file.resolve()), "--folder", str(self.folder))
        return (sys.executable, script, "sign", *places)

    def environment(self) -> Mapping[str, str]:
        """Variables that `command` needs beside our own environment: the PIN, if the key has
        one."""
        return {PIN_VARIABLE: self.pin().reveal()} if self.identity.needs_pin else {}

    def _sign_command(self, path: Path, signed: Path, pin: str) -> tuple[str, ...]:
        signing_identity = self.identity
        options = [
            "-certs",
            str(signing_identity.certificates),
            "-key",
            signing_identity.key,
            "-h",
            "sha256",
        ]
        options += ["-n", self.product]
        if signing_identity.is_token:
            options += ["-pkcs11module", signing_identity.module]
        if pin:
            options += ["-readpass", pin]
        if signing_identity.timestamp:
            options += ["-ts", signing_identity.timestamp]
        return ("osslsigncode", "sign", *options, "-in", str(path), "-out", str(signed))


def make_signer(
    settings: BuildSettings, places: Places, settings_file: Path, *, ask: bool = True
) -> CodeSigner:
    """The signer that `settings` describe; without a key in them, one with a test CA, created on
    first use. `ask`: whether it may prompt for the PIN. A PIN in our environment is removed from
    it, so that child processes (wixl, pip, …) never get it.

    Raises SettingsError: a key without certificates or module, or a missing file.
    """
    identity = _identity(settings) if settings.signing.key else _testing(places)
    given = os.environ.pop(PIN_VARIABLE, None)
    pin = _Pin(f"PIN / passphrase of {identity.key}: ", ask, Secret(given) if given else None)
    return CodeSigner(identity, settings.product.title_en, pin, settings_file, places.folder)


def _identity(settings: BuildSettings) -> SigningIdentity:
    signing = settings.signing
    is_token = signing.key.startswith("pkcs11:")
    if not signing.certificates:
        raise BuildSettingsError("signing.certificates: which certificate belongs to signing.key?")
    if is_token and not signing.module:
        raise BuildSettingsError("signing.module: a PKCS#11 URI needs its module")
    certificates = settings.folder / signing.certificates
    anchors = settings.folder / signing.anchors if signing.anchors else certificates
    of_timestamps = signing.timestamp_anchors
    identity = SigningIdentity(
        key=signing.key if is_token else str(settings.folder / signing.key),
        certificates=certificates,
        anchors=anchors,
        module=signing.module,
        timestamp=signing.timestamp,
        timestamp_anchors=settings.folder / of_timestamps if of_timestamps else None,
    )
    for file in (certificates, anchors, *(() if is_token else (Path(identity.key),))):
        if not file.is_file():
            raise BuildSettingsError(f"signing: {file} is not there")
    return identity


def _testing(places: Places) -> SigningIdentity:
    ca = make_testing_ca(places.folder / "testing-ca")
    return SigningIdentity(str(ca.key), ca.certificates, ca.root, is_test=True)


@dataclass(slots=True)
class _Pin:
    """Returns the PIN, and prompts once if it was not given. Raises SigningError without a
    terminal."""

    question: str
    ask: bool
    known: Secret | None

    def __call__(self) -> Secret:
        if self.known is None:
            if not (self.ask and sys.stdin.isatty()):
                raise SigningError(f"the signing key needs a PIN or passphrase: set {PIN_VARIABLE}")
            self.known = Secret(getpass.getpass(self.question))
        return self.known


@contextmanager
def _pin_file(pin: Callable[[], Secret] | None) -> Iterator[tuple[str, tuple[int, ...]]]:
    """A path from which osslsigncode can read the PIN once: a pipe, so that the PIN is in no file
    and on no command line. Yields the path and the descriptors that the process must inherit."""
    if pin is None:
        yield "", ()
        return
    reading, writing = os.pipe()
    try:
        os.write(writing, pin().reveal().encode())
        os.close(writing)
        yield f"/dev/fd/{reading}", (reading,)
    finally:
        os.close(reading)


def leaf_hash(certificates: Path) -> str:
    """SHA-256 of a PEM file's first certificate, in hexadecimal."""
    output = _run(
        ("openssl", "x509", "-in", str(certificates), "-noout", "-fingerprint", "-sha256")
    )
    return output.strip().partition("=")[2].replace(":", "")


def offline() -> tuple[str, ...]:
    """Options that keep osslsigncode off the network: versions after Debian 12's fetch CRLs."""
    done = subprocess.run(
        ("osslsigncode", "verify", "--help"), capture_output=True, text=True, check=False
    )
    return ("-ignore-crl",) if "-ignore-crl" in done.stdout + done.stderr else ()


def _run(command: Sequence[str], descriptors: Sequence[int] = ()) -> str:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        pass_fds=descriptors,
    )
    if done.returncode != 0:
        raise SigningError(f"{command[0]} {command[1]} failed\n{done.stdout[-3000:]}")
    return done.stdout


def main(arguments: Sequence[str]) -> int:
    """Returns 1, with a text on stderr, if the file cannot be signed or its signature is
    invalid."""
    parser = argparse.ArgumentParser(description="Signs a file, or checks it.")
    parser.add_argument("action", choices=("sign", "check"))
    parser.add_argument("--settings", type=Path, default=DEFAULT)
    parser.add_argument("--folder", type=Path, default=Places().folder)
    parser.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    try:
        settings = read_settings(given.settings)
        signer = make_signer(settings, Places(given.folder), given.settings)
        (signer.sign if given.action == "sign" else signer.check)(given.file)
    except (SigningError, BuildSettingsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
