"""What is in the MSI: wixl and msibuild drop what they do not understand, so it is read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from support.msi_windows import PACKED, rows, tools_missing
from tools.installer.msi import NEWER, TOO_OLD, MsiError, make_msi, msi_version
from tools.installer.msi_source import Package, component_id, short_and_long, source
from tools.installer.msi_times import TimesError, set_times
from tools.installer.settings import DEFAULT, Places, Settings, read_settings
from tools.installer.signing import SigningError, make_signer

pytestmark = pytest.mark.skipif(bool(tools_missing()), reason=tools_missing())

EPOCH = 1_790_000_000


@pytest.fixture
def settings() -> Settings:
    return replace(read_settings(), version="1.2.3")


def packed(folder: Path, files: Mapping[str, str] = PACKED) -> Path:
    """A payload: names to contents."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def msi(settings: Settings, tmp_path: Path) -> Path:
    return make_msi(settings, packed(tmp_path / "payload"), tmp_path / "results", EPOCH)


def column(msi: Path, table: str, key: str, number: int) -> str:
    return next(row[number] for row in rows(msi, table) if row[0] == key)


def test_per_machine_and_ascii_where_windows_installer_needs_it(msi: Path) -> None:
    properties = {row[0]: row[1] for row in rows(msi, "Property")}
    assert properties["ALLUSERS"] == "1"
    assert properties["ProductVersion"] == "1.2.3"
    assert properties["ProductName"].isascii()
    assert properties["Manufacturer"].isascii()
    assert set(properties["SecureCustomProperties"].split(";")) == {"OLDER", "NEWER", "PROFILE"}


def test_every_version_up_to_this_one_is_replaced_and_no_newer_one(msi: Path) -> None:
    ranges = {row[6]: tuple(row[1:5]) for row in rows(msi, "Upgrade")}
    include_both_and_migrate = str(0x100 | 0x200 | 0x1)
    assert ranges == {
        "OLDER": ("0.0.0", "1.2.3", "", include_both_and_migrate),
        "NEWER": ("1.2.3", "", "", str(0x2)),
    }
    order = {row[0]: int(row[2]) for row in rows(msi, "InstallExecuteSequence")}
    assert order["FindRelatedProducts"] < order["LaunchConditions"]
    assert order["InstallInitialize"] < order["RemoveExistingProducts"] < order["InstallFiles"]


def test_japanese_gets_through(msi: Path, settings: Settings) -> None:
    assert column(msi, "Shortcut", "start", 2).split("|")[1] == settings.product.title_ja
    told = {row[0]: row[1] for row in rows(msi, "LaunchCondition")}
    assert told == {"VersionNT64": TOO_OLD, "Installed OR NOT NEWER": NEWER}


def test_the_bank_is_written_only_where_one_was_chosen(msi: Path) -> None:
    assert column(msi, "Component", component_id("PROFILE"), 4) == "PROFILE"
    kept = column(msi, "Component", component_id("KEPTPROFILE"), 4)
    assert kept == "KEPTPROFILE AND NOT PROFILE"


def test_every_file_has_a_component_that_stays_the_same(settings: Settings, tmp_path: Path) -> None:
    """What two versions share must have the same GUID (Microsoft: the component rules)."""
    found: list[dict[str, str]] = []
    for version in ("1.2.3", "1.3.0"):
        payload = packed(tmp_path / version, {**PACKED, f"only-{version}.txt": "x"})
        msi = make_msi(replace(settings, version=version), payload, tmp_path / "results", EPOCH)
        guids = {row[0]: row[1] for row in rows(msi, "Component")}
        found.append({row[2].split("|")[-1]: guids[row[1]] for row in rows(msi, "File")})
    one, two = found
    assert len(set(one.values())) == len(one) == len(PACKED) + 1
    assert {name: one[name] for name in one if name in two} == {
        name: two[name] for name in two if name in one
    }
    assert len(one.keys() & two.keys()) == len(PACKED)


