"""A run of the tests under Wine whose server crashes is begun again and cannot hang."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tools.wine.runs import show_run

CRASH = "wineserver64: server/sock.c:1366: sock_poll_event: Assertion `sock->obj.ops' failed."
CRASHED = f'echo "{CRASH.replace("`", "")}"; exec sleep 3600'


def process(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(("sh", "-c", script), stdout=subprocess.PIPE, text=True)


def starts(*scripts: str) -> Iterator[subprocess.Popen[str]]:
    return (process(script) for script in scripts)


@pytest.mark.parametrize("code", [0, 1])
def test_result_of_the_run_that_ends_counts(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    begun = starts(CRASHED, f"echo passed; exit {code}")
    assert show_run("keys", next(begun), lambda: next(begun)) == code
    assert "Wine's server has crashed: once more" in capsys.readouterr().out


def test_wine_that_crashes_each_time_is_a_failure() -> None:
    begun = starts(CRASHED, CRASHED, CRASHED)
    assert show_run("keys", next(begun), lambda: next(begun)) == 1


def test_failed_test_is_not_run_again() -> None:
    begun = starts("echo 'E  Assertion in a test'; exit 1")
    assert show_run("keys", next(begun), lambda: next(begun)) == 1
