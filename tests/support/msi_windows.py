"""A fresh Windows in which MSI packages are installed, one after the other, and looked at."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.wine.cache import Cache, default_folder
from tools.wine.parts import prepare

_SCRIPT = """
step() {
  name=$1; shift
  wine msiexec "$@" /qn /l*v 'Z:\\keep\\'$name.log >/dev/null 2>&1
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
look before
"""


PACKED = {
    "certclient.exe": "for the command line",
    "certclientw.exe": "for the windows",
    "_internal/base_library.zip": "a library",
    "_internal/PySide6/Qt6Core.dll": "another",
    "profiles/rei-shinkin.toml": "a bank",
}
"""A payload as the freeze makes it, in small."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Windows after a step: msiexec's exit code, its log, drive C, the registry."""

    code: int
    log: str
    files: frozenset[str]
    registry: str

    @property
    def programs(self) -> frozenset[str]:
        """Files of ours below Program Files, with / in between."""
        start = "./Program Files/certclient/"
        return frozenset(f.removeprefix(start) for f in self.files if f.startswith(start))

    def values(self, key: str) -> Mapping[str, str]:
        """The values of a key of the computer's, as Wine's file has them ("@" the default)."""
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


def see(steps: Mapping[str, Sequence[str]], folder: Path) -> Mapping[str, Seen]:
    """Runs `msiexec` with the arguments of each step (packages are in Z:\\packages, which is
    `folder`/packages) and returns what there is after each, and `before` all of them."""
    keep = folder / "keep"
    keep.mkdir()
    cache = Cache(default_folder(os.environ, Path.home()))
    windows = prepare(cache).windows(cache.mount_point())
    sandbox = replace(
        windows, mounts={**windows.mounts, "/packages": folder / "packages"}, keep=keep
    )
    lines = [_line(name, arguments) for name, arguments in steps.items()]
    process = sandbox.start(("sh", "-c", "\n".join((_SCRIPT, *lines))))
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    return {name: _seen(keep, name) for name in ("before", *steps)}


def _line(name: str, arguments: Sequence[str]) -> str:
    quoted = " ".join("'" + argument + "'" for argument in arguments)
    return f"step {name} {quoted}"


def _seen(keep: Path, name: str) -> Seen:
    def text(ending: str) -> bytes:
        file = keep / f"{name}.{ending}"
        return file.read_bytes() if file.exists() else b""

    log = text("log")
    return Seen(
        code=int(text("code") or b"0"),
        log=log.decode("utf-16" if log.startswith(b"\xff\xfe") else "utf-8", "replace"),
        files=frozenset(text("files").decode().splitlines()),
        registry=(text("system.reg") + text("user.reg")).decode("utf-8", "replace"),
    )


def tools_missing() -> str:
    """Why no MSI can be made here; "" if one can."""
    missing = [tool for tool in ("wixl", "msibuild", "msiinfo") if shutil.which(tool) is None]
    return f"needs {', '.join(missing)}: make test-installer installs it" if missing else ""


def rows(msi: Path, name: str) -> list[Sequence[str]]:
    """Those of one of the MSI's tables."""
    command = ("msiinfo", "export", str(msi), name)
    # Where it runs, it leaves what a table holds of files.
    done = subprocess.run(command, cwd=msi.parent, capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()[3:]]
