"""Pages for everybody: the top page, ログイン画面, 証明書発行アプリのダウンロード."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, send_file

from certclient.model.profile import Words

_CHUNK = 1 << 20


KINDS = {
    ".exe": Words(ja="Windows", en="Windows"),
    ".msi": Words(ja="Windows（会社の管理者の方がまとめて配布する場合）", en="Windows, for fleets"),
    ".deb": Words(ja="Debian / Ubuntu", en="Debian / Ubuntu"),
    ".whl": Words(ja="Python (pipx)", en="Python (pipx)"),
}
"""What is offered, in this order; other files of the folder (check sums, lists) are not."""

_VERSION = re.compile(r"(?<![\d.])\d+\.\d+\.\d+(?:~?(?:a|b|rc)\d+)?(?![\d.]*\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Download:
    """One installer. `size` in bytes, `sha256` in hex."""

    path: Path
    size: int
    sha256: str

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def kind(self) -> Words:
        return KINDS[self.path.suffix.lower()]

    @property
    def version(self) -> str:
        """As its name says it (Debian writes 1.0.0~rc1), "" where that says none."""
        found = _VERSION.search(self.path.stem)
        return found[0].replace("~", "") if found else ""


def public_pages(login_url: str, downloads: Sequence[Download]) -> Blueprint:
    """`login_url` leads to the port that asks for a certificate."""
    pages = Blueprint("public", __name__)
    by_name = {download.name: download for download in downloads}

    @pages.get("/")
    def top() -> str:
        return render_template("top.html")

    @pages.get("/login-screen")
    def login_screen() -> str:
        return render_template("login_screen.html", login_url=login_url)

    @pages.get("/download")
    def download_page() -> str:
        return render_template("download.html", downloads=downloads)

    @pages.get("/download/<name>")
    def download(name: str) -> Response:
        """Only what was in the folder when the bank started: no path ever comes from outside."""
        found = by_name.get(name)
        if found is None:
            abort(404)
        return send_file(found.path, as_attachment=True, download_name=found.name)

    return pages


def read_downloads(folder: Path | None) -> Sequence[Download]:
    """The installers in `folder`, by kind and name. Raises OSError."""
    if folder is None:
        return ()
    paths = [path for path in sorted(folder.iterdir()) if path.is_file()]
    return [_download(path) for kind in KINDS for path in paths if path.suffix.lower() == kind]


def _download(path: Path) -> Download:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return Download(path.resolve(), path.stat().st_size, digest.hexdigest())
