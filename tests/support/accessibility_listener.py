"""A screen reader's ears: writes each event of the accessibility bus as a line of JSON.

Run it with the system's Python, which has pyatspi (Debian: python3-pyatspi):
accessibility_listener.py FILE
"""

from __future__ import annotations

import json
import sys
from typing import Any

import pyatspi
from gi.repository import GLib

_EVENTS = (
    "object:announcement",
    "object:property-change",
    "object:state-changed:focused",
    "object:text-caret-moved",
    "object:text-changed",
    "object:value-changed",
    "window:activate",
)


def main(path: str) -> None:
    with open(path, "w", encoding="utf-8", buffering=1) as file:

        def hear(event: Any) -> None:
            try:
                source = event.source
                facts = (source.getRoleName(), source.name, source.description)
            except GLib.GError:  # the object is gone already
                facts = ("", "", "")
            if "focused" in event.type and not event.detail1:
                return  # the focus leaves it
            line = (event.type, *facts, str(event.any_data))
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

        for kind in _EVENTS:
            pyatspi.Registry.registerEventListener(hear, kind)
        file.write(json.dumps(("ready", "", "", "", "")) + "\n")
        pyatspi.Registry.start()


if __name__ == "__main__":
    main(sys.argv[1])
