"""Hand-written overviews of the project are complete."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEVER_USED = {52}
"""Decision records whose number was reserved, and which were not needed."""


def rooms() -> list[list[str]]:
    """The layers of .importlinter, from top to bottom."""
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    layers = contracts["importlinter:contract:rooms"]["layers"].split("\n")
    return [re.findall(r"\w+", layer) for layer in layers if layer]


def test_the_architecture_shows_every_room_in_its_layer() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawn = re.findall(r"(?m)\b(\w+)(?:\.py|/)(?=\s)", text.split("```")[1])
    places = {room: number for number, layer in enumerate(rooms()) for room in layer}
    assert sorted(drawn) == sorted(places)
    assert [places[room] for room in drawn] == sorted(places[room] for room in drawn)


def test_decision_index_lists_every_record() -> None:
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    listed = re.findall(r"(?m)^\| \[(\d{4})\]\((.+?)\) \| (.+) \|$", index)
    files = sorted((ROOT / "docs/adr").glob("0*.md"))
    assert [name for _, name, _ in listed] == [file.name for file in files]
    for number, name, _ in listed:
        first = (ROOT / "docs/adr" / name).read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith(f"# {int(number)}. "), name
    numbers = [int(number) for number, _, _ in listed]
    assert numbers == [one for one in range(1, numbers[-1] + 1) if one not in NEVER_USED]
