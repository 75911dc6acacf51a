"""Runs a command and prints what it cost as JSON; the standard library's lightest parts only.

`python -I -S launcher.py COMMAND ...`; used by benchmarks.commands, which says why.
"""

import os
import sys
import time


def main() -> int:
    """Returns the command's exit code; its output is dropped."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    begin = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.dup2(nothing, 1)
        os.execvp(sys.argv[1], sys.argv[1:])
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begin
    cpu = usage.ru_utime + usage.ru_stime
    megabytes = usage.ru_maxrss / 1024
    print(f'{{"wall": {wall:.6f}, "cpu": {cpu:.6f}, "megabytes": {megabytes:.1f}}}')
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
