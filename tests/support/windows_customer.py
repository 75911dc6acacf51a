"""A customer before the windows of another process: reads, presses and types, and keeps all that
was shown.

with opened(pc) as customer:
    customer.presses("電子証明書取得")
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from support.command_line import CliComputer
from support.secrets_audit import GUARD, Audited, started


@dataclass
class WindowsCustomer:
    """`screens`: everything that was shown or said, in order."""

    process: subprocess.Popen[str]
    _answers: IO[bytes]
    screens: list[str] = field(default_factory=list)

    def at_page(self, page: str) -> None:
        """Waits until the topmost window is a wizard at this page."""
        self._until(lambda top: top["page"] == page, f"page {page}")

    def in_window(self, name: str) -> None:
        """Waits until the topmost window is of this class."""
        self._until(lambda top: top["window"] == name, f"window {name}")

    def reads(self, text: str) -> None:
        """Waits until the topmost window shows this."""
        self._until(lambda top: any(text in one for one in top["visible"]), repr(text))

    def presses(self, text: str) -> None:
        """Presses this button of the topmost window, once it can be pressed."""
        self._until(lambda top: text in top["buttons"], f"button {text!r}")
        assert self._ask(f"press {text}")["done"], text

    def types(self, text: str, number: int = 0) -> None:
        """Types into a field of the topmost window, once it is there."""
        self._until(lambda top: top["fields"] > number, f"field {number}")
        self._ask(f"type {number}\n{text}")

    def sees_a_crash_with_field(self, number: int) -> None:
        """Something fails unforeseen while it holds what is in the field; closes what says so."""
        self._ask(f"fail {number}")
        self.reads("CC-INTERNAL")
        self.presses("閉じる")

    def audited(self, pc: CliComputer) -> Audited:
        """The program, with all that it has written and shown until now."""
        self._ask("rest")
        texts = {"the screen": "\n".join(self.screens), "a file": pc.everything_written()}
        return Audited(self.process, 0, texts)

    def _until(self, holds: Callable[[dict[str, Any]], bool], what: str) -> None:
        deadline = time.monotonic() + GUARD
        while not any(one["top"] and holds(one) for one in self._ask("look")["windows"]):
            assert time.monotonic() < deadline, f"no {what}: {self.screens[-1]}"
            time.sleep(0.1)

    def _ask(self, action: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{action}\n")
        self.process.stdin.flush()
        line = self._answers.readline()
        assert line, "the program has ended"
        answer: dict[str, Any] = json.loads(line)
        shown = json.dumps(answer["windows"], ensure_ascii=False)
        if shown not in self.screens[-1:]:
            self.screens.append(shown)
        return answer


@contextmanager
def opened(pc: CliComputer, *arguments: str) -> Iterator[WindowsCustomer]:
    """`certclient ARGUMENTS` with its windows, which nobody else sees."""
    pc.variables["QT_QPA_PLATFORM"] = "offscreen"
    output = pc.home.parent / "windows-output"
    with (
        output.open("w") as written,
        started(
            pc,
            ["--profile", str(pc.bank.profile_path), *arguments],
            stdin=subprocess.PIPE,
            output=written.fileno(),
            module="support.audited_windows",
        ) as (process, end),
        os.fdopen(os.dup(end), "rb") as answers,
    ):
        customer = WindowsCustomer(process, answers)
        try:
            yield customer
        finally:
            customer.screens.append(output.read_text())
