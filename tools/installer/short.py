"""The frozen program for tests: made once for the sources as they are, and signed by a testing CA.

It lies beside the other parts of the Windows that tests run in (`tools.wine.cache`).
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from tools.installer import freeze
from tools.installer.build import Build, epoch, make_payload
from tools.installer.settings import DEFAULT, ROOT, Places, read_settings
from tools.installer.signing import make_signer
from tools.wine.cache import Cache, default_folder

_SOURCES = ("src/certclient", "installer", "tools/installer")
_PATTERNS = ("*.py", "*.spec", "*.toml", "*.svg", "*.qm", "*.txt", "*.[ch]", "*.html", "*.css")


def short_build() -> Places:
    """Folder with `payload`, as `make installer` makes it, and `testing-ca`. Safe against others
    that want it at the same time. Raises what `build.make_payload` raises."""
    cache = Cache(default_folder(os.environ, Path.home()))
    workshop = freeze.prepare(cache)
    made_from = f"{workshop.root.name} {workshop.tools.name} {workshop.wheels.name} {_digest()}"
    return Places(cache.part("frozen", made_from, lambda folder: _make(folder, workshop)))


def _make(folder: Path, workshop: freeze.Workshop) -> None:
    settings, places = read_settings(), Places(folder)
    signer = make_signer(settings, places, DEFAULT, ask=False)
    make_payload(Build(settings, places, signer, epoch(os.environ), quick=True), workshop)


def _digest() -> str:
    digest = hashlib.sha256()
    for folder in _SOURCES:
        files = {file for pattern in _PATTERNS for file in (ROOT / folder).rglob(pattern)}
        for file in sorted(files):
            digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()
