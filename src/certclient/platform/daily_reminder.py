"""The reminder of each day on Windows: a task of this user alone, made by the program itself.

The setup writes the Run key, which reminds at logon; a computer that is never restarted is reminded
by this task. Both start `certclientw.exe remind`, of which a second one at the same time tells the
first and ends. Where the task cannot be made (forbidden by a company's policy), the Run key is all.

Task Scheduler 2.0's XML (Microsoft, "Task Scheduler Schema") through schtasks.exe, which needs no
administrator for a task of one's own.
"""

from __future__ import annotations

import ctypes
import hashlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from ctypes import wintypes
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from certclient.platform.windows_dll import WindowsCallError, declare, load, not_zero

PROGRAM = "certclientw.exe"
_MEMORY = "daily-reminder.txt"
_SECONDS = 60

Schtasks = Callable[[Sequence[str]], bool]
"""Runs schtasks.exe with these arguments; whether it did what it was told."""

_XML = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>certclient</Author>
    <Description>certclient: reminds of client certificates that expire soon.</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T10:00:00</StartBoundary>
      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="user">
      <UserId>{user}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>5</Priority>
  </Settings>
  <Actions Context="user">
    <Exec>
      <Command>{program}</Command>
      <Arguments>remind</Arguments>
    </Exec>
  </Actions>
</Task>
"""
# At 10:00 by the computer's clock, or as soon after it as the computer runs. No limit of time: the
# program may stay in the tray. Priority 5: that of a program somebody starts; 7, the default, is
# lower, also for its windows.


@dataclass(frozen=True, slots=True)
class DailyReminder:
    """`program`: certclientw.exe, absolute; `user`: the SID; `folder`: this program's data, where
    it is noted that the task was made: one that the user deletes stays deleted."""

    program: Path
    user: str
    folder: Path
    schtasks: Schtasks

    @property
    def name(self) -> str:
        """Tasks of all users share one folder."""
        return f"certclient-reminder-{self.user}"

    @property
    def xml(self) -> str:
        return _XML.format(user=escape(self.user), program=escape(str(self.program)))

    def ensure(self) -> bool:
        """Makes the task unless that was done before. Whether it was made, now or then."""
        return self._remembered == self._digest or self.make()

    def make(self) -> bool:
        """Makes the task; one that is there is replaced."""
        description = self.folder / "daily-reminder.xml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            description.write_text(self.xml, encoding="utf-16")
            made = self.schtasks(("/create", "/tn", self.name, "/xml", str(description), "/f"))
            description.unlink()
            if made:
                (self.folder / _MEMORY).write_text(self._digest, encoding="ascii")
        except OSError:
            return False
        return made

    def remove(self) -> bool:
        """Removes the task. False if it was made and cannot be removed."""
        removed = self.schtasks(("/delete", "/tn", self.name, "/f"))
        known = self._remembered
        if removed:
            (self.folder / _MEMORY).unlink(missing_ok=True)
        return removed or not known

    @property
    def _digest(self) -> str:
        return hashlib.sha256(self.xml.encode()).hexdigest()

    @property
    def _remembered(self) -> str:
        try:
            return (self.folder / _MEMORY).read_text(encoding="ascii")
        except (OSError, ValueError):
            return ""


def daily_reminder(folder: Path) -> DailyReminder | None:
    """That of the installed program; None on another system, or where it is not installed.

    `folder`: this program's data.
    """
    if sys.platform == "win32" and getattr(sys, "frozen", False):
        try:
            user = current_user()
        except WindowsCallError:
            return None
        return DailyReminder(Path(sys.executable).with_name(PROGRAM), user, folder, run_schtasks)
    return None


if sys.platform == "win32":
    _TOKEN_QUERY, _TOKEN_USER = 0x8, 1
    _LONGEST_TOKEN_USER = 256

    def run_schtasks(arguments: Sequence[str]) -> bool:
        """Windows' own, never one of the same name in PATH; no console window flashes."""
        try:
            done = subprocess.run(  # noqa: S603 - its path is Windows' own
                (str(_system_folder() / "schtasks.exe"), *arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                creationflags=subprocess.CREATE_NO_WINDOW,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    def _system_folder() -> Path:
        text = ctypes.create_unicode_buffer(wintypes.MAX_PATH)
        load("kernel32.dll").GetSystemDirectoryW(text, wintypes.MAX_PATH)
        return Path(text.value)

    def current_user() -> str:
        """The SID of who runs this program. Raises WindowsCallError."""
        kernel, security = load("kernel32.dll"), load("advapi32.dll")
        pointer, handle = ctypes.c_void_p, wintypes.HANDLE
        process = declare(kernel, "GetCurrentProcess", lambda _: None, handle)
        close = declare(kernel, "CloseHandle", not_zero, wintypes.BOOL, handle)
        free = declare(kernel, "LocalFree", lambda _: None, pointer, pointer)
        open_token = declare(
            security, "OpenProcessToken", not_zero, wintypes.BOOL, handle, wintypes.DWORD, pointer
        )
        ask = declare(
            security,
            "GetTokenInformation",
            not_zero,
            wintypes.BOOL,
            *(handle, ctypes.c_int, pointer, wintypes.DWORD, pointer),
        )
        text_of = declare(
            security, "ConvertSidToStringSidW", not_zero, wintypes.BOOL, pointer, pointer
        )
        token, length, text = handle(), wintypes.DWORD(), wintypes.LPWSTR()
        # TOKEN_USER begins with a pointer to the SID.
        found = (pointer * (_LONGEST_TOKEN_USER // ctypes.sizeof(pointer)))()
        open_token(process(), _TOKEN_QUERY, ctypes.byref(token))
        try:
            ask(token, _TOKEN_USER, found, ctypes.sizeof(found), ctypes.byref(length))
            text_of(found[0], ctypes.byref(text))
            sid = text.value or ""
            free(text)
        finally:
            close(token)
        return sid
