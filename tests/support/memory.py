"""What a running process holds in its memory: searched from outside, as a core dump would be.

The program lets nobody of its user look (`platform.confinement`): the test has to be root.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_MAP = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r\S* \S+ \S+ \d+ *(.*)")
_PIECE = 1 << 24


@dataclass(frozen=True)
class Found:
    """A secret in the memory of a process: how often, and in which kinds of region."""

    name: str
    process: str
    places: Mapping[str, int]

    def __str__(self) -> str:
        places = ", ".join(f"{place}: {count}" for place, count in self.places.items())
        return f"{self.name} in the {self.process} ({places})"


def family(pid: int) -> dict[str, int]:
    """The process, its children and theirs, by what they are."""
    children = list(_children(pid))
    return {"program": pid} | {f"child {number}": one for number, one in enumerate(children, 1)}


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            yield child
            yield from _children(child)


def search(pid: int, secrets: Mapping[str, str]) -> list[Found]:
    """Looks for each of `secrets` (by name) in a process and its children: as UTF-8 and as the
    UTF-16 that Qt and Windows use."""
    found = []
    for process, one in family(pid).items():
        places: dict[str, dict[str, int]] = {name: {} for name in secrets}
        for place, content in _regions(one):
            for name, secret in secrets.items():
                forms = {secret.encode(), secret.encode("utf-16-le")}
                if count := sum(content.count(form) for form in forms):
                    places[name][place] = places[name].get(place, 0) + count
        found += [Found(name, process, where) for name, where in places.items() if where]
    return found


def _regions(pid: int) -> Iterator[tuple[str, bytes]]:
    """The readable memory, piece by piece; pieces overlap by less than any secret is long."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps.splitlines():
            match = _MAP.match(line)
            if match is None or match[3] in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
                continue
            start, end = int(match[1], 16), int(match[2], 16)
            place = match[3] if match[3].startswith("[") else ("file" if match[3] else "anonymous")
            for at in range(start, end, _PIECE):
                try:
                    memory.seek(at)
                    yield place, memory.read(min(end - at, _PIECE + 256))
                except OSError:  # a guard page, or memory that has gone meanwhile
                    continue
