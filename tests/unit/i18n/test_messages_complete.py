"""Every message has a text in both languages, and no text is unused."""

from __future__ import annotations

import ast
import enum
import functools
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import pytest

import certclient
from certclient.bootstrap.commands import COMMANDS
from certclient.cli.localized import LazyGroup
from certclient.cli.main import command_group
from certclient.enrollment.bank_holds import BankHolds
from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.journal import ProcedureState
from certclient.enrollment.login_test import LoginTestResult
from certclient.enrollment.store_choice import UNKNOWN_NAME
from certclient.i18n.catalogue import Language, load
from certclient.i18n.formatting import placeholders
from certclient.model.certificate import Role
from certclient.model.destination import Destination
from certclient.model.errors import Actor, CertclientError, ErrorCode
from certclient.model.faults import Reason
from certclient.model.lifecycle import Stage
from certclient.model.progress import Step
from certclient.store.base import AttemptsLeft
from certclient.store.pkcs11.database_problem import Problem
from certclient.store.pkcs11.middleware import Service
from certclient.store.token_absence import Absence

SOURCE = Path(certclient.__file__).parent
ENUMS: dict[str, type[enum.Enum]] = {
    "step": Step,
    "state": ProcedureState,
    "stage": Stage,
    "role": Role,
    "destination": Destination,
    "attempts": AttemptsLeft,
    "secret": SecretKind,
    "login": LoginTestResult,
    "bank-holds": BankHolds,
    "reason": Reason,
}


@functools.cache
def messages(language: Language) -> dict[str, Any]:
    folder = files("certclient.resources") / "i18n"
    text = (folder / f"messages.{language.value}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def texts(node: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yields the dotted key and the text of every message."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from texts(value, f"{path}.{key}".lstrip("."))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from texts(value, f"{path}.{number}")


both = pytest.mark.parametrize("language", Language, ids=lambda language: str(language.value))


@both
def test_every_error_code_has_a_text_and_none_is_unused(language: Language) -> None:
    assert set(messages(language)["error"]) == {code.code for code in ErrorCode}


@both
def test_every_problem_of_a_store_has_texts_of_its_own(language: Language) -> None:
    known = set(load(language).problems(ErrorCode.STORE_UNAVAILABLE))
    assert known == {problem.value for problem in Problem} | {UNKNOWN_NAME}


@both
def test_every_cause_of_an_absent_token_has_texts_of_its_own(language: Language) -> None:
    known = set(load(language).problems(ErrorCode.TOKEN_MISSING))
    assert known == {absence.value for absence in Absence}


@both
def test_every_service_that_a_module_needs_has_texts_of_its_own(language: Language) -> None:
    known = set(load(language).problems(ErrorCode.STORE_MODULE_START))
    assert known == {service.value for service in Service}


@both
@pytest.mark.parametrize("table", ENUMS)
def test_every_enum_member_has_a_text(language: Language, table: str) -> None:
    assert set(messages(language)[table]) == {member.value for member in ENUMS[table]}


@both
def test_every_actor_has_a_name(language: Language) -> None:
    names = {actor.value for actor in Actor} | {"default-contact"}
    assert set(messages(language)["actor"]) == names


@both
def test_no_text_is_empty(language: Language) -> None:
    empty = [key for key, text in texts(messages(language)) if not text.strip()]
    no_zone = ["zone"] if language is Language.JAPANESE else []
    assert empty == [*no_zone, "attempts.unknown"], "there is nothing to say about unknown attempts"


def test_both_languages_have_the_same_texts_with_the_same_placeholders() -> None:
    japanese = {key: placeholders(text) for key, text in texts(messages(Language.JAPANESE))}
    english = {key: placeholders(text) for key, text in texts(messages(Language.ENGLISH))}
    for found in (japanese, english):
        for key in ("date", "minute"):
            found[key] = frozenset()  # each language writes dates its own way
    assert japanese == english


@both
def test_actions_named_in_texts_exist_in_each_front_end(language: Language) -> None:
    tables = messages(language)
    used = {
        name.removeprefix("how_")
        for _, text in texts(tables)
        for name in placeholders(text)
        if name.startswith("how_")
    }
    for front_end, names in tables["how"].items():
        assert set(names) == used, front_end


@both
def test_every_error_can_be_shown_without_data(language: Language) -> None:
    words = load(language)
    for code in ErrorCode:
        shown = words.error(CertclientError(code))
        assert shown.code == code.code
        whole = " ".join((shown.title, shown.sentence, shown.next_step, shown.help))
        assert "{" not in whole, "a template is never shown"
        assert words.text("progress.item", number=1, total=1, user_id="") is not None
        unknown = messages(language)["unknown"]
        assert unknown not in whole, f"{code.code}: what may be unknown belongs in a detail"
        assert shown.details == ()


# Texts that the program uses, found in its source


@functools.cache
def _all_calls() -> dict[str, list[tuple[Path, ast.Call]]]:
    """The calls in the program's source by the name of what is called."""
    found: dict[str, list[tuple[Path, ast.Call]]] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                found.setdefault(name, []).append((path, node))
    return found


def _calls(function: str) -> list[tuple[Path, ast.Call]]:
    return _all_calls().get(function, [])


def _keys(argument: ast.expr) -> list[str]:
    """A literal key, both branches of `a if x else b`, or an f-string's literal prefix with `*`."""
    match argument:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return _keys(body) + _keys(orelse)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]):
            return [f"{start}*"]
    return []


