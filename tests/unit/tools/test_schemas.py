"""The JSON Schemas for editors are current, and agree with what the program accepts and refuses."""

from __future__ import annotations

import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from certclient.configuration.policy import examine_policy
from certclient.model.profile_file import examine_profile
from tools.installer.settings import DEFAULT, BuildSettingsError, read_settings
from tools.schemas import FOLDER, SCHEMAS, build_schema, policy_schema, profile_schema, text

ROOT = Path(__file__).parents[3]
PROFILES = [*ROOT.glob("resources/profiles/*.toml"), *ROOT.glob("installer/profiles/*.toml")]
PROFILE = Draft202012Validator(profile_schema())
POLICY = Draft202012Validator(policy_schema())
BUILD = Draft202012Validator(build_schema())

GOOD: dict[str, Any] = tomllib.loads(PROFILES[0].read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_files_are_current_and_schemas(name: str) -> None:
    """If not: python -m tools.schemas."""
    assert (FOLDER / name).read_text(encoding="utf-8") == text(SCHEMAS[name]())
    Draft202012Validator.check_schema(SCHEMAS[name]())


@pytest.mark.parametrize("sample", [*PROFILES, DEFAULT], ids=lambda path: path.name)
def test_the_samples_are_valid_and_lead_editors_to_their_schema(sample: Path) -> None:
    content = sample.read_text(encoding="utf-8")
    marker, _, path = content.splitlines()[0].partition(" ")
    assert marker == "#:schema"
    schema = json.loads((sample.parent / path).read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(tomllib.loads(content))


def test_every_key_is_described() -> None:
    for schema in (profile_schema(), policy_schema(), build_schema()):
        definitions = schema.get("$defs", {}).values()
        for table in (schema, *(one for one in definitions if "properties" in one)):
            assert table["additionalProperties"] is False
            for name, key in table["properties"].items():
                assert key.get("description"), name


CHANGES: list[tuple[tuple[Any, ...], object]] = [
    (("schema",), 2),
    (("schema",), "1"),
    (("colour",), "red"),
    (("id",), "../etc/passwd"),
    (("id",), "bank\n"),
    (("login_url",), "http://bank.example.jp/"),
    (("login_url",), "https://user:pass@bank.example.jp/"),
    (("login_url",), "https://bank.example.jp/#x"),
    (("login_url",), "javascript:alert(1)"),
    (("login_test_url",), "ftp://x"),
    (("bank", "ja"), ""),
    (("bank", "de"), "x"),
    (("bank",), "Rei"),
    (("subject", "pattern"), ""),
    (("subject", "administrator_suffixes"), [1394]),
    (("renewal", "days_before"), 0),
    (("renewal", "days_before"), 367),
    (("renewal", "days_before"), 30.5),
    (("renewal", "days_before"), True),
    (("renewal", "obtain_days_after"), -1),
    (("renewal", "reminder_days"), []),
    (("renewal", "reminder_days"), [10, 10]),
    (("renewal", "reminder_days"), list(range(11))),
    (("renewal", "ask_pin"), "somebody"),
    (("key", "bits"), 1024),
    (("key", "protection"), "medium"),
    (("key", "prefer_tpm"), "yes"),
    (("ca", "urll"), "x"),
    (("ca", "url"), "https:///pkix/"),
    (("ca", "trust_anchors"), "no certificate at all"),
    (("ca", "mac"), "hmac"),
    (("ca", "signature_algorithms"), ["rsa-pkcs1-sha1"]),
    (("ca", "signature_algorithms"), []),
    (("tls",), {}),
    (("contacts", "user", "phone"), ""),
    (("contacts", "user", "hours"), {"ja": "x"}),
    (("storage", "destinations"), ["floppy"]),
    (("storage", "destinations"), ["pc", "pc"]),
    (("storage", "pkcs11_modules"), ["lib/a.so"]),
    (("storage", "pkcs11_modules"), [r"\\server\share\a.dll"]),
    (("updates",), {"address": "https://bank.example.jp/x", "public_keys": "x"}),
]
ONLY_THE_PROGRAM: list[tuple[tuple[Any, ...], object]] = [
    (("subject", "pattern"), "(?P<uid>x)"),
    (("subject", "pattern"), "(?P<user_id>x"),
    (("ca", "url"), "https://ca.example.jp:99999/"),
    (("ca", "trust_anchors"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
    (("storage", "pkcs11_modules"), ["/usr/lib/../a.so"]),
    (("renewal", "days_before"), 30.0),
]


def changed(place: tuple[Any, ...], value: object, table: Any = None) -> dict[str, Any]:
    whole = copy.deepcopy(GOOD) if table is None else table
    inner = whole
    for part in place[:-1]:
        if not isinstance(inner.setdefault(part, {}), dict):
            return whole
        inner = inner[part]
    inner[place[-1]] = value
    return whole


@pytest.mark.parametrize(("place", "value"), CHANGES, ids=str)
def test_what_the_schema_refuses_the_program_refuses_too(
    place: tuple[Any, ...], value: object
) -> None:
    table = changed(place, value)
    assert not PROFILE.is_valid(table)
    assert accepted(table) is False


@pytest.mark.parametrize(("place", "value"), ONLY_THE_PROGRAM, ids=str)
def test_what_only_the_program_can_know(place: tuple[Any, ...], value: object) -> None:
    table = changed(place, value)
    assert PROFILE.is_valid(table)
    assert accepted(table) is False


VALUES = st.sampled_from(
    [
        *(value for _, value in (*CHANGES, *ONLY_THE_PROGRAM)),
        *("https://x", "HTTPS://bank.example.jp", "http://localhost:8080/?a@b", "http://[::1]/x"),
        *("https://127.1", "/usr/lib/a.so", "C:\\a.dll", ["C:/a.dll", "/x/../y"], "", "x", 30, []),
    ]
)
PLACES = st.sampled_from([place for place, _ in CHANGES])


@given(st.lists(st.tuples(PLACES, VALUES), min_size=1, max_size=2))
def test_the_schema_never_refuses_what_the_program_accepts(
    changes: list[tuple[tuple[Any, ...], object]],
) -> None:
    table = copy.deepcopy(GOOD)
    for place, value in changes:
        changed(place, value, table)
    assert PROFILE.is_valid(table) or not accepted(table)


def accepted(table: dict[str, Any]) -> bool:
    return examine_profile(toml(table), "bank.toml").profile is not None


def toml(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)


@pytest.mark.parametrize(
    ("policy", "good"),
    [
        ({}, True),
        ({"Profile": ["rei-shinkin"], "Destinations": ["pc"], "ReminderDays": [30, "10"]}, True),
        ({"Profile": "rei-shinkin, so-shinkin", "Destinations": "pc,usb"}, True),
        (
            {
                "Proxy": "none",
                "UnattendedRenewal": True,
                "UpdateNotice": False,
                "Revocation": False,
            },
            True,
        ),
        ({"Proxy": "http://proxy.example.jp:8080"}, True),
        ({"Destinatons": ["pc"]}, False),
        ({"Destinations": ["cloud"]}, False),
        ({"Destinations": []}, False),
        ({"Destinations": ["pc", "pc"]}, False),
        ({"Profile": ["Rei"]}, False),
        ({"ReminderDays": 30}, False),
        ({"ReminderDays": [367]}, False),
        ({"ReminderDays": list(range(11))}, False),
        ({"Proxy": 8080}, False),
        ({"Proxy": "http://user:pass@proxy.example.jp:8080"}, False),
        ({"Proxy": ""}, False),
        ({"UnattendedRenewal": 1}, False),
        ({"UpdateNotice": "false"}, False),
    ],
)
def test_the_policys_schema_and_the_program_agree(
    policy: dict[str, Any], good: bool, tmp_path: Path
) -> None:
    assert POLICY.is_valid(policy) is good
    file = tmp_path / "policy.toml"
    file.write_text(toml(policy), encoding="utf-8")
    assert (not examine_policy(file)[1]) is good


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("product", "name"), "証明書"),
        (("product", "publisher"), ""),
        (("product", "colour"), "red"),
        (("contents", "profiles"), []),
        (("contents", "profiles"), "rei-shinkin.toml"),
        (("contents", "practice_bank"), "yes"),
        (("signing",), {"pin": "1234"}),
        (("product",), {}),
    ],
)
def test_the_build_settings_schema_and_the_build_agree(
    place: tuple[str, ...], value: object, tmp_path: Path
) -> None:
    settings = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))
    profiles = [str(DEFAULT.parent / name) for name in settings["contents"]["profiles"]]
    icon = str(DEFAULT.parent / settings["product"]["icon"])
    changed(("contents", "profiles"), profiles, settings)
    changed(("product", "icon"), icon, settings)
    file = tmp_path / "build.toml"
    file.write_text(toml(settings), encoding="utf-8")
    assert read_settings(file)
    changed(place, value, settings)
    assert not BUILD.is_valid(settings)
    file.write_text(toml(settings), encoding="utf-8")
    with pytest.raises(BuildSettingsError):
        read_settings(file)
