"""Which modules a Python process loads, through which import, and whether its budget allows them.

    loaded = imports_of(["-m", "certclient", "--help"], environment)
    assert problems("--help", budgets()["--help"], loaded) == []

No clock: a module costs its time on every machine. `module_budgets.toml` says what may be loaded.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

BUDGETS = Path(__file__).with_name("module_budgets.toml")
_LINE = "import time:"
_OWN = ("certclient", "certclient_practice")


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a command may load beyond what `python -c pass` does.

    `modules`: how many at most. `packages`: of which other projects. `never`: modules of this
    project or of Python that must not be among them, with all below them.
    """

    modules: int
    packages: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


Loaded = Mapping[str, str]
"""The modules that a process loads, each with the one that imports it first; "" at the top."""


def budgets() -> Mapping[str, Budget]:
    """The budgets by command."""
    return msgspec.toml.decode(BUDGETS.read_bytes(), type=dict[str, Budget])


def imports_of(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None, *, code: int = 0
) -> Loaded:
    """Runs `python ARGUMENTS`, which has to end with exit code `code`."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == code, f"{done.stdout}{_without_times(done.stderr)}"
    return read_importtime(done.stderr)


def _without_times(errors: str) -> str:
    return "\n".join(line for line in errors.splitlines() if not line.startswith(_LINE))


def read_importtime(output: str) -> Loaded:
    """Reads the output of `-X importtime`, in which a module follows what it imports, indented."""
    importers: dict[str, str] = {}
    above: list[str] = []
    for line in reversed(output.splitlines()):
        if not line.startswith(_LINE) or "|" not in line:
            continue
        text = line.rpartition("|")[2]
        depth = (len(text) - len(text.lstrip()) - 1) // 2
        del above[depth:]
        # Of a module that is named twice, the first import counts, which comes last here.
        importers[text.strip()] = above[-1] if above else ""
        above.append(text.strip())
    importers.pop("imported package", None)
    return importers


def beyond_python(loaded: Loaded) -> Loaded:
    """`loaded` without what the interpreter itself loads at its start."""
    ground = imports_of(["-c", "pass"])
    return {name: importer for name, importer in loaded.items() if name not in ground}


def problems(command: str, budget: Budget, loaded: Loaded) -> list[str]:
    """What `command` must not load, or too much of it: one sentence for each, with the imports."""
    found = [
        f"`{command}` loads {name}: {_way_to(name, loaded)}"
        for name in sorted(_first_ones(loaded))
        if _package(name) not in (*_OWN, *budget.packages, *sys.stdlib_module_names)
        or _is_among(name, budget.never)
    ]
    if len(loaded) > budget.modules:
        found.append(
            f"`{command}` loads {len(loaded)} modules, {budget.modules} are allowed: "
            f"{_largest(loaded)}"
        )
    return found


def _first_ones(loaded: Loaded) -> list[str]:
    """Of each package, only the modules that another one imports."""
    return [name for name in loaded if _package(loaded[name]) != _package(name)]


def _package(name: str) -> str:
    return name.partition(".")[0]


def _is_among(name: str, modules: Sequence[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in modules)


def _way_to(name: str, loaded: Loaded) -> str:
    way = [name]
    while (importer := loaded.get(way[-1], "")) and importer not in way:
        way.append(importer)
    return " <- ".join(way)


def _largest(loaded: Loaded) -> str:
    """The packages and rooms by their number of modules."""
    rooms = Counter(
        ".".join(name.split(".")[:2]) if _package(name) in _OWN else _package(name)
        for name in loaded
    )
    largest = sorted(rooms, key=lambda room: (-rooms[room], room))[:15]
    return ", ".join(f"{room} {rooms[room]}" for room in largest)
