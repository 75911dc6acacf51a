"""Installs what a `make` target needs and this machine lacks: Debian packages and .venv.

Runs on the system's python3 with the standard library alone. A second run finds everything in place
and changes nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
TEXTS = ROOT / "resources" / "i18n"
LOCKS = {
    "demo": ("runtime",),
    "test": ("dev", "runtime"),
    "test-windows": ("dev", "runtime"),
    "docs": ("dev", "runtime"),
    "bench": ("runtime",),
    "fuzz": ("dev", "runtime"),
    "installer": ("dev", "runtime"),
    "test-installer": ("dev", "runtime"),
}
"""A target's locks; the first one contains the packages of the others, in the same versions."""

ROOT_ONLY = "test-windows"
"""A target that needs root; if root runs `make test`, that includes it."""

WITHOUT_WINDOWS = frozenset({"docs", "fuzz"})
"""Targets that need neither Qt's libraries nor its translations."""

NO_ROOT = "SKIPPED: the tests on Windows (Wine in a chroot) need root: sudo make test-windows"

INTERPRETER = f"{sys.version_info.major}.{sys.version_info.minor} {sys.base_prefix}"
"""Identifies .venv's Python. Without the patch level: a security update needs no new .venv."""

Run = Callable[[Sequence[str]], int]


class PreparationError(Exception):
    """Something is missing that this script cannot install. The text is one line for the user."""


@dataclass(frozen=True)
class DebianPackage:
    """One line of debian.txt: a Debian package and the `make` targets that need it."""

    name: str
    targets: frozenset[str]


@dataclass(frozen=True)
class Machine:
    """What this machine has. `installed`: names of its Debian packages, None without dpkg; `sudo`:
    path of the program; `run`: runs a command, shown to the user, and returns its exit code."""

    installed: frozenset[str] | None
    is_root: bool
    sudo: str | None
    has_package_lists: bool
    has_ensurepip: bool
    run: Run


def read_packages(text: str) -> list[DebianPackage]:
    """Parses debian.txt. Each line has a name, targets, and then a free comment."""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [
        DebianPackage(words[0], frozenset(word for word in words[1:] if word in LOCKS))
        for words in lines
    ]


def missing_packages(
    packages: Iterable[DebianPackage], targets: frozenset[str], installed: frozenset[str]
) -> list[str]:
    """Names of the packages that one of `targets` needs and `installed` lacks."""
    return [p.name for p in packages if targets & p.targets and p.name not in installed]


def targets_of(target: str, *, is_root: bool) -> frozenset[str]:
    """`target` and the targets that it includes."""
    return frozenset({target, ROOT_ONLY} if target == "test" and is_root else {target})


def installed_packages() -> frozenset[str] | None:
    """Names of all packages that dpkg has installed, or None on a machine without dpkg."""
    if shutil.which("dpkg-query") is None:
        return None
    query = ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\\n"]
    answer = subprocess.run(query, capture_output=True, text=True, check=True)
    rows = (line.split() for line in answer.stdout.splitlines())
    return frozenset(row[0] for row in rows if row[-1] == "installed")


def prepare_packages(target: str, machine: Machine) -> None:
    """Installs the Debian packages that `target` needs. Raises PreparationError naming them."""
    if machine.installed is None:
        print_line("No dpkg here: requirements/debian.txt says which programs are needed.")
        return
    packages = read_packages((REQUIREMENTS / "debian.txt").read_text(encoding="utf-8"))
    targets = targets_of(target, is_root=machine.is_root)
    missing = missing_packages(packages, targets, machine.installed)
    # A Python that does not come from Debian may have ensurepip without that package.
    if machine.has_ensurepip and "python3-venv" in missing:
        missing.remove("python3-venv")
    if not missing:
        return
    if not machine.is_root and machine.sudo is None:
        raise _packages_missing(missing, "neither root nor sudo here")
    print_line(f"Installing Debian packages: {' '.join(missing)}")
    if not _install(missing, machine):
        raise _packages_missing(missing, "could not be installed, see above")


def _packages_missing(names: Sequence[str], reason: str) -> PreparationError:
    command = f"apt-get update && apt-get install --no-install-recommends {' '.join(names)}"
    return PreparationError(f"Debian packages are missing ({reason}). Run as root: {command}")


