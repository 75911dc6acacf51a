"""Runs the command line in a process that stays after its end, so that its memory can be searched.

Started by tests/integration/cli/test_secrets_audit.py with the descriptor that tells the end.
"""

from __future__ import annotations

import gc
import os
import sys
import threading

from certclient import bootstrap


def main() -> None:
    told = int(sys.argv.pop(1))
    if os.isatty(0):  # makes it this session's terminal
        os.close(os.open(os.ttyname(0), os.O_RDWR))
    try:
        code = bootstrap.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    os.write(told, str(code).encode())
    gc.unfreeze()
    gc.collect()
    os.close(told)
    threading.Event().wait()


if __name__ == "__main__":
    main()
