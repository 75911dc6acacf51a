"""Which Python distributions a package for Linux contains."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Sequence
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.installer.settings import CONTENTS, ROOT

DIRECT = ROOT / "requirements" / "runtime.in"
LOCK = ROOT / "requirements" / "runtime.txt"


def practice_modules() -> Collection[str]:
    """The modules of the practice bank and of the libraries that it alone needs."""
    contents = tomllib.loads(CONTENTS.read_text(encoding="utf-8"))
    return frozenset(contents["modules"]["practice_bank"])


def direct_requirements(*, practice_bank: bool, text: str | None = None) -> Sequence[str]:
    """The lines of runtime.in, without those of the practice bank unless it is wanted."""
    lines = (DIRECT.read_text(encoding="utf-8") if text is None else text).splitlines()
    return [line for line in lines if practice_bank or not _is_practice(line)]


def locked_requirements(*, practice_bank: bool) -> str:
    """The lock, reduced to what the program itself needs unless the practice bank is wanted."""
    text = LOCK.read_text(encoding="utf-8")
    if practice_bank:
        return text
    wanted = _closure(map(_name, filter(None, direct_requirements(practice_bank=False))))
    kept: list[str] = []
    taken = False
    for line in text.splitlines():
        if not line.startswith((" ", "\t")):
            taken = _name(line) in wanted
        kept += [line] if taken else []
    return "\n".join(kept) + "\n"


def _is_practice(line: str) -> bool:
    return _name(line) in practice_modules()


def _name(line: str) -> str:
    """The distribution that a line of requirements names; "" for a comment."""
    code = line.split("#")[0].rstrip(" \\")
    return str(canonicalize_name(Requirement(code).name)) if code.strip() else ""


def _closure(names: Iterable[str]) -> Collection[str]:
    """`names` and all that they require on this computer, where everything is installed."""
    found: set[str] = set()
    waiting = [name for name in names if name]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        try:
            required = map(Requirement, requires(name) or ())
        except PackageNotFoundError:
            continue  # requirements/overrides.txt leaves it out
        waiting += [
            str(canonicalize_name(one.name))
            for one in required
            if one.marker is None or one.marker.evaluate({"extra": ""})
        ]
    return found


def lock_file(folder: Path, *, practice_bank: bool) -> Path:
    """Writes `locked_requirements` to a file in `folder`; returns its path."""
    path = folder / LOCK.name
    path.write_text(locked_requirements(practice_bank=practice_bank), encoding="utf-8")
    return path
