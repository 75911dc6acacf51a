"""Every relative link and anchor in the documents leads somewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.documents import ROOT, anchors, links, pages


def fault(page: Path, address: str) -> str:
    """What is wrong with an address in `page`; "" if nothing is, or if it leaves the project."""
    if ":" in address.split("/")[0]:
        return ""
    name, _, anchor = address.partition("#")
    target = Path(os.path.normpath(page.parent / name)) if name else page
    if not (ROOT / target).exists():
        return f"no {target}"
    if anchor and target.suffix == ".md" and anchor not in anchors(target):
        return f"{target} has no heading #{anchor}"
    return ""


@pytest.mark.parametrize("page", pages(), ids=str)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    found = [
        f"{page}:{line}: {fault(page, link)}" for line, link in links(page) if fault(page, link)
    ]
    assert found == []


def test_a_link_that_leads_nowhere_is_found() -> None:
    page = Path("docs/cli.md")
    assert fault(page, "nowhere.md") == "no docs/nowhere.md"
    assert fault(page, "#exit-codez") == "docs/cli.md has no heading #exit-codez"
    assert fault(page, "../README.md#four-commands") == ""


def test_each_document_is_linked_from_another() -> None:
    linked = {
        Path(os.path.normpath(page.parent / address.partition("#")[0]))
        for page in pages()
        for _, address in links(page)
        if ":" not in address and not address.startswith("#")
    }
    alone = [str(page) for page in pages() if page not in linked and page.parts[0] != ".github"]
    # The site has no page for these; elsewhere they are named, not linked.
    assert alone == ["tests/vectors/wycheproof/README.md", "tests/windows/REAL_WINDOWS.md"]
