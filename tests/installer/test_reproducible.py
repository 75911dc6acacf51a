"""A second build gives the same bytes as the published one."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from tools.installer.build import Build, make_all
from tools.installer.compare import compare
from tools.installer.freeze import prepare
from tools.installer.pe import without_signature
from tools.installer.settings import DEFAULT, Places, read_settings
from tools.installer.signing import make_signer
from tools.installer.wine_freeze import freeze_in
from tools.wine.cache import Cache, default_folder

from .conftest import SETTINGS_FILE

pytestmark = [pytest.mark.installer, pytest.mark.timeout(9000)]


def timestamp_of(program: Path) -> int:
    """Seconds: TimeDateStamp of the file header."""
    content = program.read_bytes()
    (header,) = struct.unpack_from("<I", content, 0x3C)
    return int(struct.unpack_from("<I", content, header + 8)[0])


@pytest.fixture(scope="module")
def second_build(installer_build: Places, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Another party's build: the same sources, settings and date, signed by a test CA. Quick, as
    setups are not compared."""
    settings, places = read_settings(SETTINGS_FILE), Places(tmp_path_factory.mktemp("again"))
    date = timestamp_of(installer_build.payload / "certclient.exe")
    signer = make_signer(read_settings(), places, DEFAULT, ask=False)
    cache = Cache(default_folder(os.environ, Path.home()))
    freeze = freeze_in(prepare(cache), cache.mount_point())
    make_all(Build(settings, places, signer, date, quick=True), freeze)
    return places


def test_two_builds_differ_in_signatures_only(
    installer_build: Places, second_build: Places
) -> None:
    found = compare(installer_build.folder, second_build.folder)
    assert found.differences == ()
    assert len(found.not_compared) == 6, "setup, MSI, bill of materials; sums, signature, test key"
    one, other = (place.payload / "certclient.exe" for place in (installer_build, second_build))
    assert one.read_bytes() != other.read_bytes(), "two signers"
    assert without_signature(one.read_bytes()) == without_signature(other.read_bytes())
