"""Pages for everybody: the top page, ログイン画面, 証明書発行アプリのダウンロード."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, send_file

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Download:
    """One installer. `size` in bytes, `sha256` in hex."""

    path: Path
    size: int
    sha256: str

    @property
    def name(self) -> str:
        return self.path.name


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
    """The installers in `folder`, by name. Raises OSError."""
    if folder is None:
        return ()
    return [_download(path) for path in sorted(folder.iterdir()) if path.is_file()]


def _download(path: Path) -> Download:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return Download(path.resolve(), path.stat().st_size, digest.hexdigest())
