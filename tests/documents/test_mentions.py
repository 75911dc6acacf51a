"""What the documents name exists: files of the project, error codes, keys of a profile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from certclient.ca.cmp.confirmation import confirmation
from certclient.model.errors import ErrorCode
from support.documents import ROOT, inline_code, pages
from support.pki import make_lab, rsa_signer
from tools.docs import profile_keys

HISTORY = ("docs/adr/", "CHANGELOG.md")
INSTRUCTIONS = [page for page in pages() if not str(page).startswith(HISTORY)]

_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?")
_PLACES = ("", "src", "src/certclient", "src/certclient_practice", "docs")
_SOURCES = ("src", "tests", "tools", "docs", "resources", "installer", "requirements", "demo")
_CODE = re.compile(r"CC-[A-Z0-9-]*[A-Z0-9]")
_KEY = re.compile(r"(?:subject|renewal|key|ca|tls|storage|updates|contacts)\.(?!json)[a-z_.]+")


def missing_file(text: str) -> bool:
    """Whether `text` names a file of this project that is not there."""
    rooms = {path.name for path in (ROOT / "src" / "certclient").iterdir() if path.is_dir()}
    first = text.split("/")[0]
    if not _PATH.fullmatch(text) or first not in {*_SOURCES, *rooms} or text.isupper():
        return False
    return not any((ROOT / place / text).exists() for place in _PLACES)


@pytest.mark.parametrize("page", INSTRUCTIONS, ids=str)
def test_files_that_a_document_names_exist(page: Path) -> None:
    named = [(line, code) for line, code in inline_code(page) if "COMMAND" not in code]
    assert [f"{page}:{line}: {code}" for line, code in named if missing_file(code)] == []


@pytest.mark.parametrize("page", INSTRUCTIONS, ids=str)
def test_error_codes_that_a_document_names_exist(page: Path) -> None:
    known = {code.code for code in ErrorCode}
    named = [(line, code) for line, code in inline_code(page) if _CODE.fullmatch(code)]
    assert [f"{page}:{line}: {code}" for line, code in named if code not in known] == []


@pytest.mark.parametrize("page", INSTRUCTIONS, ids=str)
def test_keys_of_a_profile_that_a_document_names_exist(page: Path) -> None:
    keys = re.findall(r"(?m)^\| `([a-z0-9_.]+)` \|", profile_keys.page())
    known = {key.rsplit(".", cut)[0] for key in keys for cut in range(3)}
    named = [(line, code) for line, code in inline_code(page) if _KEY.fullmatch(code)]
    assert [f"{page}:{line}: {code}" for line, code in named if code not in known] == []


def test_what_the_ca_is_told_about_a_rejected_certificate_is_documented() -> None:
    text = (ROOT / "docs" / "bank" / "ca.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"(?m)^\| .* \| `(CC-ISSUED-[A-Z-]+)` \| (\w+) \|$", text))
    lab = make_lab()
    certificate = lab.issue(rsa_signer(1).spki)
    sent = {}
    for code in ErrorCode:
        if code.code.startswith("CC-ISSUED-"):
            status = confirmation(certificate, 0, code).status
            assert status is not None
            (failure,) = status.failures
            sent[code.code] = failure.asn1_name
    assert listed == sent


def test_a_file_that_is_not_there_is_found() -> None:
    assert missing_file("tools/nothing.py")
    assert missing_file("enrollment/nothing.py")
    assert not missing_file("tools/gates.py")
    assert not missing_file("enrollment/steps.py")
    assert not missing_file("and/or")
