"""What `make test` runs, in which order, and with which result."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tools import gates
from tools.gates import Outcome
from tools.prepare import NO_ROOT


class Programs:
    """Replaces subprocesses: each exits with the code given for a part of its command, or 0."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **codes: int) -> None:
        self.started: list[str] = []
        self._codes = codes
        monkeypatch.setattr(gates, "run", self._run)

    def _run(self, name: str, command: Sequence[str], *, live: bool = False) -> Outcome:
        words = " ".join(command)
        self.started.append(words)
        code = next((c for part, c in self._codes.items() if part in words), 0)
        return Outcome(name, code, 1.5, "" if live else f"what {name} said")

    def ran(self, part: str) -> bool:
        return any(part in words for words in self.started)


def last_lines(capsys: pytest.CaptureFixture[str], count: int) -> list[str]:
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()[-count:]]


def test_all_gates_and_tests_pass(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs = Programs(monkeypatch)
    assert gates.main(is_root=True) == 0
    assert programs.ran("pytest")
    assert programs.started[-1] != "python -m tools.wine --parts"
    assert last_lines(capsys, 3) == [
        "tests on Linux ok 1.5 s",
        "installer tests ok 1.5 s",
        "tests on Windows ok 1.5 s",
    ]


def test_two_runs_cover_every_linux_test(monkeypatch: pytest.MonkeyPatch) -> None:
    programs = Programs(monkeypatch)
    gates.main(is_root=False)
    runs = sorted(words.split()[-1] for words in programs.started if "pytest" in words)
    assert runs == ["--ignore=tests/installer", "tests/installer"]


def test_failing_gate_is_shown_and_no_test_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs = Programs(monkeypatch, mypy=1)
    assert gates.main(is_root=True) == 1
    assert not programs.ran("pytest")
    assert "python -m tools.wine" not in programs.started
    shown = capsys.readouterr().out
    assert "what mypy --strict said" in shown
    assert "what ruff check said" not in shown
    assert "The tests did not run" in shown


SEGMENTATION_FAULT, KILLED = -11, -9


@pytest.mark.parametrize(
    ("linux", "installer", "windows"),
    [(1, 0, 0), (0, 0, 1), (0, 1, 0), (1, 1, 2), (SEGMENTATION_FAULT, 0, 0), (0, 0, KILLED)],
)
def test_any_failure_or_crash_fails_the_run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    linux: int,
    installer: int,
    windows: int,
) -> None:
    codes = {"--ignore=": linux, "pytest": installer, "tools.wine": windows}
    Programs(monkeypatch, **codes)
    assert gates.main(is_root=True) == 1
    shown = last_lines(capsys, 3)
    assert ["FAILED" in line for line in shown] == [bool(linux), bool(installer), bool(windows)]


def test_missing_wine_fails_for_root_and_shows_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs = Programs(monkeypatch, **{"tools.wine --parts": 1})
    assert gates.main(is_root=True) == 1
    assert programs.ran("pytest"), "the other tests still run"
    assert "python -m tools.wine" not in programs.started
    assert "what tests on Windows said" in capsys.readouterr().out


def test_without_root_one_line_reports_what_is_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs = Programs(monkeypatch)
    assert gates.main(is_root=False) == 0
    assert not programs.ran("tools.wine")
    assert last_lines(capsys, 3) == [
        "tests on Linux ok 1.5 s",
        "installer tests ok 1.5 s",
        NO_ROOT,
    ]


@pytest.mark.parametrize("code", [0, 1])
def test_quick_runs_the_gates_and_the_unit_tests(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int
) -> None:
    programs = Programs(monkeypatch, pytest=code)
    assert gates.quick() == code
    assert all(programs.ran(" ".join(command)) for _, command in gates.GATES)
    assert programs.started[-1].endswith(" tests/unit")
    assert not programs.ran("tools.wine")
    (line,) = last_lines(capsys, 1)
    assert ("FAILED" in line) is bool(code)


def test_quick_stops_at_a_failing_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    programs = Programs(monkeypatch, ruff=1)
    assert gates.quick() == 1
    assert not programs.ran("pytest")


def test_bytecode_is_written_although_the_environment_forbids_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(gates.NO_BYTECODE, "1")
    code = "import sys; print(sys.dont_write_bytecode)"
    assert gates.run("x", ("python", "-c", code)).output == "False\n"


def test_exit_code_decides_the_outcome() -> None:
    failed = gates.run("x", ("python", "-c", "print('said'); raise SystemExit(3)"))
    assert (failed.code, failed.output) == (3, "said\n")
    assert "FAILED" in failed.line
    assert "ok" in gates.run("x", ("python", "-c", "")).line
