"""Pages without a login: the top page, ログイン画面, 証明書発行アプリのダウンロード."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, send_file

from certclient.model.profile import LocalizedText

_CHUNK = 1 << 20


KINDS = {
    ".exe": LocalizedText(ja="Windows", en="Windows"),
    ".msi": LocalizedText(
        ja="Windows（会社の管理者の方がまとめて配布する場合）", en="Windows, for fleets"
    ),
    ".deb": LocalizedText(ja="Debian / Ubuntu", en="Debian / Ubuntu"),
    ".whl": LocalizedText(ja="Python (pipx)", en="Python (pipx)"),
}
"""The file types offered, in this order; checksums and other files are not."""

_VERSION = re.compile(r"(?<![\d.])\d+\.\d+\.\d+(?:~?(?:a|b|rc)\d+)?(?![\d.]*\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Download:
    """One installer. `size` is in bytes, `sha256` in hex."""

    path: Path
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The file name, which is also the last part of its URL."""
        return self.path.name

    @property
    def kind(self) -> LocalizedText:
        """The platform that the file is for, by its extension."""
        return KINDS[self.path.suffix.lower()]

    @property
    def version(self) -> str:
        """The version in the file name (Debian's 1.0.0~rc1 as 1.0.0rc1), "" if there is none."""
        found = _VERSION.search(self.path.stem)
        return found[0].replace("~", "") if found else ""


def public_pages(login_url: str, downloads: Sequence[Download]) -> Blueprint:
    """Builds the pages; `login_url` is on the port that requests a client certificate."""
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
        """Serves only files found at the start, so that a request cannot choose a path."""
        found = by_name.get(name)
        if found is None:
            abort(404)
        return send_file(found.path, as_attachment=True, download_name=found.name)

    return pages


def read_downloads(folder: Path | None) -> Sequence[Download]:
    """Returns the installers in `folder`, sorted by kind and name. Raises OSError."""
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
