"""The daily reminder in Windows' Task Scheduler."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from certclient.platform.daily_reminder import (
    DailyReminder,
    daily_reminder,
    run_schtasks,
)
from certclient.platform.windows_user import current_user

TASKS = Path(os.environ["SYSTEMROOT"]) / "system32" / "tasks"


@pytest.fixture
def reminder(tmp_path: Path) -> DailyReminder:
    program = tmp_path / "信金 & 太郎" / "certclientw.exe"
    return DailyReminder(program, current_user(), tmp_path, run_schtasks)


def test_user_has_a_sid() -> None:
    assert re.fullmatch(r"S-1-5-\d+(-\d+)+", current_user())


def test_task_is_registered_and_removed(reminder: DailyReminder) -> None:
    place = TASKS / reminder.name
    assert reminder.ensure()
    assert place.is_file()
    assert reminder.make(), "an existing task is replaced"
    assert reminder.remove()
    assert not place.exists()
    assert list(reminder.folder.iterdir()) == []


def test_removing_missing_task_is_no_error(reminder: DailyReminder) -> None:
    assert not run_schtasks(("/delete", "/tn", reminder.name, "/f"))
    assert reminder.remove()


def test_no_task_for_program_run_by_python(tmp_path: Path) -> None:
    assert daily_reminder(tmp_path) is None
