"""Registers `certclient:` links on a Linux desktop, for one user (on Windows the installer does).

Desktop Entry Specification 1.5 and freedesktop.org's "Association between MIME types and
applications" 1.0: a scheme is the MIME type x-scheme-handler/<scheme>.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

ENTRY_NAME = "certclient.desktop"
MIME_TYPE = "x-scheme-handler/certclient"
_SECTION = "[Default Applications]"
_RESERVED = frozenset(" \t\n\"'\\><~|&;$*?#()`%")
"""Characters that need quoting in Exec, which not every opener of links understands."""


def entry_text(
    command: Sequence[str],
    title_en: str = "certclient",
    title_ja: str = "電子証明書の更新",
) -> str:
    """The desktop entry that runs `command` with a link as its last argument.

    Raises ValueError for a command that would have to be quoted.
    """
    if any(_RESERVED & set(word) for word in command):
        raise ValueError("the program lies in a folder whose name a desktop entry cannot hold")
    return (
        "[Desktop Entry]\n"
        "Type=Application\n"
        f"Name={title_en}\n"
        f"Name[ja]={title_ja}\n"
        "Comment=Renews the client certificate for internet banking\n"
        "Comment[ja]=インターネットバンキングの電子証明書を更新・取得します\n"
        f"Exec={' '.join(command)} %u\n"
        "Icon=certclient\n"
        "Terminal=false\n"
        "Categories=Office;Finance;\n"
        f"MimeType={MIME_TYPE};\n"
    )


def register(command: Sequence[str], data_home: Path, config_home: Path) -> Path:
    """Writes the entry below `data_home` (XDG_DATA_HOME) and makes it the default for our links
    in `config_home` (XDG_CONFIG_HOME). Returns the entry's path. Raises ValueError, OSError."""
    text = entry_text(command)
    entry = data_home / "applications" / ENTRY_NAME
    _write(entry, text)
    associations = config_home / "mimeapps.list"
    before = associations.read_text(encoding="utf-8") if associations.exists() else ""
    _write(associations, with_default(before))
    return entry


def with_default(associations: str) -> str:
    """The text of a mimeapps.list in which our entry opens our links; the rest stays as it was."""
    line = f"{MIME_TYPE}={ENTRY_NAME}"
    lines = [kept for kept in associations.splitlines() if not kept.startswith(f"{MIME_TYPE}=")]
    if _SECTION not in lines:
        lines.append(_SECTION)
    lines.insert(lines.index(_SECTION) + 1, line)
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)
