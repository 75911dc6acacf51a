"""Checks commands of documents against the parsers of the programs, without running them."""

from __future__ import annotations

import functools
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from certclient.bootstrap.commands import COMMANDS
from certclient.cli.main import command_group
from certclient.model.link_scheme import is_link
from support.documents import ROOT

_PROGRAMS = {"certclient", "certclient.exe", "certclientw.exe", ".venv/bin/certclient"}
_PYTHONS = {".venv/bin/python", "python3", "python"}
_SEPARATORS = {"|", "||", "&&", ";", "&"}
_REDIRECTION = re.compile(r"^[0-9]?[<>]")
_PLACEHOLDER = re.compile(r"[A-Z…<>$%{*]|\.\.\.")
"""In the place of a value that the reader fills in."""


def faults(command: str) -> Iterator[str]:
    """What is wrong with `command`: unknown programs, subcommands, options, values, files."""
    for words in _simple_commands(command):
        yield from _faults_of(words)


def is_ours(text: str) -> bool:
    """Whether `text` begins with a command of this project."""
    first, _, rest = text.partition(" ")
    if first in _PROGRAMS:
        # A link is one word, too: `certclient:renew?…`.
        return bool(rest)
    return (first in _PYTHONS and " -m " in text) or first == "make" or first.startswith(".venv/")


def _simple_commands(command: str) -> Iterator[list[str]]:
    """The words of each command of a pipeline or list, without redirections and variables."""
    words: list[str] = []
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|&;")
    lexer.whitespace_split = True
    skip = False
    for word in lexer:
        if word in _SEPARATORS:
            yield words
            words = []
        elif skip or _REDIRECTION.match(word):
            skip = not skip and word in {"<", ">", ">>", "2>"}
        else:
            words.append(word)
    yield words


def _faults_of(words: Sequence[str]) -> Iterator[str]:
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    if not words:
        return
    program, *rest = words
    if program in _PROGRAMS:
        yield from _certclient_faults(rest)
    elif program == "make":
        yield from (f"no make target {word}" for word in _make_targets(rest) - targets())
    elif program in _PYTHONS and rest[:1] == ["-m"]:
        yield from _module_faults(program, rest[1], rest[2:])
    elif program in _PYTHONS and rest[:1]:
        yield from _missing_files(rest[:1])
    elif program == ".venv/bin/pytest":
        yield from _missing_files(word for word in rest if word.startswith("tests/"))
    elif program.startswith(".venv/bin/") and not Path(sys.prefix, "bin", program[10:]).exists():
        yield f"no program {program}"


def _make_targets(words: Sequence[str]) -> set[str]:
    return {word for word in words if "=" not in word and word.isascii() and word.islower()}


@functools.cache
def targets() -> frozenset[str]:
    """The targets of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"(?m)^([a-z-]+):", makefile))


def _missing_files(names: Iterator[str] | Sequence[str]) -> Iterator[str]:
    return (f"no file {name}" for name in names if not (ROOT / name.split("::")[0]).exists())


def _module_faults(program: str, module: str, words: Sequence[str]) -> Iterator[str]:
    if program != ".venv/bin/python":
        yield f"{program}: the packages are in .venv; write .venv/bin/python"
    known = _help(module)
    if not known:
        yield f"no module {module}"
    for word in words:
        option = word.partition("=")[0]
        if option.startswith("--") and option not in known:
            yield f"{module} has no {option}"


@functools.cache
def _help(module: str) -> str:
    """What a module of ours answers to --help; "" if there is none."""
    if module == "pytest" or not module.startswith(("tools", "demo", "benchmarks")):
        return "pytest pip"
    path = ROOT.joinpath(*module.split("."))
    if not (path.with_suffix(".py").exists() or (path / "__main__.py").exists()):
        return ""
    asked = [sys.executable, "-m", module, "--help"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return f"--help {done.stdout}"


def _certclient_faults(words: Sequence[str]) -> Iterator[str]:
    group: click.Command = command_group(COMMANDS)
    context = click.Context(group, info_name="certclient")
    pending = list(words)
    arguments: list[str] = []
    command = group
    while pending:
        word = pending.pop(0)
        if word.startswith("-") and word != "-":
            yield from _option_faults(command, context, word, pending)
        elif is_link(word):
            return
        elif isinstance(command, click.Group) and not _PLACEHOLDER.search(word):
            if word not in command.list_commands(context):
                yield f"no command {word}"
                return
            command = command.get_command(context, word) or command
            context = click.Context(command, parent=context, info_name=word)
        else:
            arguments.append(word)
    if isinstance(command, click.Group):
        return
    positional = [p for p in command.params if isinstance(p, click.Argument)]
    if len(arguments) > len(positional) and all(p.nargs == 1 for p in positional):
        yield f"too many arguments: {arguments}"


def _option_faults(
    command: click.Command, context: click.Context, word: str, pending: list[str]
) -> Iterator[str]:
    name, _, value = word.partition("=")
    if name == "--help":
        return
    options = [p for p in command.params if isinstance(p, click.Option)]
    option = next((o for o in options if name in (*o.opts, *o.secondary_opts)), None)
    if option is None:
        yield f"{context.info_name} has no {name}"
        return
    if option.is_flag or option.count:
        return
    if not value:
        value = pending.pop(0) if pending else ""
    if not value:
        yield f"{name} needs a value"
    elif isinstance(option.type, click.Choice) and not _PLACEHOLDER.search(value):
        unknown = set(re.split(r"\|", value)) - {str(choice) for choice in option.type.choices}
        yield from (f"{name} takes no {choice}" for choice in sorted(unknown))
