"""Runs the command line in a process that stays after its end, so that its memory can be searched.

python -m support.audited_program DESCRIPTOR [--keeps-a-line] ARGUMENT...

Sends the exit code on DESCRIPTOR and closes it. `--keeps-a-line`: reads a line from standard input
before the command and holds it for good, to show that the search would find it.
"""

from __future__ import annotations

import gc
import os
import sys
import threading

from certclient import bootstrap

KEEPS_A_LINE = "--keeps-a-line"


def main() -> None:
    end = int(sys.argv.pop(1))
    kept = []
    if sys.argv[1] == KEEPS_A_LINE:
        kept.append(sys.stdin.readline())
        del sys.argv[1]
    if os.isatty(0):  # makes it this session's terminal
        os.close(os.open(os.ttyname(0), os.O_RDWR))
    try:
        code = bootstrap.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    os.write(end, str(code).encode())
    gc.unfreeze()
    gc.collect()
    os.close(end)
    threading.Event().wait()


if __name__ == "__main__":
    main()
