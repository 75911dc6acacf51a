"""The examples of files in the documents are files that the program reads, and complete."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certclient.model.policy import VALUES, Raw, StoredValue, policy_from
from certclient.model.profile_file import profile_from_text
from certclient_practice.admin.logo import LOGO
from support.documents import ROOT, blocks, pages
from support.pki import certificate_pem, make_lab, rsa_key
from tools.docs import profile_keys

NOW = datetime(2027, 3, 11, 3, 0, tzinfo=UTC)


def example(page: str) -> str:
    """All blocks of TOML of a page."""
    return "\n".join(b.text for b in blocks(Path(page)) if b.language == "toml")


def keys(table: Mapping[str, Any], prefix: str = "") -> set[str]:
    """The dotted keys of a table."""
    found = set()
    for name, value in table.items():
        is_table = isinstance(value, dict) and value
        found |= keys(value, f"{prefix}{name}.") if is_table else {f"{prefix}{name}"}
    return found


def all_keys() -> set[str]:
    """The dotted keys that a profile may have."""
    return set(re.findall(r"(?m)^\| `([a-z0-9_.]+)` \|", profile_keys.page()))


def test_the_profile_in_the_document_is_a_profile_with_every_key() -> None:
    text = example("docs/profile.md")
    anchor = certificate_pem(*make_lab(NOW).anchors).decode()
    text = re.sub(r"-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n", anchor, text)
    text = text.replace('"""…"""', f'"""\n{anchor}"""')
    public = rsa_key(1).public_key()
    key = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    text = re.sub(r'logo = """[^"]*"""', f'logo = """{LOGO}"""', text)
    text = re.sub(r"-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n", key, text)
    profile = profile_from_text(text, "example-shinkin.toml")
    assert profile.id == "example-shinkin"
    shown = keys(tomllib.loads(text))
    missing = all_keys() - shown
    # Shown for the administrator, and the same for the user.
    assert {key for key in missing if not key.startswith("contacts.user.")} == set()
    assert profile.updates is not None


def test_the_plug_in_in_the_document_is_the_one_that_is_tested() -> None:
    """Its source, its project file, and a profile that names it."""
    page = Path("docs/ca-plugins.md")
    shown = [block.text.strip() for block in blocks(page)]
    for name in ("certclient_example_json.py", "pyproject.toml"):
        file = ROOT / "tests" / "contract" / "example_plugin" / name
        assert file.read_text(encoding="utf-8").strip() in shown, f"{name} has changed"


def test_the_policy_in_the_document_is_a_policy_with_every_value() -> None:
    values = tomllib.loads(example("docs/fleet.md"))
    assert set(values) == set(VALUES)

    def raw(value: Any) -> Raw:
        return tuple(map(str, value)) if isinstance(value, list) else value

    stored = {name: StoredValue(raw(value), "policy.toml") for name, value in values.items()}
    policy = policy_from(stored)
    assert policy.unattended_renewal
    assert not policy.update_notice


@pytest.mark.parametrize("page", pages(), ids=str)
def test_blocks_of_toml_are_toml(page: Path) -> None:
    for block in blocks(page):
        if block.language == "toml":
            tomllib.loads(block.text)
