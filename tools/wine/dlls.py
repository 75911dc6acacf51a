"""DLLs of our own for the Windows that tests run in, compiled from C; none of them ever ships."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from tools.wine.cache import PartError
from tools.wine.sandbox import ROOT, Sandbox

_NATIVE = ROOT / "tests" / "windows" / "native"
_COMPILER = "x86_64-w64-mingw32-gcc-win32"
_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "icuuc": (),
    "mscms": (),
    "ncrypt": ("-lbcrypt", "-ladvapi32"),
}
"""DLL, and what it is linked with. Its sources are tests/windows/native/<name>/*.c."""


def made_from() -> str:
    """Changes whenever a source changes."""
    digest = hashlib.sha256(repr(_LIBRARIES).encode())
    for source in sorted(_NATIVE.rglob("*.[ch]")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def make_dlls(folder: Path, system: Path, mount_point: Path) -> None:
    """Compiles all of them into `folder`, with the compiler in the Debian `system`."""
    sandbox = Sandbox((system,), {"/native": _NATIVE}, mount_point, keep=folder)
    flags = "-shared -O2 -s -Wall -Wextra -Werror -municode"
    commands = (
        f"{_COMPILER} {flags} -o /keep/{name}.dll /native/{name}/*.c {' '.join(libraries)}"
        for name, libraries in _LIBRARIES.items()
    )
    process = sandbox.start(("sh", "-c", " && ".join(commands)))
    output, _ = process.communicate()
    if process.returncode != 0:
        raise PartError(f"the DLLs for tests do not compile\n{output[-3000:]}")
