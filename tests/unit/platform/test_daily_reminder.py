"""The daily task: created once, not recreated after the user deletes it, removed on request.

tests/windows/test_windows_autostart.py uses Windows' own schtasks.exe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import cast
from xml.etree import ElementTree as ET

from certclient.platform.daily_reminder import DailyReminder, daily_reminder

SID = "S-1-5-21-1-2-3-1001"
NAME = f"certclient-reminder-{SID}"
_SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


@dataclass
class Scheduler:
    """Replaces schtasks.exe. `forbidden`: company policy allows no tasks."""

    forbidden: bool = False
    tasks: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def __call__(self, arguments: Sequence[str]) -> bool:
        words = list(arguments)
        self.calls.append(words[0])
        name = words[words.index("/tn") + 1]
        if self.forbidden:
            return False
        if words[0] == "/create":
            self.tasks[name] = Path(words[words.index("/xml") + 1]).read_text(encoding="utf-16")
            return True
        return self.tasks.pop(name, None) is not None


def reminder(
    scheduler: Scheduler,
    folder: Path,
    program: str = r"C:\Users\信金 & 太郎\certclientw.exe",
) -> DailyReminder:
    return DailyReminder(cast("Path", PureWindowsPath(program)), SID, folder, scheduler)


def test_task_is_created_at_the_first_start_only(tmp_path: Path) -> None:
    scheduler = Scheduler()
    assert reminder(scheduler, tmp_path).ensure()
    assert list(scheduler.tasks) == [NAME]
    scheduler.tasks.clear()  # deleted by the user
    assert reminder(scheduler, tmp_path).ensure()
    assert scheduler.tasks == {}
    assert scheduler.calls == ["/create"]


def test_task_is_recreated_after_the_program_has_moved(tmp_path: Path) -> None:
    scheduler = Scheduler()
    reminder(scheduler, tmp_path).ensure()
    moved = reminder(scheduler, tmp_path, r"D:\certclientw.exe")
    moved.ensure()
    assert scheduler.tasks == {NAME: moved.xml}


def test_forbidden_creation_is_retried_at_each_start(tmp_path: Path) -> None:
    scheduler = Scheduler(forbidden=True)
    assert not reminder(scheduler, tmp_path).ensure()
    assert reminder(scheduler, tmp_path).remove(), "there is nothing to remove"
    scheduler.forbidden = False
    assert reminder(scheduler, tmp_path).ensure()
    scheduler.forbidden = True
    assert not reminder(scheduler, tmp_path).remove()


def test_removal_deletes_the_task_and_its_record(tmp_path: Path) -> None:
    scheduler = Scheduler()
    reminder(scheduler, tmp_path).ensure()
    assert reminder(scheduler, tmp_path).remove()
    assert scheduler.tasks == {}
    assert list(tmp_path.iterdir()) == []


def test_task_definition(tmp_path: Path) -> None:
    one = reminder(Scheduler(), tmp_path)
    task = ET.fromstring(one.xml.encode("utf-16"))

    def text(name: str) -> str | None:
        return next(task.iter(_SPACE + name)).text

    assert text("Command") == r"C:\Users\信金 & 太郎\certclientw.exe"
    assert text("Arguments") == "remind"
    assert text("StartBoundary") == "2026-01-01T10:00:00"
    assert (text("StartWhenAvailable"), text("DisallowStartIfOnBatteries")) == ("true", "false")
    assert (text("RunLevel"), text("UserId")) == ("LeastPrivilege", SID)


def test_no_reminder_without_an_installation(tmp_path: Path) -> None:
    assert daily_reminder(tmp_path) is None
