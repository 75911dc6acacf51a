"""The steps of a build, from the frozen program to the packages for download."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.installer import msi, nsis
from tools.installer.icon import make_icon
from tools.installer.linux import deb, wheel
from tools.installer.policy_zip import make_policy_zip
from tools.installer.release_key import PUBLIC_KEY, release_key, verify
from tools.installer.settings import CONTENTS, ROOT, BuildSettings, Places
from tools.installer.signatures import check_signatures
from tools.installer.signing import CodeSigner
from tools.installer.sums import write_sums

LICENSES = ROOT / "resources" / "licenses"


class BuildError(Exception):
    """The results may not be published. The text says why."""


def largest_setup() -> int:
    """The size limit of the setup in bytes, from installer/contents.toml."""
    return int(tomllib.loads(CONTENTS.read_text(encoding="utf-8"))["limits"]["setup"])


@dataclass(frozen=True, slots=True)
class Build:
    """One build. `epoch`: the timestamp of all results, in seconds since 1970. `quick`: a setup
    that is larger but faster to build, for tests; any other is limited to `largest_setup` bytes."""

    settings: BuildSettings
    places: Places
    signer: CodeSigner
    epoch: int
    quick: bool = False
    largest_setup: int = field(default_factory=largest_setup)

    @property
    def icon(self) -> Path:
        """The .ico that `make_payload` draws from the settings' SVG."""
        return self.places.work / "icon.ico"


Bill = Callable[[], str]
"""Returns the bill of materials of the frozen program. Called after signing, as it has hashes."""

Freeze = Callable[[Build], Bill]
"""Replaces `build.places.payload`: the two programs and the folder with their libraries."""


def epoch(environment: Mapping[str, str]) -> int:
    """SOURCE_DATE_EPOCH, or else the date of the last commit; seconds since 1970."""
    given = environment.get("SOURCE_DATE_EPOCH", "")
    if given.isdecimal():
        return int(given)
    query = ("git", "log", "-1", "--format=%ct")
    return int(subprocess.run(query, cwd=ROOT, capture_output=True, check=True).stdout)


def make_all(build: Build, freeze: Freeze) -> None:
    """Builds everything below `build.places` from scratch.

    Deletes the results of an earlier build first and moves the new ones into place when they are
    complete, so that an interrupted build leaves none. Raises BuildError, SigningError,
    ReleaseKeyError and the errors of the steps.
    """
    shutil.rmtree(build.places.results, ignore_errors=True)
    bill = make_payload(build, freeze)
    results = build.places.work / "results"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir()
    make_setups(build, results)
    make_linux(build, results)
    make_policy_zip(build.settings, results, build.epoch)
    print_line("Writing the bill of materials and the checksums")
    (results / f"{_stem(build)}.cdx.json").write_text(bill(), encoding="utf-8")
    _add_licences(results)
    _sign_sums(build, results)
    results.rename(build.places.results)
    for path in sorted(build.places.results.iterdir()):
        print_line(f"{path.stat().st_size / 1e6:6.1f} MB  {path}")


def _sign_sums(build: Build, results: Path) -> None:
    key = release_key(build.settings, build.places)
    if key.is_test:
        print_line("TEST SIGNATURE: no signing.release_key; nobody should trust SHA256SUMS.sig")
    public = results / PUBLIC_KEY
    key.export(public)
    sums = write_sums(results)
    key.sign(sums)
    verify(sums, public)


def make_payload(build: Build, freeze: Freeze) -> Bill:
    """Builds the program as it will be installed: frozen, with profiles and licence texts, signed.

    Raises SigningError for a file whose signature is not the expected one, and the errors of the
    steps.
    """
    print_line("Freezing the program with PyInstaller under Wine")
    payload = build.places.payload
    bill = freeze(build)
    _add_profiles(build.settings, payload)
    _add_licences(payload)
    build.places.work.mkdir(parents=True, exist_ok=True)
    make_icon(build.settings.icon, build.icon)
    if build.signer.identity.is_test:
        print_line(
            "TEST SIGNATURE: no signing key is configured; nobody's Windows will trust the result"
        )
    print_line("Signing certclient.exe and certclientw.exe, checking all signatures")
    for program in sorted(payload.glob("*.exe")):
        build.signer.sign(program)
    states = check_signatures(payload, build.signer)
    text = "".join(f"{state.path}: {state.signer}\n" for state in states)
    (build.places.work / "signatures.txt").write_text(text, encoding="utf-8")
    return bill


def make_setups(build: Build, results: Path) -> None:
    """Builds the setup for customers and the MSI for companies, both signed, in `results`. Raises
    BuildError for a setup that is too large."""
    places, name = build.places, nsis.setup_name(build.settings)
    print_line("Packing the setup (NSIS)")
    setup = results / f"{name}.exe"
    order = nsis.SetupJob(
        settings=build.settings,
        payload=places.payload,
        icon=build.icon,
        output=setup,
        sign=build.signer.command(),
        environment=build.signer.environment(),
        quick=build.quick,
    )
    nsis.make_setup(order, places.work / "nsis")
    build.signer.check(setup)
    if not build.quick:
        _check_size(setup, build.largest_setup)
    print_line("Packing the MSI")
    package = msi.make_msi(
        build.settings,
        places.payload,
        results,
        build.epoch,
        sign=build.signer.sign,
        icon=build.icon,
    )
    build.signer.check(package)


def _check_size(setup: Path, limit: int) -> None:
    size = setup.stat().st_size
    if size > limit:
        raise BuildError(
            f"{setup.name} has {size / 1e6:.1f} MB, more than the {limit / 1e6:.1f} MB of"
            f" limits.setup in {CONTENTS}: what got in?"
        )


def make_linux(build: Build, results: Path) -> None:
    """Builds the wheel and the Debian package in `results`."""
    print_line("Packing for Linux")
    practice_bank = build.settings.contents.practice_bank
    made = wheel.make_wheel(results, build.epoch, practice_bank=practice_bank)
    deb.make_deb(build.settings, made, results, build.epoch)


def _stem(build: Build) -> str:
    return f"{build.settings.product.name}-{build.settings.version}"


def _add_profiles(settings: BuildSettings, payload: Path) -> None:
    profiles = payload / "profiles"
    profiles.mkdir()
    for profile in settings.profiles:
        shutil.copyfile(profile, profiles / profile.name)


def _add_licences(folder: Path) -> None:
    """Copies LICENSE.txt and THIRD-PARTY-NOTICES.txt to `folder`."""
    for text in sorted(LICENSES.glob("*.txt")):
        shutil.copyfile(text, folder / text.name)


def print_line(text: str) -> None:
    """Prints a progress line at once, also into a pipe."""
    print(f"==> {text}", flush=True)