def _used_keys() -> set[str]:
    keys = {key for _, call in _calls("text") if call.args for key in _keys(call.args[0])}
    keys |= {key for _, call in _calls("confirm") if call.args for key in _keys(call.args[0])}
    source = "\n".join(path.read_text(encoding="utf-8") for path in (SOURCE / "cli").rglob("*.py"))
    chosen = set(re.findall(r'key = "([a-z.-]+)" if', source))
    return keys | chosen | {"progress.finished", "start.starting"}  # the latter: bootloader.py


def _command_keys() -> set[str]:
    """Keys of help.* and option.*, which derive from the names of commands and options."""
    group = command_group(COMMANDS)
    context = click.Context(group)
    ours = [name for name in group.list_commands(context) if name != "practice"]
    commands = [group, *(group.get_command(context, name) for name in ours)]
    for parent in commands[1:]:
        if isinstance(parent, LazyGroup):
            names = parent.list_commands(context)
            commands += [parent.get_command(context, name) for name in names]
    help_keys = {f"help.{command.name}" for command in commands if command is not None}
    help_keys |= {f"help.{name}" for name in group.list_commands(context)}
    options = {
        f"option.{parameter.name}"
        for command in commands
        if command is not None
        for parameter in command.params
        if parameter.param_type_name == "option"
    }
    return help_keys | options | {"option.help"}


def test_command_line_texts_are_exactly_those_used() -> None:
    stored = {key.removeprefix("cli.") for key, _ in texts(messages(Language.ENGLISH)["cli"])}
    exact = {key for key in _used_keys() if not key.endswith("*")} | _command_keys()
    prefixes = tuple(key[:-1] for key in _used_keys() if key.endswith("*"))
    assert exact - stored == set(), "used, but not defined"
    unused = {key for key in stored - exact if not key.startswith(prefixes)}
    assert unused == set(), "defined, but never used"


def test_every_text_receives_all_its_values() -> None:
    stored = dict(texts(messages(Language.ENGLISH)["cli"]))
    missing = []
    for path, call in _calls("text"):
        given = {keyword.arg for keyword in call.keywords}
        if None in given or not call.args:
            continue  # **values: other tests cover these
        for key in _keys(call.args[0]):
            missing += [
                (path.name, call.lineno, key, name)
                for name in placeholders(stored.get(key, "")) - given
                if not name.startswith("how_")
            ]
    assert missing == []
