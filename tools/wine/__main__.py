"""`make test-windows`: the tests that need Windows, on a real Windows Python under Wine.

    python -m tools.wine [pytest's arguments]

Needs root (namespaces, chroot). Without root it says what is skipped and succeeds; with root it
fails if Wine cannot be had.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tools.wine import debian, dlls, python
from tools.wine.cache import Cache, PartError, default_folder
from tools.wine.sandbox import PREFIX, ROOT, WINE, Sandbox

LOCK = ROOT / "requirements" / "dev.txt"


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that is made once."""

    root: Path
    prefix: Path
    python: Path
    wheels: Path
    dlls: Path


def prepare(cache: Cache) -> Parts:
    """Makes what is missing; what does not depend on each other at the same time."""
    with ThreadPoolExecutor() as pool:
        root = pool.submit(cache.part, "debian", debian.MADE_FROM, debian.make_root)
        snake = pool.submit(cache.part, "python", python.python_made_from(), python.make_python)
        wheels = pool.submit(
            cache.part,
            "wheels",
            python.wheels_made_from(LOCK),
            lambda folder: python.make_wheels(folder, LOCK),
        )
        system = root.result()
        libraries = pool.submit(
            cache.part,
            "dlls",
            f"{system.name} {dlls.made_from()}",
            lambda folder: dlls.make_dlls(folder, system, cache.mount_point()),
        )
        prefix = pool.submit(
            cache.part,
            "prefix",
            f"{system.name} {WINE}",
            lambda folder: make_prefix(folder, system, cache.mount_point()),
        )
        return Parts(system, prefix.result(), snake.result(), wheels.result(), libraries.result())


def make_prefix(folder: Path, system: Path, mount_point: Path) -> None:
    """A fresh Windows: drive C and registry."""
    sandbox = Sandbox((system,), {}, mount_point, keep=folder)
    script = f"wineboot -i >/dev/null 2>&1; wineserver -w; cp -a {PREFIX} /keep/"
    process = sandbox.start(("sh", "-c", script))
    output, _ = process.communicate()
    if not (folder / PREFIX.lstrip("/") / "system.reg").is_file():
        raise PartError(f"no Wine: wineboot failed\n{output[-3000:]}")


def windows(parts: Parts, cache: Cache) -> Sandbox:
    """The Windows that tests run in."""
    return Sandbox(
        layers=(parts.prefix, parts.root),
        mounts={
            "/python": parts.python,
            "/wheels": parts.wheels,
            "/dlls": parts.dlls,
            "/project": ROOT,
        },
        mount_point=cache.mount_point(),
    )


def main(arguments: Sequence[str]) -> int:
    if os.geteuid() != 0:
        print(
            "SKIPPED: tests/windows needs Wine in a chroot, and root for that (make test-windows)"
        )
        return 0
    cache = Cache(default_folder(os.environ, Path.home()))
    try:
        parts = prepare(cache)
    except (PartError, OSError, subprocess.SubprocessError) as error:
        print(f"make test-windows: {error}", file=sys.stderr)
        return 1
    return run_tests(windows(parts, cache), arguments)


@dataclass(frozen=True, slots=True)
class Run:
    """One pytest in a fresh Windows. `overrides`: DLLs of ours that take the place of Wine's."""

    name: str
    overrides: tuple[str, ...]
    tests: tuple[str, ...]


_STUBS = ("icuuc", "mscms")
_RUNS = (
    Run("Wine's ncrypt (keys in CAPI)", _STUBS, ("tests/windows", "tests/contract")),
    Run("a double of ncrypt (keys in CNG)", (*_STUBS, "ncrypt"), ("tests/contract",)),
)


def run_tests(sandbox: Sandbox, arguments: Sequence[str]) -> int:
    """Both runs at the same time; their outputs one after the other."""
    started = time.monotonic()
    running = [(run, start_tests(sandbox, run, arguments)) for run in _RUNS]
    codes = []
    for run, process in running:
        print(f"==> Windows with {run.name}", flush=True)
        for line in process.stdout or ():
            print(line, end="", flush=True)
        codes.append(process.wait())
    print(f"==> Windows tests took {time.monotonic() - started:.0f} s", flush=True)
    return max(codes)


def start_tests(sandbox: Sandbox, run: Run, arguments: Sequence[str]) -> subprocess.Popen[str]:
    python_path = (r"Z:\project\src", r"Z:\project\tests\windows\site", r"Z:\wheels")
    overrides = f"{','.join(run.overrides)}=n;mscoree,mshtml,winedbg.exe,winemenubuilder.exe="
    environment = {
        **sandbox.environment,
        "WINEDLLOVERRIDES": overrides,
        "PYTHONPATH": ";".join(python_path),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "CERTCLIENT_WINDOWS_RUN": ",".join(run.overrides),
    }
    copies = " ".join(f"/dlls/{name}.dll" for name in run.overrides)
    script = (
        f"cp {copies} {PREFIX}/drive_c/windows/system32/ && cd /project && "
        'exec wine /python/python.exe -m pytest -p no:cacheprovider "$@"'
    )
    tests = arguments or ("-q", *run.tests)
    return replace(sandbox, environment=environment).start(("sh", "-c", script, "sh", *tests))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
