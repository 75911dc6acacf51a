"""Comparing two builds reports every difference and every file that cannot be compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.small_build import copied, signer
from tools.installer.__main__ import main
from tools.installer.compare import compare


def make_build(folder: Path) -> Path:
    """Creates the folder of a small build, whose program has a signature of its own."""
    payload, results = folder / "payload", folder / "results"
    (payload / "app-1.0.0").mkdir(parents=True)
    results.mkdir()
    copied(payload / "certclient.exe")
    signer(folder / "signing", folder.name).sign(payload / "certclient.exe")
    (payload / "app-1.0.0" / "library.zip").write_bytes(b"the same")
    for name in ("certclient.deb", "certclient.deb.cdx.json"):
        (results / name).write_bytes(b"the same")
    for name in ("certclient-setup.exe", "certclient.msi", "certclient.cdx.json", "SHA256SUMS"):
        (results / name).write_text(str(folder), encoding="utf-8")
    return folder


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return make_build(tmp_path / "one")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return make_build(tmp_path / "other")


def test_ignores_signatures_and_skips_files_that_pack_signed_files(one: Path, other: Path) -> None:
    program = "payload/certclient.exe"
    assert (one / program).read_bytes() != (other / program).read_bytes()
    found = compare(one, other)
    assert found.differences == ()
    assert [line.partition(":")[0] for line in found.not_compared] == [
        *("SHA256SUMS", "certclient-setup.exe", "certclient.cdx.json", "certclient.msi")
    ]


@pytest.mark.parametrize(
    "name",
    [
        "payload/app-1.0.0/library.zip",
        "results/certclient.deb",
        "results/certclient.deb.cdx.json",
    ],
)
def test_reports_a_changed_byte(one: Path, other: Path, name: str) -> None:
    (other / name).write_bytes(b"thE same")
    (line,) = compare(one, other).differences
    assert line == f"{name.partition('/')[2]}: 1 bytes differ, the first at 0x2"


def test_reports_a_program_that_differs_beyond_its_signature(one: Path, other: Path) -> None:
    program = other / "payload" / "certclient.exe"
    content = bytearray(program.read_bytes())
    content[0x600] ^= 1
    program.write_bytes(content)
    (line,) = compare(one, other).differences
    assert line.startswith("certclient.exe: 1 bytes differ")


def test_reports_files_of_one_build_only_even_if_not_comparable(one: Path, other: Path) -> None:
    (one / "payload" / "more.dll").touch()
    (other / "results" / "certclient-setup.exe").unlink()
    assert [line.partition(":")[0] for line in compare(one, other).differences] == [
        *("more.dll", "certclient-setup.exe")
    ]


def test_command_prints_the_result_and_sets_the_exit_code(
    one: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(one), str(other)]) == 0
    output = capsys.readouterr().out
    assert "certclient-setup.exe: not compared, signed files are packed in it" in output
    assert "The rest is the same, apart from signatures." in output
    (other / "results" / "certclient.deb").unlink()
    assert main(["compare", str(one), str(other)]) == 1
    assert f"certclient.deb: only in {one / 'results'}" in capsys.readouterr().out


def test_rejects_folders_without_complete_builds(
    one: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(one), str(tmp_path)]) == 2
    assert "give the folders of two whole builds" in capsys.readouterr().err
