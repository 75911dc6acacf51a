"""Connects the freeze under Wine with the steps of a build, and collects the bill's inputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tools.installer import freeze, nsis
from tools.installer.ages import check_ages
from tools.installer.build import Bill, Build, Freeze
from tools.installer.sbom import SbomInputs, make_sbom


def freeze_in(
    build_environment: freeze.BuildEnvironment, mount_point: Path, sources: Path = freeze.SOURCES
) -> Freeze:
    """A freeze by PyInstaller under Wine, in `build_environment`. `sources`: folder of package
    `certclient`. Raises AgeError for an old CPython or OpenSSL that nobody has assessed."""

    def freeze_it(build: Build) -> Bill:
        order = freeze.FreezeJob(build.settings, build.epoch, sources)
        taken = freeze.freeze(order, build_environment, mount_point, build.places.payload)
        contents = build.places.payload / build.settings.contents_folder
        check_ages(contents, build.settings.contents.known_old)
        return lambda: make_sbom(_shipped(build, build_environment, taken))

    return freeze_it


def _shipped(
    build: Build, build_environment: freeze.BuildEnvironment, taken: Sequence[str]
) -> SbomInputs:
    return SbomInputs(
        settings=build.settings,
        payload=build.places.payload,
        wheels=build_environment.wheels,
        python=build_environment.python,
        sources=taken,
        hashes=json.loads((build_environment.hashes / "hashes.json").read_text(encoding="utf-8")),
        bootloader=freeze.pyinstaller_version(),
        nsis=nsis.maker_version(),
        epoch=build.epoch,
    )