def _install(names: Sequence[str], machine: Machine) -> bool:
    """Updates the package lists only if there are none or the first attempt fails."""
    apt = [*_as_administrator(machine), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qy"]
    install = [*apt, "-o", "Dpkg::Use-Pty=0", "install", "--no-install-recommends", *names]
    if machine.has_package_lists and machine.run(install) == 0:
        return True
    return machine.run([*apt, "update"]) == 0 and machine.run(install) == 0


def _as_administrator(machine: Machine) -> list[str]:
    if machine.is_root or machine.sudo is None:
        return []
    # -n: without a terminal, sudo must fail instead of waiting for a password.
    return [machine.sudo] if sys.stdin.isatty() else [machine.sudo, "-n"]


def stamp_of(lock: str) -> str:
    """Hash of the inputs of .venv: locks, package metadata, interpreter and location."""
    digest = hashlib.sha256(f"{INTERPRETER} {ROOT}".encode())
    for path in (
        REQUIREMENTS / f"{lock}.txt",
        REQUIREMENTS / "build.txt",
        REQUIREMENTS / "runtime.in",
        ROOT / "pyproject.toml",
        ROOT / "setup.py",
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def prepare_venv(target: str, run: Run, venv: Path = VENV) -> None:
    """Creates `venv` or updates it to the locks. Raises PreparationError if pip fails."""
    lock = LOCKS[target][0]
    if _read(venv / f"stamp-{lock}") == stamp_of(lock):
        return
    if _read(venv / "stamp-python") != INTERPRETER:
        print_line(f"Making the virtual environment {venv.name}")
        _check(run([sys.executable, "-m", "venv", "--clear", str(venv)]))
        (venv / "stamp-python").write_text(INTERPRETER, encoding="utf-8")
    print_line(f"Installing Python packages by requirements/{lock}.txt (hashes checked)")
    pip = [str(venv / "bin" / "python"), "-m", "pip", "-qq", "--disable-pip-version-check"]
    files = ["-r", str(REQUIREMENTS / "build.txt"), "-r", str(REQUIREMENTS / f"{lock}.txt")]
    # --no-deps: a lock is complete, but for what requirements/overrides.txt leaves out.
    _check(run([*pip, "install", "--no-deps", "--require-hashes", *files]))
    _check(run([*pip, "install", "--no-deps", "--no-build-isolation", "-e", str(ROOT)]))
    for name in LOCKS[target]:
        (venv / f"stamp-{name}").write_text(stamp_of(name), encoding="utf-8")


def prepare_packages_and_venv(target: str, machine: Machine, venv: Path = VENV) -> None:
    """Both at the same time, as each takes a minute or two; in turn if .venv needs a Debian package
    first. Raises PreparationError as either does."""
    if not machine.has_ensurepip:
        prepare_packages(target, machine)
        prepare_venv(target, machine.run, venv)
        return
    with ThreadPoolExecutor() as pool:
        packages = pool.submit(prepare_packages, target, machine)
        environment = pool.submit(prepare_venv, target, machine.run, venv)
    packages.result()
    environment.result()


def prepare_texts(run: Run, folder: Path = TEXTS) -> None:
    """Compiles Qt's translations if a source is newer. Raises PreparationError if that fails."""
    sources = folder.glob("*.ts")
    if any(_older(source.with_suffix(".qm"), source) for source in sources):
        print_line("Compiling the windows' texts")
        python = str(VENV / "bin" / "python")
        _check(run([python, str(ROOT / "tools" / "translations.py"), "compile"]))


def _older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def print_line(text: str) -> None:
    """Prints a progress line at once, also into a pipe."""
    print(f"==> {text}", flush=True)


def this_machine() -> Machine:
    """Inspects the machine that this script runs on."""
    return Machine(
        installed=installed_packages(),
        is_root=os.geteuid() == 0,
        sudo=shutil.which("sudo"),
        has_package_lists=any(Path("/var/lib/apt/lists").glob("*_Packages*")),
        has_ensurepip=importlib.util.find_spec("ensurepip") is not None,
        run=_run,
    )


def main(arguments: Sequence[str]) -> int:
    """`prepare.py TARGET`, one of LOCKS. Returns 1, with a line on stderr, if something is
    missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=tuple(LOCKS), help="of make")
    target = parser.parse_args(arguments).target
    machine = this_machine()
    if target == ROOT_ONLY and not machine.is_root:
        print(NO_ROOT)
        return 0
    try:
        prepare_packages_and_venv(target, machine)
        if target not in WITHOUT_WINDOWS:
            prepare_texts(machine.run)
    except PreparationError as error:
        print(f"make {target}: {error}", file=sys.stderr)
        return 1
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _run(command: Sequence[str]) -> int:
    print(f"    {shlex.join(command)}", flush=True)
    return subprocess.run(command, check=False).returncode


def _check(code: int) -> None:
    if code != 0:
        raise PreparationError("that command failed, see above; running again goes on from there")


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - an older python3 may be what runs this
        sys.exit("Python 3.11 or newer is needed; choose one by `make PYTHON=…`")
    sys.exit(main(sys.argv[1:]))
