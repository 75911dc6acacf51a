"""Builds the wheel, for `pipx install certclient-….whl`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.installer.linux.parts import direct_requirements
from tools.installer.settings import ROOT

_FOLDERS = ("src", "resources")
_FILES = ("pyproject.toml", "setup.py", "LICENSE", "README.md", "requirements/runtime.in")


class PackageError(Exception):
    """A package could not be built. The text is for the user who ran `make`."""


def make_wheel(results: Path, epoch: int, *, practice_bank: bool) -> Path:
    """Builds the wheel in the folder `results` and returns its path.

    Qt's translations must be compiled (.qm). `epoch`: timestamp of all its files, in seconds since
    1970. `practice_bank`: whether it contains that, and requires its libraries. Raises
    PackageError. Builds from a copy, as setuptools would include files that an earlier build left
    in `build/`.
    """
    results.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        _copy(source)
        if not practice_bank:
            shutil.rmtree(source / "src" / "certclient_practice")
        needed = "\n".join(direct_requirements(practice_bank=practice_bank))
        (source / "requirements" / "runtime.in").write_text(f"{needed}\n", encoding="utf-8")
        made = Path(folder) / "wheel"
        options = ("--no-deps", "--no-build-isolation", "--no-index", "-w", str(made))
        run(
            (sys.executable, "-m", "pip", "-qq", "wheel", *options, str(source)),
            SOURCE_DATE_EPOCH=str(epoch),
        )
        (wheel,) = made.glob("*.whl")
        return Path(shutil.copy(wheel, results))


def _copy(place: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in _FOLDERS:
        shutil.copytree(ROOT / name, place / name, ignore=ignored)
    for name in _FILES:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place / name)
    for path in (place, *place.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)  # the same modes with any umask


def run(command: tuple[str, ...], **environment: str) -> None:
    """Runs `command` silently, with `environment` added to ours. Raises PackageError with the end
    of its output."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    if done.returncode != 0:
        raise PackageError(f"{' '.join(command[:4])} failed\n{done.stdout[-3000:]}")
