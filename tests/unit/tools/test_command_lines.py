"""Every program of the project that a person may start answers `--help`, and does nothing else."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

from tools.installer.settings import ROOT

PARTS_OF_BENCHMARKS = {
    "benchmarks/gui_stall_start.py",
    "benchmarks/launcher.py",
    "benchmarks/table.py",
}
"""Started by other benchmarks alone; the launcher's arguments are a whole command line."""

PROGRAMS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("tools", "demo", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if '\nif __name__ == "__main__":\n' in path.read_text(encoding="utf-8")
    and path.relative_to(ROOT).as_posix() not in PARTS_OF_BENCHMARKS
)


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory; nothing on PATH, so that nothing can be built or installed."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "path", list(sys.path))
    return folder


def start(program: str, *arguments: str) -> object:
    """Runs it in this process as `python PROGRAM ARGUMENTS`; returns its exit code."""
    sys.argv[:] = [program, *arguments]
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / program), run_name="__main__")
    return ended.value.code


def test_programs_are_found() -> None:
    assert {"tools/wine/__main__.py", "tools/installer/notices.py", "demo/__main__.py"} <= {
        *PROGRAMS
    }


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_is_printed_and_nothing_written(
    program: str,
    empty_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    assert start(program, "--help") == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("usage: ")
    assert printed.err == ""
    assert list(empty_folder.iterdir()) == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_unknown_option_is_refused(
    program: str,
    empty_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    assert start(program, "--no-such-option") == 2
    assert "usage: " in capsys.readouterr().err
    assert list(empty_folder.iterdir()) == []
