"""The steps of a build, from the frozen program to what is handed out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.installer import freeze, msi, nsis
from tools.installer.icon import make_icon
from tools.installer.linux import deb, wheel
from tools.installer.policy_zip import make_policy_zip
from tools.installer.sbom import Shipped, make_sbom
from tools.installer.settings import ROOT, Places, Settings
from tools.installer.signatures import check_signatures
from tools.installer.signing import Signer
from tools.installer.sums import write_sums
from tools.wine.cache import Cache, default_folder

_LICENSES = ROOT / "src" / "certclient" / "resources" / "licenses"


@dataclass(frozen=True, slots=True)
class Build:
    """One build. `settings_file` is where `settings` came from; `epoch`: seconds, the date of
    everything that is made; `quick`: larger and faster to make, for tests."""

    settings: Settings
    places: Places
    signer: Signer
    epoch: int
    quick: bool = False

    @property
    def icon(self) -> Path:
        return self.places.work / "icon.ico"


def epoch(environment: Mapping[str, str]) -> int:
    """SOURCE_DATE_EPOCH, or the last commit's date; seconds."""
    given = environment.get("SOURCE_DATE_EPOCH", "")
    if given.isdecimal():
        return int(given)
    query = ("git", "log", "-1", "--format=%ct")
    return int(subprocess.run(query, cwd=ROOT, capture_output=True, check=True).stdout)


def make_all(build: Build) -> None:
    """Makes everything below `build.places` anew."""
    workshop = freeze.prepare(Cache(default_folder(os.environ, Path.home())))
    sources = make_payload(build, workshop)
    shutil.rmtree(build.places.results, ignore_errors=True)
    build.places.results.mkdir(parents=True)
    make_setups(build)
    make_linux(build)
    make_policy_zip(build.settings, build.places.results, build.epoch)
    say("Writing the bill of materials and the checksums")
    (build.places.results / f"{_stem(build)}.cdx.json").write_text(
        _sbom(build, workshop, sources), encoding="utf-8"
    )
    write_sums(build.places.results)
    for path in sorted(build.places.results.iterdir()):
        say(f"{path.stat().st_size / 1e6:6.1f} MB  {path}")


def make_payload(build: Build, workshop: freeze.Workshop) -> Sequence[str]:
    """The program as it is installed: frozen, complete, signed and checked. Returns the files of
    the wheels that are in it."""
    say("Freezing the program with PyInstaller under Wine")
    mount_point = Cache(default_folder(os.environ, Path.home())).mount_point()
    payload = build.places.payload
    sources = freeze.freeze(build.settings, workshop, mount_point, payload, build.epoch)
    _add_files(build.settings, payload)
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
    return sources


def make_setups(build: Build) -> None:
    """The setup for customers and the MSI for companies, both signed."""
    places, name = build.places, nsis.setup_name(build.settings)
    say("Packing the setup (NSIS)")
    setup = places.results / f"{name}.exe"
    order = nsis.Order(
        settings=build.settings,
        payload=places.payload,
        icon=build.icon,
        output=setup,
        sign=build.signer.command(),
        quick=build.quick,
    )
    nsis.make_setup(order, places.work / "nsis")
    build.signer.check(setup)
    say("Packing the MSI")
    package = msi.make_msi(
        build.settings,
        places.payload,
        places.results,
        build.epoch,
        sign=build.signer.sign,
        icon=build.icon,
    )
    build.signer.check(package)


def make_linux(build: Build) -> None:
    """The wheel and the Debian package."""
    say("Packing for Linux")
    made = wheel.make_wheel(build.places.results, build.epoch)
    deb.make_deb(build.settings, made, build.places.results, build.epoch)


def _sbom(build: Build, workshop: freeze.Workshop, sources: Sequence[str]) -> str:
    shipped = Shipped(
        settings=build.settings,
        payload=build.places.payload,
        wheels=workshop.wheels,
        python=workshop.python,
        sources=sources,
        hashes=json.loads((workshop.hashes / "hashes.json").read_text(encoding="utf-8")),
        bootloader=freeze.pyinstaller_version(),
        epoch=build.epoch,
    )
    return make_sbom(shipped)


def _stem(build: Build) -> str:
    return f"{build.settings.product.name}-{build.settings.version}"


def _add_files(settings: Settings, payload: Path) -> None:
    """Beside the programs: the banks, and the licence texts for people who look there."""
    profiles = payload / "profiles"
    profiles.mkdir()
    for profile in settings.profiles:
        shutil.copyfile(profile, profiles / profile.name)
    for text in sorted(_LICENSES.glob("*.txt")):
        shutil.copyfile(text, payload / text.name)


def say(text: str) -> None:
    print(f"==> {text}", flush=True)
