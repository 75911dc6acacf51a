"""`make test-windows`: runs the tests that need Windows, on a genuine Windows Python under Wine.

    python -m tools.wine [pytest's arguments]
    python -m tools.wine --parts        only builds the parts that the tests need

Needs root (namespaces, chroot). Without root it reports what is skipped and succeeds; with root it
fails if Wine is not available.
"""

from __future__ import annotations

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


def main(arguments: Sequence[str], *, is_root: bool) -> int:
    """Returns the exit code: 0 if all tests passed or without root, else 1."""
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
    if list(arguments) == ["--parts"]:
        return 0
    code = run_tests(target, arguments)
    print(f"==> Windows tests took {time.monotonic() - started:.0f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], is_root=os.geteuid() == 0))
