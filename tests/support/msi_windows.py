"""A fresh Windows in which MSI packages are installed one after the other and inspected."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.installer.msi import make_msi
from tools.installer.settings import read_settings
from tools.wine.cache import Cache, default_folder
from tools.wine.parts import prepare

EPOCH = 1_790_000_000
_SCRIPT = """
step() {
  name=$1; shift
  case $1 in
    msiexec) wine "$@" /qn /norestart /l*v 'Z:\\keep\\'$name.log >/dev/null 2>&1 ;;
    *) wine "$@" >/dev/null 2>&1 ;;
  esac
  echo $? > /keep/$name.code
  wineserver -w
  look $name
}
look() {
  (cd $WINEPREFIX/drive_c && find . -type f -o -type d -empty) > /keep/$1.files
  cp $WINEPREFIX/system.reg /keep/$1.system.reg
  cp $WINEPREFIX/user.reg /keep/$1.user.reg
}
wine wineboot >/dev/null 2>&1; wineserver -w
mkdir -p $WINEPREFIX/drive_c/windows/Installer  # which a Windows has always; Wine, once it is used
look before
"""


def packed(version: str) -> Mapping[str, str]:
    """A small payload like that of the freeze: file names and contents."""
    return {
        "certclient.exe": f"for the command line, {version}",
        "certclientw.exe": f"for the windows, {version}",
        f"app-{version}/base_library.zip": "a library",
        f"app-{version}/PySide6/Qt6Core.dll": "another",
        "LICENSE.txt": "Apache-2.0",
        "profiles/rei-shinkin.toml": "a bank",
    }


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Writes `files` (names to contents) below `folder`, and returns it."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return folder


def make_package(packages: Path, name: str, version: str, files: Mapping[str, str]) -> str:
    """Builds an MSI of `files`; returns its path on Windows."""
    payload = write_files(packages / f"payload-{name}", files)
    made = make_msi(replace(read_settings(), version=version), payload, packages, EPOCH)
    made.rename(packages / f"{name}.msi")
    return f"Z:\\packages\\{name}.msi"


@dataclass(frozen=True, slots=True)
class WindowsSnapshot:
    """The state after a step: exit code, msiexec's log, files on drive C, registry."""

    code: int
    log: str
    files: frozenset[str]
    registry: str

    @property
    def programs(self) -> frozenset[str]:
        """Our files below Program Files, with / as separator."""
        start = "./Program Files/certclient/"
        return frozenset(f.removeprefix(start) for f in self.files if f.startswith(start))

    def values(self, key: str) -> Mapping[str, str]:
        """The values of a key in HKLM, as in Wine's file ("@" is the default value)."""
        heading = "[" + key.replace("\\", "\\\\") + "]"
        lines = iter(self.registry.splitlines())
        for line in lines:
            if line.startswith(heading):
                break
        found: dict[str, str] = {}
        for line in lines:
            if line.startswith("["):
                break
            match = re.fullmatch(r'(@|"(?:[^"\\]|\\.)*")=(.*)', line)
            if match:
                found[match[1].strip('"')] = _unescaped(match[2])
        return found


def _unescaped(text: str) -> str:
    if not text.startswith('"'):
        return text
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def install_and_inspect(
    steps: Mapping[str, Sequence[str]], folder: Path
) -> Mapping[str, WindowsSnapshot]:
    """Runs the command of each step, msiexec silently, and returns the state after each step and
    `before` all steps. Packages are in Z:\\packages, which is `folder`/packages."""
    keep = folder / "keep"
    keep.mkdir()
    cache = Cache(default_folder(os.environ, Path.home()))
    windows = prepare(cache).windows(cache.mount_point())
    sandbox = replace(
        windows, mounts={**windows.mounts, "/packages": folder / "packages"}, keep=keep
    )
    lines = [_line(name, command) for name, command in steps.items()]
    process = sandbox.start(("sh", "-c", "\n".join((_SCRIPT, *lines))))
    output, _ = process.communicate(timeout=3000)
    assert process.returncode == 0, output
    return {name: _seen(keep, name) for name in ("before", *steps)}


def _line(name: str, command: Sequence[str]) -> str:
    return shlex.join(("step", name, *command))


def _seen(keep: Path, name: str) -> WindowsSnapshot:
    def text(ending: str) -> bytes:
        file = keep / f"{name}.{ending}"
        return file.read_bytes() if file.exists() else b""

    log = text("log")
    return WindowsSnapshot(
        code=int(text("code") or b"0"),
        log=log.decode("utf-16" if log.startswith(b"\xff\xfe") else "utf-8", "replace"),
        files=frozenset(text("files").decode().splitlines()),
        registry=(text("system.reg") + text("user.reg")).decode("utf-8", "replace"),
    )


def tools_missing() -> str:
    """Why no MSI can be built here; "" if it can."""
    missing = [tool for tool in ("wixl", "msibuild", "msiinfo") if shutil.which(tool) is None]
    return f"needs {', '.join(missing)}: make test-installer installs it" if missing else ""


def rows(msi: Path, name: str) -> list[Sequence[str]]:
    """The rows of one of the MSI's tables."""
    command = ("msiinfo", "export", str(msi), name)
    # It writes the files in a table to its current folder.
    done = subprocess.run(command, cwd=msi.parent, capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()[3:]]
