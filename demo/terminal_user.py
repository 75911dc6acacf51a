"""A simulated user at a terminal: runs a program and types answers to its questions.

terminal_user.py SCREEN ANSWERS PROGRAM [ARGUMENT]...

ANSWERS are separated by commas; each is typed at the next question. At the end, the file SCREEN
contains the terminal's output, with the exit code in the last line.
"""

from __future__ import annotations

import argparse
import os
import pty
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_SECONDS = 60.0
_QUESTION_ENDS = ("]", "：")


def write_terminal_user(
    script: Path, screen: Path, answers: Sequence[str], program: Sequence[str]
) -> None:
    """Writes an executable script that runs this module, for callers that accept one path only.

    The script's arguments are appended to those of `program`.
    """
    command = [sys.executable, __file__, str(screen), ",".join(answers), *program]
    script.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        f"os.execv({sys.executable!r}, [*{command!r}, *sys.argv[1:]])\n",
        encoding="utf-8",
    )
    script.chmod(0o755)


def main(screen: Path, answers: list[str], program: list[str]) -> None:
    """Runs `program` (an absolute path and arguments) in a pseudo-terminal; writes `screen`
    atomically."""
    child, terminal = pty.fork()
    if child == 0:
        # A dumb terminal, so that the output contains no control sequences.
        os.execve(program[0], program, {**os.environ, "TERM": "dumb"})
    seen = _answer_questions(terminal, answers)
    _, status = os.waitpid(child, 0)
    # Handover.app_ended polls for `screen`, so the file must appear complete.
    aside = screen.with_suffix(".part")
    aside.write_text(f"{seen}\n{os.waitstatus_to_exitcode(status)}", encoding="utf-8")
    aside.replace(screen)


def _answer_questions(terminal: int, answers: list[str]) -> str:
    seen = b""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            # Linux reports EIO once the program has closed the terminal.
            break
        if not data:
            break
        seen += data
        if answers and seen.decode("utf-8", "ignore").rstrip(" ").endswith(_QUESTION_ENDS):
            os.write(terminal, f"{answers.pop(0)}\n".encode())
    os.close(terminal)
    return seen.decode("utf-8", "replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Runs a program and answers its questions.")
    parser.add_argument("screen", type=Path, help="the file for the terminal's output")
    parser.add_argument("answers", help="separated by commas")
    parser.add_argument("program", nargs=argparse.REMAINDER, help="and its arguments")
    return parser


if __name__ == "__main__":
    given = _parser().parse_args()
    main(given.screen, given.answers.split(",") if given.answers else [], given.program)
