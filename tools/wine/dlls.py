"""Compiles our own DLLs for tests under Wine from C. None of them ships."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tools.wine.cache import PartError
from tools.wine.sandbox import OVERRIDES, PREFIX, ROOT, Sandbox

_NATIVE = ROOT / "tests" / "windows" / "native"
_COMPILER = "x86_64-w64-mingw32-gcc-win32"
_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "icuuc": (),
    "mscms": (),
    "ncrypt": ("-lbcrypt", "-ladvapi32"),
    "toasts": (),
}
"""Each DLL with its linker options. Its sources are tests/windows/native/<name>/*.c."""

QT = ("icuuc", "mscms")
"""The DLLs that Qt needs and Wine lacks, or has only in part."""

NOTIFICATIONS = "toasts"
"""Windows.UI.Notifications, which Wine lacks; it takes no part until a test registers it."""

_SYSTEM = f"{PREFIX}/drive_c/windows/system32"


def made_from() -> str:
    """A key that changes whenever a source or a linker option changes."""
    digest = hashlib.sha256(f"{_LIBRARIES} {_SYSTEM}".encode())
    for source in sorted(_NATIVE.rglob("*.[ch]")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def make_dlls(folder: Path, system: Path, mount_point: Path) -> None:
    """Compiles all DLLs into `folder`, each as a layer of its own for a sandbox, with the compiler
    of the Debian in `system`. Raises PartError."""
    sandbox = Sandbox((system,), {"/native": _NATIVE}, mount_point, keep=folder)
    flags = "-shared -O2 -s -Wall -Wextra -Werror -municode"
    commands = (
        f"mkdir -p /keep/{name}{_SYSTEM} && {_COMPILER} {flags} "
        f"-o /keep/{name}{_SYSTEM}/{name}.dll /native/{name}/*.c {' '.join(libraries)}"
        for name, libraries in _LIBRARIES.items()
    )
    process = sandbox.start(("sh", "-c", " && ".join(commands)))
    output, _ = process.communicate()
    if process.returncode != 0:
        raise PartError(f"the DLLs for tests do not compile\n{output[-3000:]}")


def with_dlls(sandbox: Sandbox, made: Path, names: Sequence[str]) -> Sandbox:
    """A copy of `sandbox` in which the DLLs `names` replace Wine's own.

    `made`: the folder that `make_dlls` filled.
    """
    if not names:
        return sandbox
    # =n: native only. Wine must fail rather than fall back to its own DLL.
    overrides = f"{','.join(names)}=n;{sandbox.environment[OVERRIDES]}"
    return replace(
        sandbox,
        layers=(*(made / name for name in names), *sandbox.layers),
        environment={**sandbox.environment, OVERRIDES: overrides},
    )
