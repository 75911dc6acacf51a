"""A build that must not be handed out stops, and leaves nothing that could be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from support.small_build import copied, small_build, small_freeze, stranger
from tools.installer.build import Build, BuildError, largest_setup, make_all
from tools.installer.signing import SigningError


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """An earlier one has left something."""
    build = small_build(tmp_path / "out")
    build.places.results.mkdir(parents=True)
    (build.places.results / "certclient-setup.exe").write_bytes(b"of an earlier build")
    return build


def nothing_is_handed_out(build: Build) -> bool:
    return not build.places.results.exists()


def test_a_file_that_nobody_knows_stops_it(build: Build) -> None:
    with pytest.raises(SigningError, match=r"version\.dll: unsigned, expected: no such file"):
        make_all(build, small_freeze({"version.dll": copied}))
    assert nothing_is_handed_out(build)


def test_a_library_that_somebody_else_has_signed_stops_it(build: Build, tmp_path: Path) -> None:
    def signed(path: Path) -> None:
        copied(path)
        stranger(tmp_path / "stranger").sign(path)

    with pytest.raises(SigningError, match=r"Qt6Core.dll: .*, expected: The QT Company Oy"):
        make_all(build, small_freeze({"Qt6Core.dll": signed}))
    assert nothing_is_handed_out(build)


def test_a_setup_that_is_too_large_stops_it(build: Build) -> None:
    with pytest.raises(BuildError, match=r"certclient-setup.exe has .* MB, more than the 0.1 MB"):
        make_all(replace(build, largest_setup=100_000), small_freeze())
    assert nothing_is_handed_out(build)


def test_the_limit_is_that_of_contents_toml(build: Build) -> None:
    assert build.largest_setup == largest_setup() == 30_000_000


def test_a_freeze_that_fails_leaves_nothing_of_an_earlier_build(build: Build) -> None:
    def freeze(_build: Build) -> NoReturn:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        make_all(build, freeze)
    assert nothing_is_handed_out(build)
