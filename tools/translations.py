"""Qt Linguist's files: `update` collects the texts of the windows, `compile` makes the .qm files.

`python tools/translations.py update`   new texts into resources/i18n/certclient_{ja,en}.ts
`python tools/translations.py compile`  .ts to .qm where those are older or missing

Source texts are English, so the English file is filled in by itself, except for texts that count
(`%n`), which have two forms.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "certclient"
FOLDER = ROOT / "resources" / "i18n"
LANGUAGES = ("ja", "en")
BIN = Path(sys.executable).parent


def sources() -> list[Path]:
    """Every Python file whose texts lupdate collects."""
    return sorted((PACKAGE / "ui").rglob("*.py"))


def ts_file(language: str) -> Path:
    """The Qt Linguist source of `language`, a two-letter code."""
    return FOLDER / f"certclient_{language}.ts"


def update(folder: Path = FOLDER) -> None:
    """Updates the .ts files in `folder` from the sources; removes texts that no longer occur."""
    for language in LANGUAGES:
        target = folder / f"certclient_{language}.ts"
        options = ["-silent", "-no-obsolete", "-locations", "none"]
        languages = ["-source-language", "en", "-target-language", language]
        files = [str(path) for path in sources() if path.exists()]
        _run("pyside6-lupdate", *options, *languages, *files, "-ts", str(target))
        if language == "en":
            _fill_with_sources(target)


def compile_changed(folder: Path = FOLDER, sources_folder: Path = FOLDER) -> None:
    """Compiles the .qm files that are missing or older than their .ts.

    Each one is renamed into place when complete, so that several processes may run this at a time.
    """
    for language in LANGUAGES:
        source = sources_folder / f"certclient_{language}.ts"
        target = folder / f"certclient_{language}.qm"
        if not source.exists() or (target.exists() and _newer(target, source)):
            continue
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            made = Path(scratch) / target.name
            _run("pyside6-lrelease", "-silent", str(source), "-qm", str(made))
            os.replace(made, target)


def unfinished(path: Path) -> list[str]:
    """Texts of a .ts file without a finished translation, as `context: source`."""
    found: list[str] = []
    for context in ET.parse(path).getroot().iter("context"):  # noqa: S314 - our own file
        name = context.findtext("name", "")
        for message in context.iter("message"):
            if not _finished(message):
                found.append(f"{name}: {message.findtext('source', '')}")
    return found


def texts(path: Path) -> set[tuple[str, str, str]]:
    """Context, source and comment of every text in a .ts file."""
    return {
        (
            context.findtext("name", ""),
            message.findtext("source", ""),
            message.findtext("comment", ""),
        )
        for context in ET.parse(path).getroot().iter("context")  # noqa: S314 - our own file
        for message in context.iter("message")
    }


def _finished(message: ET.Element) -> bool:
    translation = message.find("translation")
    if translation is None or translation.get("type") is not None:
        return False
    forms = [form.text for form in translation.iter("numerusform")] or [translation.text]
    return all(forms)


def _fill_with_sources(path: Path) -> None:
    """Sets each English translation to its source text, except for those with plural forms."""
    tree = ET.parse(path)  # noqa: S314 - our own file
    for message in tree.getroot().iter("message"):
        translation = message.find("translation")
        if translation is not None and message.get("numerus") != "yes":
            translation.attrib.pop("type", None)
            translation.text = message.findtext("source", "")
    tree.write(path, encoding="utf-8", xml_declaration=True)


def _newer(target: Path, source: Path) -> bool:
    return target.stat().st_mtime >= source.stat().st_mtime


def _run(program: str, *arguments: str) -> None:
    subprocess.run([str(BIN / program), *arguments], check=True)


def main(arguments: Sequence[str]) -> int:
    """Returns 1 if texts remain to be translated, 2 for wrong arguments, else 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=("update", "compile"))
    if parser.parse_args(arguments).action == "compile":
        compile_changed()
        return 0
    update()
    compile_changed()
    missing = [f"{code}: {text}" for code in LANGUAGES for text in unfinished(ts_file(code))]
    print("\n".join(missing) or "all texts are translated")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
