"""The steps of a build, from the frozen program to what is handed out."""

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
from tools.installer.settings import CONTENTS, ROOT, Places, Settings
from tools.installer.signatures import check_signatures
from tools.installer.signing import Signer
from tools.installer.sums import write_sums

LICENSES = ROOT / "resources" / "licenses"


class BuildError(Exception):
    """What was made may not be handed out. The text says why."""


def largest_setup() -> int:
    """Bytes."""
    return int(tomllib.loads(CONTENTS.read_text(encoding="utf-8"))["limits"]["setup"])


@dataclass(frozen=True, slots=True)
class Build:
    """One build. `epoch`: seconds, the date of everything that is made. `quick`: a setup that is
    larger and faster to make, for tests; every other one has at most `largest_setup` bytes."""

    settings: Settings
    places: Places
    signer: Signer
    epoch: int
    quick: bool = False
    largest_setup: int = field(default_factory=largest_setup)

    @property
    def icon(self) -> Path:
        return self.places.work / "icon.ico"


Bill = Callable[[], str]
"""Writes the bill of materials of what was frozen, as it is by then: signed."""

Freeze = Callable[[Build], Bill]
"""Makes `build.places.payload` anew: the two programs and the folder of their libraries."""


def epoch(environment: Mapping[str, str]) -> int:
    """SOURCE_DATE_EPOCH, or the last commit's date; seconds."""
    given = environment.get("SOURCE_DATE_EPOCH", "")
    if given.isdecimal():
        return int(given)
    query = ("git", "log", "-1", "--format=%ct")
    return int(subprocess.run(query, cwd=ROOT, capture_output=True, check=True).stdout)


def make_all(build: Build, freeze: Freeze) -> None:
    """Makes everything below `build.places` anew.

    What an earlier build handed out goes first, and the new results are there once they are
    complete: a build that stopped on its way has none. Raises BuildError, SigningError and what the
    steps raise.
    """
    shutil.rmtree(build.places.results, ignore_errors=True)
    bill = make_payload(build, freeze)
    results = build.places.work / "results"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir()
    make_setups(build, results)
    make_linux(build, results)
    make_policy_zip(build.settings, results, build.epoch)
    say("Writing the bill of materials and the checksums")
    (results / f"{_stem(build)}.cdx.json").write_text(bill(), encoding="utf-8")
    _add_licences(results)
    write_sums(results)
    results.rename(build.places.results)
    for path in sorted(build.places.results.iterdir()):
        say(f"{path.stat().st_size / 1e6:6.1f} MB  {path}")


def make_payload(build: Build, freeze: Freeze) -> Bill:
    """The program as it is installed: frozen, complete, signed and checked."""
    say("Freezing the program with PyInstaller under Wine")
    payload = build.places.payload
    bill = freeze(build)
    _add_profiles(build.settings, payload)
    _add_licences(payload)
    build.places.work.mkdir(parents=True, exist_ok=True)
    make_icon(build.settings.icon, build.icon)
    if build.signer.identity.is_test:
        say("TEST SIGNATURE: no signing key is configured; nobody's Windows will trust the result")
    say("Signing certclient.exe and certclientw.exe, checking all signatures")
    for program in sorted(payload.glob("*.exe")):
        build.signer.sign(program)
    states = check_signatures(payload, build.signer)
    text = "".join(f"{state.path}: {state.signer}\n" for state in states)
    (build.places.work / "signatures.txt").write_text(text, encoding="utf-8")
    return bill


def make_setups(build: Build, results: Path) -> None:
    """The setup for customers and the MSI for companies, both signed. Raises BuildError for a
    setup that is too large."""
    places, name = build.places, nsis.setup_name(build.settings)
    say("Packing the setup (NSIS)")
    setup = results / f"{name}.exe"
    order = nsis.Order(
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
    say("Packing the MSI")
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
    """The wheel and the Debian package."""
    say("Packing for Linux")
    made = wheel.make_wheel(results, build.epoch)
    deb.make_deb(build.settings, made, results, build.epoch)


def _stem(build: Build) -> str:
    return f"{build.settings.product.name}-{build.settings.version}"


def _add_profiles(settings: Settings, payload: Path) -> None:
    profiles = payload / "profiles"
    profiles.mkdir()
    for profile in settings.profiles:
        shutil.copyfile(profile, profiles / profile.name)


def _add_licences(folder: Path) -> None:
    """LICENSE.txt and THIRD-PARTY-NOTICES.txt, for people who look there."""
    for text in sorted(LICENSES.glob("*.txt")):
        shutil.copyfile(text, folder / text.name)


def say(text: str) -> None:
    print(f"==> {text}", flush=True)
