"""Connects the freeze under Wine with the steps of a build, and collects the bill's inputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tools.installer import freeze, nsis
from tools.installer.build import Bill, Build, Freeze
from tools.installer.sbom import Shipped, make_sbom


def freeze_in(
    workshop: freeze.Workshop, mount_point: Path, sources: Path = freeze.SOURCES
) -> Freeze:
    """A freeze by PyInstaller under Wine, in `workshop`. `sources`: folder of package
    `certclient`."""

    def freeze_it(build: Build) -> Bill:
        order = freeze.Order(build.settings, build.epoch, sources)
        taken = freeze.freeze(order, workshop, mount_point, build.places.payload)
        return lambda: make_sbom(_shipped(build, workshop, taken))

    return freeze_it


def _shipped(build: Build, workshop: freeze.Workshop, taken: Sequence[str]) -> Shipped:
    return Shipped(
        settings=build.settings,
        payload=build.places.payload,
        wheels=workshop.wheels,
        python=workshop.python,
        sources=taken,
        hashes=json.loads((workshop.hashes / "hashes.json").read_text(encoding="utf-8")),
        bootloader=freeze.pyinstaller_version(),
        nsis=nsis.maker_version(),
        epoch=build.epoch,
    )
