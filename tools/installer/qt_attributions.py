"""Collects the third-party code in Qt's libraries from Qt's source: `qt_attribution.json` and
texts.

`python -m tools.installer.qt_attributions SOURCE_OF_QTBASE` writes licenses/qt-attributions.txt. It
is kept in the repository, as the source is 500 MB. Repeat this for each new minor version of
PySide6.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from certclient.ui.dialogs.about.notices import Component, component_text

HERE = Path(__file__).resolve().parent
TARGET = HERE / "licenses" / "qt-attributions.txt"

MODULES = frozenset({"qtcore", "qtgui", "qtwidgets", "qtnetwork", "qtprintsupport"})
"""The modules that ship (QtSvg's one attribution is in licenses/parts.txt)."""

ELSEWHERE = frozenset(
    {
        "android-native-style",
        "cocoa-platform-plugin",
        "dejayvu",
        "forkfd",
        "qeventdispatcher_cf",
        "xcb-xinput",
    }
)
"""Attributions for systems other than Windows."""

_LONGEST_VERSION = 20
"""Characters: some versions are whole commit hashes, which are cut off."""

Entry = Mapping[str, object]


def components(source: Path) -> list[Component]:
    """The third-party components in Qt's libraries for Windows, sorted by title.

    `source`: the source of qtbase.
    """
    found = [
        _component(source, file.parent, entry)
        for file in source.rglob("qt_attribution.json")
        for entry in _entries(file)
        if _ships(entry)
    ]
    return sorted(found, key=lambda component: component.title.lower())


def _entries(file: Path) -> Sequence[Entry]:
    # strict=False: Qt's files have line breaks inside strings.
    content = json.loads(file.read_text(encoding="utf-8"), strict=False)
    return content if isinstance(content, list) else [content]


def _ships(entry: Entry) -> bool:
    return (
        entry.get("QDocModule") in MODULES
        and entry.get("QtParts", ["libs"]) != ["tools"]
        and entry["Id"] not in ELSEWHERE
    )


def _component(source: Path, folder: Path, entry: Entry) -> Component:
    version = str(entry.get("Version", ""))
    title = f"{entry['Name']} {version[:_LONGEST_VERSION]}".strip()
    texts = [_lines(entry.get("Copyright", "")), *_texts(source, folder, entry)]
    text = "\n\n".join(text.strip() for text in texts if text.strip())
    return Component(f"Qt: {title}", str(entry["LicenseId"]), str(entry.get("Homepage", "")), text)


def _texts(source: Path, folder: Path, entry: Entry) -> Iterator[str]:
    """The licence files beside the code; without any, the text of the licence itself."""
    names = entry.get("LicenseFiles") or [entry.get("LicenseFile") or ""]
    for name in names if isinstance(names, list) else []:
        if name:
            yield (folder / name).read_text(encoding="utf-8")
        else:
            licence = str(entry["LicenseId"]).split(" OR ")[0]
            yield (source / "LICENSES" / f"{licence}.txt").read_text(encoding="utf-8")


def _lines(copyright_: object) -> str:
    lines = copyright_ if isinstance(copyright_, list) else str(copyright_).splitlines()
    return "\n".join(str(line).strip() for line in lines)


def main(arguments: Sequence[str]) -> int:
    """Writes TARGET from the source of qtbase, the only argument."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="the unpacked source of qtbase")
    source: Path = parser.parse_args(arguments).source
    text = "".join(component_text(component) for component in components(source))
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
