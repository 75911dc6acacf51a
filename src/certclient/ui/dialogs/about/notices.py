"""The licence texts shipped with the program: its own and those of its components.

THIRD-PARTY-NOTICES.txt can be read in any editor, and the about box splits it into components.
`tools/installer/notices.py` writes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.platform.resources import resources_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NOTICES_NAME = "THIRD-PARTY-NOTICES.txt"
LICENSE_NAME = "LICENSE.txt"
_WIDTH = 78
_HEAVY, _LIGHT = "=" * _WIDTH, "-" * _WIDTH
_HEAD = re.compile(
    rf"^{_HEAVY}\n(?P<title>[^\n]+)\nLicence: (?P<licence>[^\n]+)\n"
    rf"(?:Home: (?P<home>[^\n]*)\n)?{_LIGHT}\n",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Component:
    """One third-party component. `title` is its name and version, `licence` an SPDX expression,
    `home` a URL or "", `text` the licence texts and notices, verbatim."""

    title: str
    licence: str
    home: str
    text: str


def component_text(component: Component) -> str:
    """Returns the component's section of the notices file; `read_components` parses it."""
    home = f"Home: {component.home}\n" if component.home else ""
    head = f"{_HEAVY}\n{component.title}\nLicence: {component.licence}\n{home}{_LIGHT}\n"
    return f"{head}\n{component.text.strip()}\n\n"


def read_components(text: str) -> list[Component]:
    """Parses a notices file; keeps its order."""
    return list(_read(text))


def _read(text: str) -> Iterator[Component]:
    heads = list(_HEAD.finditer(text))
    ends: Iterable[int] = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=False):
        body = text[head.end() : end].strip()
        yield Component(head["title"], head["licence"], head["home"] or "", body)


def own_license() -> str:
    """Returns the text of this program's licence (Apache-2.0)."""
    return _resource(LICENSE_NAME)


def third_party_notices() -> list[Component]:
    """Returns the components shipped with the program. Reads a third of a megabyte."""
    return read_components(_resource(NOTICES_NAME))


def _resource(name: str) -> str:
    return (resources_folder() / "licenses" / name).read_text(encoding="utf-8")
