"""`make test-windows`: runs the tests that need Windows, on a genuine Windows Python under Wine.

    python -m tools.wine [TEST]... [-q] [-k EXPRESSION] ... [-- other arguments of pytest]
    python -m tools.wine --parts        only builds the parts that the tests need

Needs root (namespaces, chroot). Without root it reports what is skipped and succeeds; with root it
fails if Wine is not available.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools.prepare import NO_ROOT
from tools.wine.cache import Cache, PartError, default_folder
from tools.wine.parts import prepare
from tools.wine.runs import run_tests, windows

_REST = "--"


def main(arguments: Sequence[str], *, is_root: bool) -> int:
    """Returns the exit code: 0 if all tests passed or without root, else 1. Exits with 2 for an
    unknown option, before anything is built."""
    ours, others = _partition(arguments)
    given = _parser().parse_intermixed_args(ours)
    if not is_root:
        print(NO_ROOT)
        return 0
    started = time.monotonic()
    cache = Cache(default_folder(os.environ, Path.home()))
    try:
        target = windows(prepare(cache), cache)
    except (PartError, OSError, subprocess.SubprocessError) as error:
        print(f"make test-windows: {error}", file=sys.stderr)
        return 1
    if given.parts:
        return 0
    code = run_tests(target, [*ours, *others])
    print(f"==> Windows tests took {time.monotonic() - started:.0f} s", flush=True)
    return code


def _partition(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """What stands before `--`, and what stands after it."""
    end = arguments.index(_REST) if _REST in arguments else len(arguments)
    return list(arguments[:end]), list(arguments[end + 1 :])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.wine",
        description="Runs the tests that need Windows under Wine; without a test: all of them.",
        epilog=f"What follows {_REST} is passed to pytest unread.",
    )
    parser.add_argument("tests", nargs="*", metavar="TEST", help="a file, folder or test id")
    parser.add_argument("--parts", action="store_true", help="only builds what the tests need")
    pytest = parser.add_argument_group("options of pytest")
    for flag in ("-q", "-v", "-x", "-s", "-l"):
        pytest.add_argument(flag, action="count")
    for option in ("-k", "-m", "-p", "--tb", "--durations", "--deselect"):
        pytest.add_argument(option, action="append")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], is_root=os.geteuid() == 0))
