"""Runs the command line in a process that stays after its end, so that its memory can be searched.

python -m support.audited_program DESCRIPTOR [--keeps-a-line | --fails] ARGUMENT...

Sends the exit code on DESCRIPTOR and closes it. `--keeps-a-line`: reads a line from standard input
before the command and holds it for good, to show that the search would find it. `--fails`: once a
store has its PIN, an error that nobody foresaw is raised; its text is the PIN backwards.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from certclient import bootstrap
from certclient.cli.main import main as command_line
from certclient.model.profile import Profile
from certclient.model.secret import Secret
from certclient.store.base import PinRequest

KEEPS_A_LINE, FAILS = "--keeps-a-line", "--fails"


@dataclass
class _FailingStore:
    """`store` with a bug between the question for the PIN and its use."""

    store: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def open(self, ask_pin: Any) -> Any:
        def fail(request: PinRequest) -> Secret:
            pin: Secret = ask_pin(request)
            with pin.revealed() as text:
                raise RuntimeError(text[::-1])

        return self.store.open(fail)


def _failing(profiles: Sequence[Profile]) -> Sequence[Any]:
    return [_FailingStore(one) for one in bootstrap.all_stores(profiles)]


def main() -> None:
    end = int(sys.argv.pop(1))
    kept = []
    if sys.argv[1] == KEEPS_A_LINE:
        kept.append(sys.stdin.readline())
        del sys.argv[1]
    fails = sys.argv[1] == FAILS
    if fails:
        del sys.argv[1]
    if os.isatty(0):  # makes it this session's terminal
        os.close(os.open(os.ttyname(0), os.O_RDWR))
    try:
        code = (
            command_line(replace(bootstrap.system_services(), stores=_failing))
            if fails
            else bootstrap.main()
        )
    except SystemExit as ended:
        code = int(ended.code or 0)
    os.write(end, str(code).encode())
    gc.unfreeze()
    gc.collect()
    os.close(end)
    threading.Event().wait()


if __name__ == "__main__":
    main()
