"""The ZIP for company administrators is complete, with the paths that Group Policy expects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import msgspec
import pytest

from tools.installer.policy_zip import make_policy_zip
from tools.installer.settings import ROOT, BuildSettings, read_settings

EPOCH = 1_790_000_000
SOURCES = ROOT / "installer" / "policy"
TASK = "renew-task.xml"


@pytest.fixture
def settings() -> BuildSettings:
    return replace(read_settings(), version="1.2.3")


def test_contains_every_policy_file_at_its_path(settings: BuildSettings, tmp_path: Path) -> None:
    made = make_policy_zip(settings, tmp_path, EPOCH)
    assert made.name == "certclient-1.2.3-policy.zip"
    with ZipFile(made) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    expected = {
        str(file.relative_to(SOURCES)): file.read_bytes()
        for file in SOURCES.rglob("*")
        if file.is_file()
    }
    assert found == expected


def test_zip_is_reproducible(settings: BuildSettings, tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made.append(make_policy_zip(settings, tmp_path / name, EPOCH))
    assert made[0].read_bytes() == made[1].read_bytes()
    moment = datetime.fromtimestamp(EPOCH, UTC)
    with ZipFile(made[0]) as archive:
        # ZIP timestamps have a resolution of two seconds.
        assert {entry.date_time[:5] for entry in archive.infolist()} == {moment.timetuple()[:5]}


def test_task_starts_the_program_from_the_product_folder(
    settings: BuildSettings, tmp_path: Path
) -> None:
    product = msgspec.structs.replace(settings.product, name="Rei & Co")
    made = make_policy_zip(replace(settings, product=product), tmp_path, EPOCH)
    assert made.name == "Rei & Co-1.2.3-policy.zip"
    with ZipFile(made) as archive:
        task = ElementTree.fromstring(archive.read(TASK))
    (command,) = (element.text for element in task.iter() if element.tag.endswith("}Command"))
    assert command == r'"%ProgramFiles%\Rei & Co\certclientw.exe"'


def test_guide_mentions_the_zip() -> None:
    guide = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
    assert "`certclient-1.0.0-policy.zip`" in guide
    assert "installer/policy" not in guide, "company administrators do not have the sources"
