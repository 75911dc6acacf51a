"""The ADMX offers exactly the values that the program reads; the ADMLs have all their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from certclient.cli.main import run
from certclient.model.policy import VALUES, Policy, Raw, StoredValue, ValueKind, policy_from
from support.cli_runner import CliRunner

FOLDER = Path(__file__).parents[3] / "installer" / "policy"
NAMESPACE = "{http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions}"
LANGUAGES = ("ja-JP", "en-US")
KEY = r"Software\Policies\certclient"

_WIDGETS = {"multiText": "multiTextBox", "text": "textBox", "enum": "dropdownList"}
"""The ADML presentation control for each type of ADMX element."""

_STORED = {
    ValueKind.SWITCH: {"int"},
    ValueKind.TEXT: {"str"},
    ValueKind.LIST: {"str", "tuple"},
}


def read(path: Path) -> ET.Element:
    return ET.parse(path).getroot()


def tag(element: ET.Element) -> str:
    return element.tag.removeprefix(NAMESPACE)


ADMX = read(FOLDER / "certclient.admx")
POLICIES = {policy.get("name", ""): policy for policy in ADMX.iter(f"{NAMESPACE}policy")}


def stored(policy: ET.Element) -> Iterator[tuple[str, list[Raw]]]:
    """Yields name and examples of each registry value that Group Policy writes for `policy`."""
    name = policy.get("valueName")
    if name is not None:
        numbers = [
            int(decimal.get("value", ""))
            for state in ("enabledValue", "disabledValue")
            for decimal in policy.iterfind(f"{NAMESPACE}{state}/{NAMESPACE}decimal")
        ]
        yield name, [*numbers]
    for element in policy.iterfind(f"{NAMESPACE}elements/*"):
        yield element.get("valueName", ""), _examples(element)


def _examples(element: ET.Element) -> list[Raw]:
    if tag(element) == "multiText":
        return [("rei-shinkin", "so-shinkin")]
    if tag(element) == "enum":
        return [string.text or "" for string in element.iter(f"{NAMESPACE}string")]
    assert tag(element) == "text"
    return [*_defaults(element.get("id", ""))]


def _defaults(identifier: str) -> list[str]:
    """The default values that the ADMLs propose."""
    return [
        box.findtext(f"{NAMESPACE}defaultValue", "")
        for language in LANGUAGES
        for box in read(FOLDER / language / "certclient.adml").iter(f"{NAMESPACE}textBox")
        if box.get("refId") == identifier
    ]


def test_admx_offers_exactly_the_values_that_are_read() -> None:
    offered = [name for policy in POLICIES.values() for name, _ in stored(policy)]
    assert sorted(offered) == sorted(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_every_choice_in_the_admx_is_accepted(name: str) -> None:
    ((value, examples),) = stored(POLICIES[name])
    assert value == name
    assert examples
    kinds = {type(example).__name__ for example in examples}
    assert kinds <= _STORED[VALUES[name]]
    for example in examples:
        assert policy_from({name: StoredValue(example, "GPO")}).sources == ("GPO",)
    if VALUES[name] is ValueKind.SWITCH:
        assert examples == [1, 0], "enabled, disabled"


@pytest.mark.parametrize("name", VALUES)
def test_policies_apply_to_computers_and_users_under_our_key(name: str) -> None:
    policy = POLICIES[name]
    assert policy.get("class") == "Both"
    assert policy.get("key") == KEY
    assert [child.get("ref") for child in policy][:2] == ["Certclient", "Windows10"]


def test_registry_key_matches_the_program() -> None:
    source = (FOLDER.parents[1] / "src/certclient/configuration/policy.py").read_text(
        encoding="utf-8"
    )
    assert f'KEY = r"{KEY}"' in source


@pytest.mark.parametrize("language", LANGUAGES)
def test_adml_has_exactly_the_referenced_texts(language: str) -> None:
    adml = read(FOLDER / language / "certclient.adml")
    written = {s.get("id"): s.text or "" for s in adml.iter(f"{NAMESPACE}string")}
    text = (FOLDER / "certclient.admx").read_text(encoding="utf-8")
    assert set(written) == set(re.findall(r"\$\(string\.(\w+)\)", text))
    assert all(words.strip() for words in written.values())
    if language == "ja-JP":
        assert [i for i, words in written.items() if words.isascii()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_element_has_its_presentation_control(language: str) -> None:
    adml = read(FOLDER / language / "certclient.adml")
    boxes = {
        presentation.get("id"): [(tag(box), box.get("refId")) for box in presentation]
        for presentation in adml.iter(f"{NAMESPACE}presentation")
    }
    expected = {
        name: [(_WIDGETS[tag(e)], e.get("id")) for e in policy.iterfind(f"{NAMESPACE}elements/*")]
        for name, policy in POLICIES.items()
        if policy.get("presentation") is not None
    }
    assert boxes == expected
    assert {policy.get("presentation") for policy in POLICIES.values()} - {None} == {
        f"$(presentation.{name})" for name in boxes
    }


def test_revisions_match() -> None:
    required = ADMX.find(f"{NAMESPACE}resources")
    assert required is not None
    for language in LANGUAGES:
        adml = read(FOLDER / language / "certclient.adml")
        assert adml.get("revision") == required.get("minRequiredRevision") == "1.0"


def test_scheduled_task_runs_an_existing_command_as_the_user(tmp_path: Path) -> None:
    task = read(FOLDER / "renew-task.xml")
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    program = task.findtext(f".//{space}Command", "")
    assert program == r'"%ProgramFiles%\certclient\certclientw.exe"'
    arguments = task.findtext(f".//{space}Arguments", "").split()
    cli_runner = CliRunner(tmp_path / "certclient.log")
    cli_runner.add(days=5)
    consent = replace(cli_runner.services(), policy=lambda: Policy(unattended_renewal=True))
    assert run(arguments, consent) == 0
    assert len(cli_runner.procedures.seen) == 1
    assert task.findtext(f".//{space}GroupId") == "S-1-5-32-545", "Users, with their own keys"


def test_fleet_guide_documents_every_value() -> None:
    guide = (FOLDER.parents[1] / "docs" / "fleet.md").read_text(encoding="utf-8")
    assert [name for name in VALUES if f"| `{name}` |" not in guide] == []
