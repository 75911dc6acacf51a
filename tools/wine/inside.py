"""Runs in the new namespaces of `tools.wine.sandbox`: mounts the file systems, then runs the
command.

The layers are united by an overlay file system whose upper layer is in memory. If the kernel
refuses an overlay, the layers are copied instead.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MOUNT_MANAGER = re.compile(
    rb'^(\[System\\\\\w+\\\\Services\\\\MountMgr\][^[]*"Start"=dword:)\d+', re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class SandboxJob:
    """The fields of `tools.wine.sandbox.Sandbox` as JSON has them, and the command."""

    layers: list[str]
    mounts: dict[str, str]
    mount_point: str
    keep: str | None
    writable: dict[str, str]
    environment: dict[str, str]
    mount_manager: bool
    command: list[str]


def run(order: SandboxJob) -> int:
    """Sets up the root file system, enters it, and returns the command's exit code."""
    _keep_mounts_to_ourselves()
    root = _union(Path(order.mount_point), order.layers)
    for path, place in order.mounts.items():
        _bind(place, root / path.lstrip("/"), writable=False)
    if order.keep is not None:
        _bind(order.keep, root / "keep", writable=True)
    for path, place in order.writable.items():
        _bind(place, root / path.lstrip("/"), writable=True)
    if not order.mount_manager:
        _disable_mount_manager(root / order.environment["WINEPREFIX"].lstrip("/") / "system.reg")
    (root / "etc" / "hosts").write_text("127.0.0.1 localhost\n", encoding="ascii")
    _mount("-t", "proc", "proc", str(root / "proc"))
    _mount("--rbind", "/dev", str(root / "dev"))
    os.chroot(root)
    os.chdir("/")
    return subprocess.run(order.command, env=order.environment, check=False).returncode


def _disable_mount_manager(registry: Path) -> None:
    """Sets the start type of the service MountMgr to 4, disabled."""
    text, count = _MOUNT_MANAGER.subn(rb"\g<1>00000004", registry.read_bytes())
    if not count:
        raise ValueError("Wine's registry has no service MountMgr")
    registry.write_bytes(text)


def _keep_mounts_to_ourselves() -> None:
    """Makes our mounts private. It may fail: in a chroot, "/" is no mount point; then `_union`
    makes the file system below which all else is mounted private."""
    command = ("mount", "--make-rprivate", "/")
    subprocess.run(command, capture_output=True, check=False)


def _union(memory: Path, layers: Sequence[str]) -> Path:
    _mount("-t", "tmpfs", "-o", "size=6g", "none", str(memory))
    _mount("--make-private", str(memory))
    root, upper, work = (memory / name for name in ("root", "upper", "work"))
    for place in (root, upper, work):
        place.mkdir()
    options = f"lowerdir={':'.join(layers)},upperdir={upper},workdir={work}"
    overlay = ("mount", "-t", "overlay", "none", "-o", options, str(root))
    if subprocess.run(overlay, capture_output=True, check=False).returncode != 0:
        for layer in reversed(layers):
            subprocess.run(("cp", "-a", f"{layer}/.", str(root)), check=True)
    return root


def _bind(source: str, place: Path, *, writable: bool) -> None:
    place.mkdir(parents=True, exist_ok=True)
    _mount("--bind", source, str(place))
    if not writable:
        _mount("-o", "remount,bind,ro", str(place))


def _mount(*arguments: str) -> None:
    subprocess.run(("mount", *arguments), check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", help="a SandboxJob as JSON")
    sys.exit(run(SandboxJob(**json.loads(parser.parse_args().job))))
