"""Messages files: what they may contain, and that a table parsed alone says what the whole says."""

from __future__ import annotations

import tomllib
from typing import Any, Literal

import msgspec
import pytest

from certclient.i18n.catalogue import Language
from certclient.i18n.messages_file import MessagesFile
from certclient.model.certificate_reading import CertificateField
from certclient.platform.resources import resources_folder

both = pytest.mark.parametrize("language", Language, ids=lambda language: str(language.value))


class ErrorVariant(msgspec.Struct, forbid_unknown_fields=True):
    """The texts of an error with this data `problem`; those missing are the error's own."""

    sentence: str
    next: str
    title: str = ""
    detail: tuple[str, ...] = ()


class ErrorEntry(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    sentence: str
    next: str
    detail: tuple[str, ...] = ()
    problem: dict[str, ErrorVariant] = {}


class CodeShape(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    sentence: str
    with_length: str
    with_hyphens: str
    or_: str = msgspec.field(name="or")
    range: str
    any: str
    digits: str
    letters: str
    alphanumeric: str
    without: str
    listed: str


class Messages(msgspec.Struct, forbid_unknown_fields=True):
    """The keys of most tables are the values of an enum: see test_messages_complete.py."""

    schema: Literal[1]
    unknown: str
    date: str
    minute: str
    zone: str
    until_open: str = msgspec.field(name="until-open")
    until_closed: str = msgspec.field(name="until-closed")
    comma: str
    saved_hint: str
    resume_hint: str
    error: dict[str, ErrorEntry]
    actor: dict[str, str]
    step: dict[str, str]
    state: dict[str, str]
    bank_holds: dict[str, str] = msgspec.field(name="bank-holds")
    stage: dict[str, str]
    closed: str
    code_shape: CodeShape = msgspec.field(name="code-shape")
    role: dict[str, str]
    destination: dict[str, str]
    reason: dict[str, str]
    reason_hint: dict[str, str] = msgspec.field(name="reason-hint")
    value_kind: dict[str, str] = msgspec.field(name="value-kind")
    field: dict[str, str]
    attempts: dict[str, str]
    secret: dict[str, str]
    login: dict[str, str]
    how: dict[str, dict[str, str]]
    cli: dict[str, dict[str, str]]


def source(language: Language) -> str:
    file = resources_folder() / "i18n" / f"messages.{language.value}.toml"
    return file.read_text(encoding="utf-8")


@both
def test_file_has_exactly_the_tables_and_texts_that_the_program_knows(language: Language) -> None:
    assert msgspec.convert(tomllib.loads(source(language)), Messages).schema == 1


@both
def test_each_table_says_alone_what_it_says_in_the_whole_file(language: Language) -> None:
    text = source(language)
    whole, found = tomllib.loads(text), MessagesFile(text)
    together: dict[str, Any] = {**found.table("")}
    for name in found.tables:
        if name:
            *groups, last = name.split(".")
            place = together
            for group in groups:
                place = place.setdefault(group, {})
            place[last] = found.table(name)
    assert together == whole


@both
def test_fields_of_a_certificate_stand_in_the_order_in_which_they_are_named(
    language: Language,
) -> None:
    names = MessagesFile(source(language)).table("field")
    assert list(names) == [field.value for field in CertificateField]


def test_unknown_table_or_text_raises() -> None:
    file = MessagesFile('schema = 1\n[step]\nwait = "Waiting"\n')
    assert file.entry("step", "wait") == "Waiting"
    for table, name in (("step", "run"), ("state", "done")):
        with pytest.raises(KeyError):
            file.entry(table, name)
