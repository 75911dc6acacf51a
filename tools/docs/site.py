"""Builds docs/ and the overviews at the repository's top as a site that needs no server.

The pages keep their places, so that a relative link is right in the repository and on the site. The
sidebar is what docs/index.md links to, heading by heading.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from importlib.metadata import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sphinx.application import Sphinx

from certclient import __version__
from tools.docs.search import JapaneseAndEnglish

ROOT = Path(__file__).resolve().parents[2]
INDEX = "docs/index"
TOP_PAGES = (
    *("README", "README.ja", "ARCHITECTURE", "CONTRIBUTING"),
    *("CODE_OF_CONDUCT", "CHANGELOG", "SECURITY"),
)
_DECISIONS = "docs/adr/README"
_LINK = re.compile(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)")
_HEADING = re.compile(r"(?m)^## (.+)$")
_REDIRECT = '<!doctype html><meta charset="utf-8"><title>certclient</title>\n'


class SiteError(Exception):
    """The site was not built; Sphinx's messages say why."""


def build_site(folder: Path) -> Path:
    """Replaces `folder` by the site; returns its first page.

    Reads the same files, writes the same bytes. Raises SiteError if Sphinx warns of anything, such
    as a link that leads nowhere or a page that docs/index.md does not list.
    """
    shutil.rmtree(folder, ignore_errors=True)
    with TemporaryDirectory() as work:
        app = Sphinx(
            srcdir=ROOT,
            confdir=None,
            outdir=folder,
            doctreedir=work,
            buildername="html",
            confoverrides=dict(_settings()),
            status=None,
            warningiserror=True,
            freshenv=True,
        )
        app.build()
        if app.statuscode:
            raise SiteError("Sphinx has warned, see above")
    shutil.rmtree(folder / "_sources", ignore_errors=True)
    for name in (".buildinfo", "objects.inv"):
        folder.joinpath(name).unlink(missing_ok=True)
    (folder / "LICENSES.txt").write_text(_licences(), encoding="utf-8")
    first = folder / f"{INDEX}.html"
    target = f"{INDEX}.html"
    start = f'{_REDIRECT}<meta http-equiv="refresh" content="0; url={target}">\n'
    (folder / "index.html").write_text(
        f'{start}<a href="{target}">certclient</a>\n', encoding="utf-8"
    )
    return first


def _licences() -> str:
    """The licences of the scripts and styles that become part of the site."""
    texts = [
        f"{name}\n\n{file.read_text(encoding='utf-8')}"
        for name in ("sphinx", "furo")
        for file in files(name) or ()
        if "LICENSE" in file.name
    ]
    return "\n\n".join(texts)


def _settings() -> Mapping[str, Any]:
    kept = {"docs", *(f"{page}.md" for page in TOP_PAGES)}
    others = [path.name for path in ROOT.iterdir() if path.name not in kept]
    return {
        "project": "certclient",
        "version": __version__,
        "release": __version__,
        "language": "en",
        "root_doc": INDEX,
        "extensions": ["myst_parser", "tools.docs.site"],
        "exclude_patterns": others,
        "include_patterns": ["docs/**", *(f"{page}.md" for page in TOP_PAGES)],
        "source_suffix": {".md": "markdown"},
        "myst_heading_anchors": 6,
        "myst_links_external_new_tab": False,
        "html_theme": "furo",
        "html_title": f"certclient {__version__}",
        "html_search_language": JapaneseAndEnglish.lang,
        # A page opened from a file may not read other files, so results have no excerpts.
        "html_show_search_summary": False,
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_sphinx": False,
        "html_last_updated_fmt": None,
        "highlight_language": "none",
        "suppress_warnings": ["myst.header"],
    }


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry point of an extension: the sidebar, the pages' languages, the search."""
    app.add_search_language(JapaneseAndEnglish)
    app.connect("source-read", _add_contents)
    app.connect("html-page-context", _finish_page)
    return {"parallel_read_safe": True}


def _add_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Adds Sphinx's tables of contents: what a page lists, in the order of its links."""
    if page == INDEX:
        source[0] += "".join(_toctree(name, links) for name, links in _sections(source[0]))
    elif page == _DECISIONS:
        source[0] += _toctree("", _LINK.findall(source[0]))


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """The headings of `text`, each with the pages that are linked below it, each page once."""
    parts = _HEADING.split(text)
    seen: set[str] = set()
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        links = [link for link in dict.fromkeys(_LINK.findall(body)) if link not in seen]
        seen.update(links)
        yield name, links


def _toctree(caption: str, links: list[str]) -> str:
    title = f":caption: {caption}\n" if caption else ""
    pages = "\n".join(link.removesuffix(".md") for link in links)
    return f"\n```{{toctree}}\n:hidden:\n:titlesonly:\n{title}\n{pages}\n```\n"


def _finish_page(
    _app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Sets each page's own language: browsers choose the shapes of letters by it, and voices.

    Examples that are wider than the window can be scrolled by keyboard.
    """
    japanese = page.endswith(".ja") or page in {"docs/errors"}
    context["language"] = "ja" if japanese else "en"
    if "body" in context:
        context["body"] = context["body"].replace("<pre>", '<pre tabindex="0">')
