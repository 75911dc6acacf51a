"""A Windows with the program installed, used by a customer of a bank."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.bank_service import BankService
from support.fresh_windows import FreshWindows
from tools.wine.sandbox import SITE

DONE, WAITING = 0, 4
"""Exit codes of the program (docs/cli.md)."""

BANK = "practice"
"""The practice bank's profile."""

_ISSUE_CERTIFICATES = r"Z:\project\tests\installer\issue_certificates.py"
_FOR_SCRIPTS = {
    "PYTHONPATH": rf"Z:\project\src;Z:\project\tests;Z:\project;{SITE}",
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


@dataclass(frozen=True)
class ProgramPc:
    """`place`: the program's folder in `windows`."""

    windows: FreshWindows
    service: BankService
    place: str

    @property
    def console(self) -> str:
        return rf"{self.place}\certclient.exe"

    @property
    def program(self) -> str:
        return rf"{self.place}\certclientw.exe"

    def installs_bank_profile(self) -> None:
        """Adds the bank's profile next to the installed program. (Under Wine, no administrator owns
        anything in %ProgramData%, so the program rightly ignores profiles there.)"""
        self._profile.write_text(self.service.profile_text(), encoding="utf-8")

    def is_left(self) -> set[str]:
        """What is left of the program's folder after uninstallation, without the bank's profile,
        which does not belong to the installer."""
        self._profile.unlink()
        place = self.windows.path(self.place)
        return {path.name for path in place.rglob("*") if path != self._profile.parent}

    @property
    def _profile(self) -> Path:
        return self.windows.path(rf"{self.place}\profiles\{BANK}.toml")

    def certclient(self, *arguments: str) -> tuple[int, Any]:
        """Runs the command line; returns its exit code and JSON."""
        done = self.windows.wine(self.console, *arguments, "--json")
        text = done.stdout.decode(errors="replace")
        assert "{" in text, f"exit code {done.returncode}: {text}"
        return done.returncode, json.loads(text[text.index("{") :])

    def contents(self) -> set[str]:
        """The library folders of the installed versions."""
        return {path.name for path in self.windows.path(self.place).glob("app-*")}

    def version(self) -> str:
        return self.windows.wine(self.console, "--version").stdout.decode().split()[-1]

    def add_certificate(self, count: int = 1) -> list[str]:
        """Adds `count` customers whose certificates expire in 20 days; returns their user IDs."""
        user_ids = [self.service.new_customer() for _ in range(count)]
        command = (
            "wine",
            "/python/python.exe",
            _ISSUE_CERTIFICATES,
            self.service.port,
            "20",
            *user_ids,
        )
        done = self.windows.run(*command, environment=_FOR_SCRIPTS)
        assert done.returncode == 0, done.stdout.decode(errors="replace")
        return user_ids

    def starts_waiting_renewal(self, user_id: str) -> None:
        """Starts a renewal that the bank answers later."""
        self.service.set_wait_polls(2)
        code, answer = self.certclient("renew", user_id, "--yes", "--wait", "0", "--profile", BANK)
        assert code == WAITING, answer

    def resumes(self) -> None:
        """Resumes the renewal, which must complete."""
        code, answer = self.certclient("resume", "--wait", "60", "--profile", BANK)
        assert code == DONE, answer
        assert [one["outcome"] for one in answer["results"]] == ["done"]

    def days_left(self) -> dict[str, int]:
        """Days left of the newest certificate of each user ID."""
        code, answer = self.certclient("list", "--profile", BANK)
        assert code == 0, answer
        found: dict[str, int] = {}
        for one in answer["certificates"]:
            found[one["user_id"]] = max(one["days_left"], found.get(one["user_id"], 0))
        return found
