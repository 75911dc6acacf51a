"""Signs release files for administrators: detached signatures and apt's InRelease, by OpenPGP.

Debian verifies both with what every installation has, gpgv and apt (docs/adr/0031).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.installer.settings import BuildSettings, Places

PUBLIC_KEY = "release-key.gpg"
"""The public key, beside what it has signed; binary, as gpgv and apt read it."""
SIGNATURE = ".sig"

_TESTING = "certclient test releases"
_PATTERN = "cc-gpg-"


class ReleaseKeyError(Exception):
    """A file was not signed, or its signature is invalid. The text says what gpg said."""


@dataclass(frozen=True, slots=True)
class ReleaseKey:
    """`name`: the key's fingerprint, in the GnuPG of this user. `testing`: a file with the secret
    key of a test build, for which `name` is its user ID; None for a real key."""

    name: str
    testing: Path | None = None

    @property
    def is_test(self) -> bool:
        """Whether nobody should trust it."""
        return self.testing is not None

    def sign(self, file: Path) -> Path:
        """Writes the detached signature of `file` beside it; returns its path. Raises
        ReleaseKeyError."""
        target = file.with_name(f"{file.name}{SIGNATURE}")
        self._gpg("--output", str(target), "--detach-sign", str(file))
        return target

    def sign_inline(self, file: Path, target: Path) -> None:
        """Writes `file` with its signature around it, as apt's InRelease is. Raises
        ReleaseKeyError."""
        self._gpg("--output", str(target), "--clearsign", str(file))

    def export(self, target: Path) -> None:
        """Writes the public key to `target`. Raises ReleaseKeyError."""
        self._gpg(
            "--output", str(target), "--export-options", "export-minimal", "--export", self.name
        )
        if not target.is_file():
            raise ReleaseKeyError(f"signing.release_key: gpg has no key {self.name}")

    def _gpg(self, *arguments: str) -> None:
        options = ("--batch", "--yes", "--local-user", self.name, "--digest-algo", "SHA512")
        with self._home() as environment:
            _run(("gpg", *options, *arguments), environment)

    @contextmanager
    def _home(self) -> Iterator[dict[str, str]]:
        """The environment with GnuPG's folder: this user's, or a short-lived one for the tests'
        key. Its path is short, as the agent's socket lies in it."""
        if self.testing is None:
            yield dict(os.environ)
            return
        with short_lived_home() as environment:
            _run(("gpg", "--batch", "--import", str(self.testing)), environment)
            yield environment


def release_key(settings: BuildSettings, places: Places) -> ReleaseKey:
    """The key that the settings name; without one, a test key, made at first use. Raises
    ReleaseKeyError."""
    if settings.signing.release_key:
        return ReleaseKey(settings.signing.release_key)
    secret = places.folder / "testing-release-key.asc"
    if not secret.is_file():
        places.folder.mkdir(parents=True, exist_ok=True)
        _make_testing_key(secret)
    return ReleaseKey(_TESTING, secret)


def verify(file: Path, public_key: Path) -> None:
    """Raises ReleaseKeyError unless the signature beside `file` is by `public_key`."""
    signature = file.with_name(f"{file.name}{SIGNATURE}")
    _run(("gpgv", "--keyring", str(public_key.absolute()), str(signature), str(file)), None)


def _make_testing_key(secret: Path) -> None:
    gpg = ("gpg", "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "")
    made = secret.with_suffix(".new")
    made.unlink(missing_ok=True)
    made.touch(0o600)
    with short_lived_home() as environment:
        _run((*gpg, "--quick-generate-key", _TESTING, "rsa3072", "sign", "never"), environment)
        options = ("--output", str(made), "--armor")
        _run((*gpg, *options, "--export-secret-keys", _TESTING), environment)
    made.replace(secret)


@contextmanager
def short_lived_home() -> Iterator[dict[str, str]]:
    """The environment with an empty GNUPGHOME that is removed at the end."""
    home = tempfile.mkdtemp(prefix=_PATTERN, dir="/tmp")
    environment = {**os.environ, "GNUPGHOME": home}
    try:
        yield environment
    finally:
        subprocess.run(("gpgconf", "--kill", "all"), env=environment, check=False)
        shutil.rmtree(home, ignore_errors=True)


def _run(command: Sequence[str], environment: dict[str, str] | None) -> None:
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError as error:
        raise ReleaseKeyError(f"{command[0]} is not installed") from error
    if done.returncode != 0:
        raise ReleaseKeyError(f"{command[0]} failed\n{done.stdout[-3000:]}")
