"""A second build gives the same bytes as the one that is handed out."""

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


def date_of(program: Path) -> int:
    """Seconds: TimeDateStamp of the file header."""
    content = program.read_bytes()
    (header,) = struct.unpack_from("<I", content, 0x3C)
    return int(struct.unpack_from("<I", content, header + 8)[0])


@pytest.fixture(scope="module")
def again(handed_out: Places, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """By somebody else: the same sources, settings and date, signed by a testing CA. Quick, as
    setups are not compared."""
    settings, places = read_settings(SETTINGS_FILE), Places(tmp_path_factory.mktemp("again"))
    date = date_of(handed_out.payload / "certclient.exe")
    signer = make_signer(read_settings(), places, DEFAULT, ask=False)
    cache = Cache(default_folder(os.environ, Path.home()))
    freeze = freeze_in(prepare(cache), cache.mount_point())
    make_all(Build(settings, places, signer, date, quick=True), freeze)
    return places


def test_two_builds_differ_by_their_signatures_only(handed_out: Places, again: Places) -> None:
    found = compare(handed_out.folder, again.folder)
    assert found.differences == ()
    assert len(found.not_compared) == 4, "setup, MSI, bill of materials, checksums"
    one, other = (place.payload / "certclient.exe" for place in (handed_out, again))
    assert one.read_bytes() != other.read_bytes(), "two signers"
    assert without_signature(one.read_bytes()) == without_signature(other.read_bytes())
