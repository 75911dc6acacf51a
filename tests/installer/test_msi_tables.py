"""The contents of the MSI, read back, as wixl and msibuild drop what they do not support."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from support.msi_windows import EPOCH, packed, rows, tools_missing, write_files
from tools.installer.msi import NEWER, TOO_OLD, MsiError, make_msi, msi_version
from tools.installer.msi_source import FITS, OWN_KEY, MsiPackage, short_and_long, source
from tools.installer.msi_times import TimesError, set_times
from tools.installer.settings import DEFAULT, ROOT, BuildSettings, Places, read_settings
from tools.installer.signing import SigningError, make_signer

pytestmark = pytest.mark.skipif(bool(tools_missing()), reason=tools_missing())

VERSION = "1.2.3"
PACKED = packed(VERSION)


@pytest.fixture
def settings() -> BuildSettings:
    return replace(read_settings(), version=VERSION)


@pytest.fixture
def msi(settings: BuildSettings, tmp_path: Path) -> Path:
    return make_msi(
        settings, write_files(tmp_path / "payload", PACKED), tmp_path / "results", EPOCH
    )


def column(msi: Path, table: str, key: str, number: int) -> str:
    return next(row[number] for row in rows(msi, table) if row[0] == key)


def test_package_is_per_machine_with_ascii_properties(msi: Path) -> None:
    properties = {row[0]: row[1] for row in rows(msi, "Property")}
    assert properties["ALLUSERS"] == "1"
    assert properties["ProductVersion"] == "1.2.3"
    assert properties["ProductName"].isascii()
    assert properties["Manufacturer"].isascii()
    assert set(properties["SecureCustomProperties"].split(";")) == {"OLDER", "NEWER", "PROFILE"}


def test_upgrade_replaces_versions_up_to_this_one(msi: Path) -> None:
    ranges = {row[6]: tuple(row[1:5]) for row in rows(msi, "Upgrade")}
    include_both_and_migrate = str(0x100 | 0x200 | 0x1)
    assert ranges == {
        "OLDER": ("0.0.0", "1.2.3", "", include_both_and_migrate),
        "NEWER": ("1.2.3", "", "", str(0x2)),
    }
    order = {row[0]: int(row[2]) for row in rows(msi, "InstallExecuteSequence")}
    assert order["FindRelatedProducts"] < order["LaunchConditions"]
    assert order["InstallInitialize"] < order["RemoveExistingProducts"] < order["InstallFiles"]


def test_japanese_text_is_preserved(msi: Path, settings: BuildSettings) -> None:
    assert column(msi, "Shortcut", "start", 2).split("|")[1] == settings.product.title_ja
    conditions = {row[0]: row[1] for row in rows(msi, "LaunchCondition")}
    assert conditions == {FITS: TOO_OLD, "Installed OR NOT NEWER": NEWER}


def test_reboot_is_suppressed(msi: Path) -> None:
    """In silent mode, Windows Installer would restart the PC if a file is in use."""
    assert column(msi, "Property", "REBOOT", 1) == "ReallySuppress"
    guide = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
    commands = re.findall(r"msiexec /[^`\n]*", guide)
    assert len(commands) > 3
    assert [command for command in commands if "/qn /norestart" not in command] == []


def test_policy_key_is_not_used(msi: Path) -> None:
    keys = {row[2] for row in rows(msi, "Registry")} | {row[2] for row in rows(msi, "RegLocator")}
    assert OWN_KEY in keys
    assert [key for key in keys if "policies" in key.lower()] == []
    program = (ROOT / "src" / "certclient" / "configuration" / "policy.py").read_text(
        encoding="utf-8"
    )
    assert f'PACKAGE_KEY = r"{OWN_KEY}"' in program, "the program reads the bank there"


def test_earlier_bank_is_kept_unless_profile_is_given(msi: Path) -> None:
    """AppSearch runs first and would otherwise overwrite the value from the command line."""
    assert column(msi, "AppSearch", "KEPTPROFILE", 1) == "keptprofile"
    raw_and_64_bit = str(2 + 16)
    assert rows(msi, "RegLocator")[1][1:] == ["2", OWN_KEY, "Profile", raw_and_64_bit]
    assert rows(msi, "CustomAction")[0][:4] == ["keepprofile", "51", "PROFILE", "[KEPTPROFILE]"]
    for sequence in ("InstallUISequence", "InstallExecuteSequence"):
        (condition,) = (row[1] for row in rows(msi, sequence) if row[0] == "keepprofile")
        assert condition == "KEPTPROFILE AND NOT PROFILE"
        order = {row[0]: int(row[2]) for row in rows(msi, sequence)}
        assert order["AppSearch"] < order["keepprofile"] < order["CostInitialize"]


def test_component_guids_are_stable_across_versions(
    settings: BuildSettings, tmp_path: Path
) -> None:
    """The same path has the same GUID in every version, another path another one (Microsoft's
    component rules)."""
    found: list[dict[str, str]] = []
    for version in (VERSION, "1.3.0"):
        payload = write_files(tmp_path / version, packed(version))
        msi = make_msi(replace(settings, version=version), payload, tmp_path / "results", EPOCH)
        guids = {row[0]: row[1] for row in rows(msi, "Component")}
        found.append({row[2].split("|")[-1]: guids[row[1]] for row in rows(msi, "File")})
    one, two = found
    assert len(set(one.values())) == len(one) == len(PACKED)
    same = {name for name in one if one[name] == two[name]}
    assert same == {"certclient.exe", "certclientw.exe", "LICENSE.txt", "rei-shinkin.toml"}
    assert set(one) - same == {"base_library.zip", "Qt6Core.dll"}, "in app-<version>"


def test_same_payload_gives_identical_msi(settings: BuildSettings, tmp_path: Path) -> None:
    first, second = (
        make_msi(
            settings, write_files(tmp_path / name, PACKED), tmp_path / f"results-{name}", EPOCH
        )
        for name in ("a", "b")
    )
    assert first.read_bytes() == second.read_bytes()
    other = write_files(tmp_path / "c", {**PACKED, "certclient.exe": "changed"})
    third = make_msi(settings, other, tmp_path / "results-c", EPOCH)
    code = [column(msi, "Property", "ProductCode", 1) for msi in (first, third)]
    assert code[0] != code[1], "other content is another product, which replaces this one"


def test_signature_detects_changed_byte(settings: BuildSettings, tmp_path: Path) -> None:
    signer = make_signer(settings, Places(tmp_path), DEFAULT, ask=False)
    msi = make_msi(
        settings, write_files(tmp_path / "payload", PACKED), tmp_path, EPOCH, signer.sign
    )
    signer.check(msi)
    assert column(msi, "Shortcut", "start", 2).endswith(settings.product.title_ja)
    content = bytearray(msi.read_bytes())
    content[len(content) // 2] ^= 1
    msi.write_bytes(content)
    with pytest.raises(SigningError):
        signer.check(msi)


def test_list_of_programs_has_icon(settings: BuildSettings, tmp_path: Path) -> None:
    icon = tmp_path / "drawn.ico"
    icon.write_bytes(b"\0\0\1\0" + bytes(100))
    msi = make_msi(settings, write_files(tmp_path / "payload", PACKED), tmp_path, EPOCH, icon=icon)
    assert column(msi, "Property", "ARPPRODUCTICON", 1) == "program.ico"
    assert [row[0] for row in rows(msi, "Icon")] == ["program.ico"]


def test_upgrade_code_depends_on_product_name_only(tmp_path: Path) -> None:
    ours = MsiPackage("certclient", "x", "1.0.0", write_files(tmp_path, PACKED))
    assert ours.upgrade_code == replace(ours, version="2.0.0").upgrade_code
    assert ours.upgrade_code != replace(ours, name="other").upgrade_code


def test_source_is_ascii(tmp_path: Path) -> None:
    assert source(MsiPackage("certclient", "x", "1.0.0", write_files(tmp_path, PACKED))).isascii()


def test_title_with_apostrophe_is_refused(settings: BuildSettings, tmp_path: Path) -> None:
    product = replace_struct(settings, title_ja="it's")
    with pytest.raises(MsiError):
        make_msi(product, write_files(tmp_path / "payload", PACKED), tmp_path, EPOCH)


def replace_struct(settings: BuildSettings, **product: str) -> BuildSettings:
    return replace(settings, product=msgspec.structs.replace(settings.product, **product))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", "a.txt"),
        ("certclientw.exe", "CERTCL~1.EXE|certclientw.exe"),
        ("app-1.2.3", "APP12~1.3|app-1.2.3"),
        ("api-ms-win-core.dll", "APIMSW~1.DLL|api-ms-win-core.dll"),
        ("LICENSE.long.txt", "LICENS~1.TXT|LICENSE.long.txt"),
        ("日本語.toml", "X~1.TOM|日本語.toml"),
    ],
)
def test_short_names(name: str, expected: str) -> None:
    assert short_and_long(name, set()) == expected


def test_short_names_are_unique_in_folder() -> None:
    taken: set[str] = set()
    names = [short_and_long(f"certclient{n}.exe", taken).split("|")[0] for n in range(12)]
    assert len(set(names)) == 12
    assert all(len(name.split(".")[0]) <= 8 for name in names)


@pytest.mark.parametrize(
    ("version", "expected"), [("1.0.0rc1", "1.0.0"), ("1.2", "1.2.0"), ("1.2.3.post1", "1.2.3")]
)
def test_msi_version_has_three_numbers(version: str, expected: str) -> None:
    assert msi_version(version) == expected


def test_unexpected_file_is_left_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "some.msi"
    file.write_bytes(b"no compound file")
    with pytest.raises(TimesError):
        set_times(file, EPOCH)
    assert file.read_bytes() == b"no compound file"
