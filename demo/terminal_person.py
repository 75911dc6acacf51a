"""A person at a terminal: runs a program there and types answers to its questions.

terminal_person.py SCREEN ANSWERS PROGRAM [ARGUMENT]...

ANSWERS are separated by commas; each is typed at the next question. What was on the screen is in
the file SCREEN at the end, with the exit code in the last line.
"""

from __future__ import annotations

import os
import pty
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_SECONDS = 60.0
_QUESTION_ENDS = ("]", "：")


def write_person(
    script: Path, screen: Path, answers: Sequence[str], program: Sequence[str]
) -> None:
    """Writes a program that is such a person, for a place that wants one word only. What it is
    called with comes after the `program`'s own arguments."""
    command = [sys.executable, __file__, str(screen), ",".join(answers), *program]
    script.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        f"os.execv({sys.executable!r}, [*{command!r}, *sys.argv[1:]])\n",
        encoding="utf-8",
    )
    script.chmod(0o755)


def main(screen: Path, answers: list[str], program: list[str]) -> None:
    child, terminal = pty.fork()
    if child == 0:
        # A terminal that can do nothing: what is on its screen can be read afterwards.
        os.execve(program[0], program, {**os.environ, "TERM": "dumb"})
    seen = _converse(terminal, answers)
    _, status = os.waitpid(child, 0)
    aside = screen.with_suffix(".part")
    aside.write_text(f"{seen}\n{os.waitstatus_to_exitcode(status)}", encoding="utf-8")
    aside.replace(screen)


def _converse(terminal: int, answers: list[str]) -> str:
    seen = b""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        seen += data
        if answers and seen.decode("utf-8", "ignore").rstrip(" ").endswith(_QUESTION_ENDS):
            os.write(terminal, f"{answers.pop(0)}\n".encode())
    os.close(terminal)
    return seen.decode("utf-8", "replace")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].split(",") if sys.argv[2] else [], sys.argv[3:])
