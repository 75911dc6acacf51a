"""Counts the cases of each kind, for docs/reliability.md.

    @pytest.mark.reliability("crash", "renewal on {store}, killed once")

`{…}` are the test's parameters. `--reliability FILE` adds what has passed and failed to FILE.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

OPTION = "--reliability"
_PROPERTY = "reliability"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, metavar="FILE", type=Path, help="counts of tests marked reliability")


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption(OPTION)
    if file is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Recorder(file))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers(_PROPERTY):
            kind, row = marker.args
            parameters = item.callspec.params if hasattr(item, "callspec") else {}
            item.user_properties.append((_PROPERTY, [kind, row.format(**parameters)]))
            break


def count_as(request: pytest.FixtureRequest, row: str) -> None:
    """Counts the present test in another row of its kind, which only its course shows."""
    for _, value in request.node.user_properties:
        value[1] = row


class _Recorder:
    """Writes the counts when all tests have ended: kind, row, outcome, number."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        for name, value in report.user_properties:
            if name == _PROPERTY and isinstance(value, list):
                self._counts[value[0], value[1], report.outcome] += 1

    def pytest_sessionfinish(self) -> None:
        known = json.loads(self._file.read_text("utf-8")) if self._file.exists() else []
        counted = [[*key, number] for key, number in self._counts.items()]
        self._file.write_text(json.dumps(known + counted), encoding="utf-8")
