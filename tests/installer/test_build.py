"""A build that must not be published stops and leaves no results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from support.small_build import copied, small_build, small_freeze, unknown_signer
from tools.installer.build import Build, BuildError, largest_setup, make_all
from tools.installer.signing import SigningError


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A build in a folder with results of an earlier one."""
    build = small_build(tmp_path / "out")
    build.places.results.mkdir(parents=True)
    (build.places.results / "certclient-setup.exe").write_bytes(b"of an earlier build")
    return build


def has_no_results(build: Build) -> bool:
    return not build.places.results.exists()


def test_unknown_file_stops_build(build: Build) -> None:
    with pytest.raises(SigningError, match=r"version\.dll: unsigned, expected: no such file"):
        make_all(build, small_freeze({"version.dll": copied}))
    assert has_no_results(build)


def test_library_with_wrong_signer_stops_build(build: Build, tmp_path: Path) -> None:
    def signed(path: Path) -> None:
        copied(path)
        unknown_signer(tmp_path / "stranger").sign(path)

    with pytest.raises(SigningError, match=r"Qt6Core.dll: .*, expected: The QT Company Oy"):
        make_all(build, small_freeze({"Qt6Core.dll": signed}))
    assert has_no_results(build)


def test_oversized_setup_stops_build(build: Build) -> None:
    with pytest.raises(BuildError, match=r"certclient-setup.exe has .* MB, more than the 0.1 MB"):
        make_all(replace(build, largest_setup=100_000), small_freeze())
    assert has_no_results(build)


def test_size_limit_comes_from_contents_toml(build: Build) -> None:
    assert build.largest_setup == largest_setup() == 27_000_000


def test_failed_freeze_removes_earlier_results(build: Build) -> None:
    def freeze(_build: Build) -> NoReturn:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        make_all(build, freeze)
    assert has_no_results(build)
