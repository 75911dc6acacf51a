"""Writes src/certclient/ui/shell/loading_order.py: what is loaded behind the first window.

`python -m tools.loading_order` writes it, with `--print` it prints it. Each part is what the
imports of `PARTS` load one after the other, in a new process.
"""

from __future__ import annotations

import argparse
import ast
import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "src" / "certclient" / "ui" / "shell" / "loading_order.py"

FIRST = "certclient.ui.shell.opening"
"""What is loaded when the first window is painted."""

PARTS: Mapping[str, Sequence[str]] = {
    "PROGRAM": ("certclient.ui.shell.app", "certclient.ui.overview.contents"),
    "NEXT_CLICK": (
        "certclient.ui.enrollment.wizard",
        "certclient.ui.enrollment.batch.dialog",
        "certclient.ui.dialogs.error_dialog",
        "certclient.ui.dialogs.details",
        "certclient.ui.dialogs.help_window",
        "certclient.ui.dialogs.new_pin_dialog",
        "certclient.ui.dialogs.revoke_dialog",
        "certclient.ui.dialogs.about.dialog",
        "certclient.ui.overview.table_part",
        "certclient.ui.shell.small_notice",
        "certclient.ui.widgets.accessible_notices",
    ),
}

_RECORDED = """
import importlib, importlib.machinery, json, sys
first, parts = json.loads(sys.argv[1])
importlib.import_module(first)
order = []

plain = importlib.machinery.SourceFileLoader.exec_module

def exec_module(self, module):
    plain(self, module)
    order.append(module.__name__)

importlib.machinery.SourceFileLoader.exec_module = exec_module
found = {}
for part, names in parts.items():
    order.clear()
    for name in names:
        importlib.import_module(name)
    found[part] = [name for name in order if name.split(".")[0] == "certclient"]
print(json.dumps(found))
"""


def recorded() -> Mapping[str, Sequence[str]]:
    """The modules of this program by part, each after all that it imports."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = (sys.executable, "-c", _RECORDED, json.dumps([FIRST, PARTS]))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: Mapping[str, Sequence[str]] = json.loads(done.stdout)
    return found


@functools.cache
def needs_qt(name: str) -> bool:
    """Whether the import of this module imports Qt, or a module that does; this program's modules
    only."""
    if not name.startswith("certclient.ui"):
        return False
    path = ROOT / "src" / Path(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.is_file():  # a name of a module, not a module
        return False
    imported = list(_imported(ast.parse(file.read_text(encoding="utf-8")).body))
    return any(one.startswith(("PySide6", "shiboken6")) or needs_qt(one) for one in imported)


def _imported(body: Sequence[ast.stmt]) -> Iterator[str]:
    """What is imported at once: not in functions, and not for types alone."""
    for one in body:
        if isinstance(one, ast.Import):
            yield from (alias.name for alias in one.names)
        elif isinstance(one, ast.ImportFrom) and one.module:
            yield one.module
            yield from (f"{one.module}.{alias.name}" for alias in one.names)


def module(found: Mapping[str, Sequence[str]]) -> str:
    """The text of the module."""
    lines = [
        '"""Written by `python -m tools.loading_order`; see `loading.py`."""',
        "",
        "from __future__ import annotations",
    ]
    for part, names in found.items():
        windows = [name for name in names if needs_qt(name)]
        others = [name for name in names if name not in windows]
        for title, listed in ((part, windows), (f"BEHIND_{part}", others)):
            lines += ["", f"{title} = (", *(f'    "{name}",' for name in listed), ")"]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Runs the command line; returns its exit code."""
    parser = argparse.ArgumentParser(description="Records what is loaded behind the first window.")
    parser.add_argument("--print", action="store_true", help="print it instead of writing it")
    options = parser.parse_args(arguments)
    text = module(recorded())
    if options.print:
        print(text, end="")
    else:
        TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
