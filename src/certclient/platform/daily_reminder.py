"""The daily reminder on Windows: a scheduled task that the program creates for the current user.

The setup writes the Run key, which reminds at logon; this task covers computers that are never
restarted. Both start `certclientw.exe remind`; a second instance notifies the first and exits. If
the task cannot be created (forbidden by a company's policy), only the Run key reminds.

Task Scheduler 2.0 XML (Microsoft, "Task Scheduler Schema"), registered with schtasks.exe, which
needs no administrator rights for the user's own tasks.
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

from certclient.platform.folders import daily_reminder_file
from certclient.platform.private_files import private_folder
from certclient.platform.windows_dll import WindowsCallError, load

PROGRAM = "certclientw.exe"
_SECONDS = 60

Schtasks = Callable[[Sequence[str]], bool]
"""Runs schtasks.exe with these arguments; returns whether it succeeded."""

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
# At 10:00 local time, or as soon as possible afterwards if the computer was off. No execution time
# limit, as the program may stay in the tray. Priority 5 is normal; the default, 7, would lower the
# priority of the program's windows too.


@dataclass(frozen=True, slots=True)
class DailyReminder:
    """The scheduled task of one user.

    `program`: absolute path of certclientw.exe. `user`: SID. `folder`: this program's data folder,
    which records that the task was created, so that a task deleted by the user stays deleted.
    """

    program: Path
    user: str
    folder: Path
    schtasks: Schtasks

    @property
    def name(self) -> str:
        """The task's name; includes the SID, because the tasks of all users share one folder."""
        return f"certclient-reminder-{self.user}"

    @property
    def xml(self) -> str:
        """The task's definition for `schtasks /create /xml`, to be written as UTF-16."""
        return _XML.format(user=_escaped(self.user), program=_escaped(str(self.program)))

    def ensure(self) -> bool:
        """Creates the task unless this definition was created before.

        Returns whether it was created, now or earlier, even if the user has deleted it since.
        """
        return self.known or self.make()

    @property
    def known(self) -> bool:
        """Whether this definition was created before."""
        return self._stored_digest == self._digest

    def make(self) -> bool:
        """Creates or replaces the task. Returns whether that succeeded; never raises OSError."""
        description = self.folder / "daily-reminder.xml"
        try:
            private_folder(self.folder)
            description.write_text(self.xml, encoding="utf-16")
            made = self.schtasks(("/create", "/tn", self.name, "/xml", str(description), "/f"))
            description.unlink()
            if made:
                daily_reminder_file(self.folder).write_text(self._digest, encoding="ascii")
        except OSError:
            return False
        return made

    def remove(self) -> bool:
        """Removes the task. Returns False if it was created and cannot be removed."""
        removed = self.schtasks(("/delete", "/tn", self.name, "/f"))
        known = self._stored_digest
        if removed:
            daily_reminder_file(self.folder).unlink(missing_ok=True)
        return removed or not known

    @property
    def _digest(self) -> str:
        return hashlib.sha256(self.xml.encode()).hexdigest()

    @property
    def _stored_digest(self) -> str:
        try:
            return daily_reminder_file(self.folder).read_text(encoding="ascii")
        except (OSError, ValueError):
            return ""


def _escaped(text: str) -> str:
    """Text in an XML element. `xml.sax.saxutils` would load urllib, HTTP and TLS for this."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def daily_reminder(folder: Path) -> DailyReminder | None:
    """Returns the reminder of the installed program.

    `folder`: this program's data folder. Returns None on other systems, if the program is not
    installed (not frozen), or if the user's SID cannot be determined.
    """
    if sys.platform == "win32" and getattr(sys, "frozen", False):
        try:
            user = current_user()
        except WindowsCallError:
            return None
        return DailyReminder(Path(sys.executable).with_name(PROGRAM), user, folder, run_schtasks)
    return None


if sys.platform == "win32":
    from certclient.platform.windows_user import current_user

    def run_schtasks(arguments: Sequence[str]) -> bool:
        """Runs schtasks.exe for at most 60 seconds; returns whether it exited with 0.

        Takes it from the system folder, never from PATH, and hides its console window.
        """
        try:
            done = subprocess.run(  # noqa: S603 - from Windows' own system folder
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