def test_the_same_payload_gives_the_same_bytes(settings: Settings, tmp_path: Path) -> None:
    first, second = (
        make_msi(settings, packed(tmp_path / name), tmp_path / f"results-{name}", EPOCH)
        for name in ("a", "b")
    )
    assert first.read_bytes() == second.read_bytes()
    other = packed(tmp_path / "c", {**PACKED, "certclient.exe": "changed"})
    third = make_msi(settings, other, tmp_path / "results-c", EPOCH)
    code = [column(msi, "Property", "ProductCode", 1) for msi in (first, third)]
    assert code[0] != code[1], "another content is another product that replaces this one"


def test_signed_and_any_change_is_noticed(settings: Settings, tmp_path: Path) -> None:
    signer = make_signer(settings, Places(tmp_path), DEFAULT, ask=False)
    msi = make_msi(settings, packed(tmp_path / "payload"), tmp_path, EPOCH, signer.sign)
    signer.check(msi)
    assert column(msi, "Shortcut", "start", 2).endswith(settings.product.title_ja)
    content = bytearray(msi.read_bytes())
    content[len(content) // 2] ^= 1
    msi.write_bytes(content)
    with pytest.raises(SigningError):
        signer.check(msi)


def test_the_list_of_programs_shows_the_icon(settings: Settings, tmp_path: Path) -> None:
    icon = tmp_path / "drawn.ico"
    icon.write_bytes(b"\0\0\1\0" + bytes(100))
    msi = make_msi(settings, packed(tmp_path / "payload"), tmp_path, EPOCH, icon=icon)
    assert column(msi, "Property", "ARPPRODUCTICON", 1) == "program.ico"
    assert [row[0] for row in rows(msi, "Icon")] == ["program.ico"]


def test_the_product_belongs_to_its_name(tmp_path: Path) -> None:
    ours = Package("certclient", "x", "1.0.0", packed(tmp_path))
    assert ours.upgrade_code == replace(ours, version="2.0.0").upgrade_code
    assert ours.upgrade_code != replace(ours, name="other").upgrade_code


def test_the_source_is_ascii(tmp_path: Path) -> None:
    assert source(Package("certclient", "x", "1.0.0", packed(tmp_path))).isascii()


def test_a_title_that_would_break_a_query_is_refused(settings: Settings, tmp_path: Path) -> None:
    product = replace_struct(settings, title_ja="it's")
    with pytest.raises(MsiError):
        make_msi(product, packed(tmp_path / "payload"), tmp_path, EPOCH)


def replace_struct(settings: Settings, **product: str) -> Settings:
    return replace(settings, product=msgspec.structs.replace(settings.product, **product))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", "a.txt"),
        ("certclientw.exe", "CERTCL~1.EXE|certclientw.exe"),
        ("_internal", "_INTER~1|_internal"),
        ("api-ms-win-core.dll", "APIMSW~1.DLL|api-ms-win-core.dll"),
        ("LICENSE.long.txt", "LICENS~1.TXT|LICENSE.long.txt"),
        ("日本語.toml", "X~1.TOM|日本語.toml"),
    ],
)
def test_short_names(name: str, expected: str) -> None:
    assert short_and_long(name, set()) == expected


def test_short_names_are_unique_in_a_folder() -> None:
    taken: set[str] = set()
    names = [short_and_long(f"certclient{n}.exe", taken).split("|")[0] for n in range(12)]
    assert len(set(names)) == 12
    assert all(len(name.split(".")[0]) <= 8 for name in names)


@pytest.mark.parametrize(
    ("version", "expected"), [("1.0.0rc1", "1.0.0"), ("1.2", "1.2.0"), ("1.2.3.post1", "1.2.3")]
)
def test_versions(version: str, expected: str) -> None:
    assert msi_version(version) == expected


def test_a_file_that_is_no_msi_of_wixls_keeps_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "some.msi"
    file.write_bytes(b"no compound file")
    with pytest.raises(TimesError):
        set_times(file, EPOCH)
    assert file.read_bytes() == b"no compound file"
