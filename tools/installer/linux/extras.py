"""What the .deb has beside the program: manual pages, completion, systemd's units."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Collection
from pathlib import Path

from certclient.cli.completion import script
from tools.installer.linux.man import manual_pages
from tools.installer.settings import ROOT

TEMPLATES = ROOT / "installer" / "linux"
_COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/certclient",
    "zsh": "usr/share/zsh/vendor-completions/_certclient",
    "fish": "usr/share/fish/vendor_completions.d/certclient.fish",
}
"""Where Debian's shells look for them. PowerShell has no such place: docs/cli.md."""
_UNITS = {"systemd/system": "usr/lib/systemd/system", "systemd/user": "usr/lib/systemd/user"}
_ENABLED = "usr/lib/systemd/user/graphical-session.target.wants/certclient-remind.timer"
"""The daily reminder runs for everybody, as on Windows; `systemctl --user mask` ends it."""
_DOC_BASE = """\
Document: certclient
Title: certclient
Author: the authors of certclient
Abstract: Guides for customers, help desks, banks, administrators and developers.
Section: Network/Web Browsing

Format: HTML
Index: /usr/share/doc/certclient/html/docs/index.html
Files: /usr/share/doc/certclient/html/docs/*.html
"""


def add_extras(root: Path, epoch: int, left_out: Collection[str]) -> None:
    """Adds them below `root`. `epoch`: the date of the manual pages, in seconds since 1970;
    `left_out`: commands that the package does not contain."""
    for name, text in manual_pages(TEMPLATES, epoch, left_out).items():
        page = _made(root / "usr/share/man" / f"{name}.gz")
        page.write_bytes(gzip.compress(text.encode(), mtime=0))
    for shell, place in _COMPLETIONS.items():
        _made(root / place).write_text(script(shell), encoding="utf-8")
    for source, place in _UNITS.items():
        for unit in sorted((TEMPLATES / source).iterdir()):
            shutil.copyfile(unit, _made(root / place / unit.name))
    _made(root / _ENABLED).symlink_to("../certclient-remind.timer")
    _made(root / "usr/share/doc-base/certclient").write_text(_DOC_BASE, encoding="utf-8")


def _made(path: Path) -> Path:
    """`path`, whose folder exists then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
