"""Registers `certclient:` links on a Linux desktop for one user (the installer does on Windows).

Desktop Entry Specification 1.5 and freedesktop.org's "Association between MIME types and
applications" 1.0: a scheme is the MIME type x-scheme-handler/<scheme>.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from certclient.platform.private_files import write_private

ENTRY_NAME = "certclient.desktop"
MIME_TYPE = "x-scheme-handler/certclient"
_SECTION = "[Default Applications]"
_RESERVED = frozenset(" \t\n\"'\\><~|&;$*?#()`%")
"""Characters that need quoting in Exec, which not every link opener supports."""


def entry_text(
    command: Sequence[str],
    title_en: str = "certclient",
    title_ja: str = "電子証明書の更新",
) -> str:
    """Returns the text of a desktop entry that runs `command` with a link as its last argument.

    Raises ValueError if the command would need quoting.
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
    """Writes the entry and makes it the default handler of `certclient:` links.

    `data_home`: XDG_DATA_HOME, for the entry. `config_home`: XDG_CONFIG_HOME, for mimeapps.list.
    Returns the entry's path. Raises ValueError (as `entry_text`) and OSError.
    """
    text = entry_text(command)
    entry = data_home / "applications" / ENTRY_NAME
    write_private(entry, text.encode())
    associations = config_home / "mimeapps.list"
    before = associations.read_bytes() if associations.exists() else b""
    # Other programs' lines stay as they are, in whatever encoding.
    after = with_default(before.decode(errors="surrogateescape"))
    write_private(associations, after.encode(errors="surrogateescape"))
    return entry


def with_default(associations: str) -> str:
    """Returns the text of a mimeapps.list with our entry as the handler; keeps all other lines."""
    line = f"{MIME_TYPE}={ENTRY_NAME}"
    lines = [kept for kept in associations.splitlines() if not kept.startswith(f"{MIME_TYPE}=")]
    if _SECTION not in lines:
        lines.append(_SECTION)
    lines.insert(lines.index(_SECTION) + 1, line)
    return "\n".join(lines) + "\n"
