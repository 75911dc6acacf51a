"""Who can change a file: every folder and every link on the way to it counts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from certclient.platform.trusted_paths import exposed_place

OURS = {0, os.geteuid()}
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
STRANGER = 12345


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """`outer/inner/file`, which nobody else may change."""
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "outer").chmod(0o755)
    inner.chmod(0o755)
    path = inner / "file"
    path.write_bytes(b"x")
    path.chmod(0o644)
    return path


def exposed(path: Path) -> Path | None:
    found = exposed_place(path, OURS)
    return found.path if found is not None else None


def test_what_only_its_owner_can_change_is_not_exposed(file: Path) -> None:
    assert exposed(file) is None


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_file_or_any_folder_above_it_that_others_may_write_to_is_named(
    file: Path, level: int
) -> None:
    place = (file, *file.parents)[level]
    place.chmod(0o775)
    assert exposed(file) == place


def test_others_may_add_to_a_sticky_folder(file: Path) -> None:
    file.parent.chmod(0o1777)
    assert exposed(file) is None


def test_the_folder_of_each_link_of_a_chain_counts(file: Path, tmp_path: Path) -> None:
    for name in ("first", "second", "third"):
        (tmp_path / name).mkdir()
    (tmp_path / "third" / "link").symlink_to(file)
    (tmp_path / "second" / "link").symlink_to("../third/link")
    (tmp_path / "first" / "link").symlink_to(tmp_path / "second" / "link")
    assert exposed(tmp_path / "first" / "link") is None
    for name in ("third", "second", "first"):
        (tmp_path / name).chmod(0o777)
        assert exposed(tmp_path / "first" / "link") == tmp_path / name


def test_a_link_to_a_folder_in_the_middle_counts(file: Path, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "way").symlink_to(file.parent)
    (tmp_path / "open").chmod(0o777)
    assert exposed(tmp_path / "open" / "way" / "file") == tmp_path / "open"


@AS_ROOT
def test_a_link_of_another_user_is_not_followed_even_in_a_sticky_folder(
    file: Path, tmp_path: Path
) -> None:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp").chmod(0o1777)
    link = tmp_path / "tmp" / "link"
    link.symlink_to(file)
    assert exposed(link) is None
    os.chown(link, STRANGER, STRANGER, follow_symlinks=False)
    assert exposed(link) == link


@AS_ROOT
@pytest.mark.parametrize("level", [0, 1, 2])
def test_another_owner_of_the_file_or_of_a_folder_is_named(file: Path, level: int) -> None:
    place = (file, *file.parents)[level]
    os.chown(place, STRANGER, STRANGER)
    found = exposed_place(file, OURS)
    assert found is not None
    assert (found.path, f"uid {STRANGER}" in found.who) == (place, True)


def test_a_folder_that_is_skipped_may_belong_to_anybody(file: Path) -> None:
    file.parent.parent.chmod(0o777)
    assert exposed_place(file, OURS, skip=[file.parent.parent]) is None


def test_links_in_a_circle_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(OSError, match="links"):
        exposed_place(tmp_path / "one", OURS)
