"""Builds the cached parts of the Windows environment for tests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.wine import debian, dlls, python, softhsm
from tools.wine.cache import Cache, PartError
from tools.wine.sandbox import PREFIX, ROOT, WINE, Sandbox

LOCK = ROOT / "requirements" / "dev.txt"


@dataclass(frozen=True, slots=True)
class Parts:
    """Folders: Debian with Wine, the Wine prefix (drive C), Python, its packages, our DLLs,
    SoftHSM."""

    root: Path
    prefix: Path
    python: Path
    wheels: Path
    dlls: Path
    softhsm: Path

    def windows(self, mount_point: Path) -> Sandbox:
        """The sandbox for tests, with the DLLs that Qt needs; the project is Z:\\project."""
        bare = Sandbox(
            layers=(self.prefix, self.root),
            mounts={
                "/python": self.python,
                # In site-packages: Hypothesis takes packages elsewhere for our code, and reads all
                # of them in each run.
                "/python/Lib/site-packages": self.wheels,
                "/softhsm": self.softhsm,
                "/project": ROOT,
            },
            mount_point=mount_point,
        )
        return dlls.with_dlls(bare, self.dlls, (*dlls.QT, dlls.NOTIFICATIONS))


def prepare(cache: Cache) -> Parts:
    """Builds missing parts, independent ones in parallel.

    Raises PartError, OSError, subprocess.SubprocessError.
    """
    with ThreadPoolExecutor() as pool:
        system = pool.submit(cache.part, "debian", debian.MADE_FROM, debian.make_root)
        snake = pool.submit(cache.part, "python", python.python_made_from(), python.make_python)
        wheels = pool.submit(
            cache.part,
            "wheels",
            python.wheels_made_from(LOCK),
            lambda folder: python.make_wheels(folder, LOCK),
        )
        root = system.result()
        prefix = pool.submit(
            cache.part,
            "prefix",
            f"{root.name} {WINE}",
            lambda folder: make_prefix(folder, root, cache.mount_point()),
        )
        interpreter = snake.result()
        token = pool.submit(
            cache.part,
            "softhsm",
            f"{root.name} {interpreter.name} {softhsm.made_from()}",
            lambda folder: softhsm.make_softhsm(folder, root, interpreter, cache.mount_point()),
        )
        libraries = cache.part(
            "dlls",
            f"{root.name} {dlls.made_from()}",
            lambda folder: dlls.make_dlls(folder, root, cache.mount_point()),
        )
        return Parts(root, prefix.result(), interpreter, wheels.result(), libraries, token.result())


def make_prefix(folder: Path, root: Path, mount_point: Path) -> None:
    """Creates a Wine prefix (drive C and registry) in `folder`. Raises PartError."""
    sandbox = Sandbox((root,), {}, mount_point, keep=folder)
    script = f"wineboot -i >/dev/null 2>&1; wineserver -w; cp -a {PREFIX} /keep/"
    process = sandbox.start(("sh", "-c", script))
    output, _ = process.communicate()
    if not (folder / PREFIX.lstrip("/") / "system.reg").is_file():
        raise PartError(f"no Wine: wineboot failed\n{output[-3000:]}")
