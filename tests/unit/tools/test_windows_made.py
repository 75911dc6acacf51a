"""`make test-windows`: the result if Windows cannot be built, and what is kept between runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.prepare import NO_ROOT
from tools.wine import __main__ as test_windows
from tools.wine.cache import Cache, PartError


def test_without_root_one_line_reports_what_is_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert test_windows.main([], is_root=False) == 0
    assert capsys.readouterr().out.strip() == NO_ROOT


@pytest.mark.parametrize("arguments", [[], ["--parts"], ["tests/windows"]])
def test_fails_for_root_if_wine_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    def no_wine(_cache: Cache) -> None:
        raise PartError("no Debian with Wine 10")

    monkeypatch.setattr(test_windows, "prepare", no_wine)
    assert test_windows.main(arguments, is_root=True) == 1
    assert capsys.readouterr().err.strip() == "make test-windows: no Debian with Wine 10"


@pytest.mark.parametrize(
    ("arguments", "passed_on"),
    [
        (
            ["-q", "tests/a.py", "-k", "tpm", "tests/b.py"],
            ["-q", "tests/a.py", "-k", "tpm", "tests/b.py"],
        ),
        (["tests/a.py", "--", "--setup-plan"], ["tests/a.py", "--setup-plan"]),
    ],
)
def test_arguments_for_pytest_are_passed_on(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], passed_on: list[str]
) -> None:
    ran: list[list[str]] = []

    def run_tests(_target: object, given: list[str]) -> int:
        ran.append(given)
        return 0

    monkeypatch.setattr(test_windows, "prepare", lambda _cache: None)
    monkeypatch.setattr(test_windows, "windows", lambda _parts, _cache: None)
    monkeypatch.setattr(test_windows, "run_tests", run_tests)
    assert test_windows.main(arguments, is_root=True) == 0
    assert ran == [passed_on]


def test_part_is_built_once_and_never_left_incomplete(tmp_path: Path) -> None:
    cache, made = Cache(tmp_path), []

    def make(folder: Path) -> None:
        (folder / "half").touch()
        made.append(folder)
        if len(made) == 1:
            raise PartError("the network is gone")

    with pytest.raises(PartError):
        cache.part("python", "3.12", make)
    assert list(tmp_path.glob("python-*/")) == []
    place = cache.part("python", "3.12", make)
    assert cache.part("python", "3.12", make) == place
    assert (place / "half").exists()
    assert len(made) == 2


def test_leftovers_of_a_killed_run_are_removed_even_for_an_older_version(tmp_path: Path) -> None:
    left = tmp_path / "unfinished-python-0123456789abcdef"
    left.mkdir()
    another = tmp_path / "unfinished-wheels-0123456789abcdef"
    another.mkdir()
    Cache(tmp_path).part("python", "3.13", lambda folder: (folder / "python.exe").touch())
    assert not left.exists()
    assert another.exists(), "another process may still be building it"
