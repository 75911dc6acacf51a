"""Generates the manual page certclient(1); commands and options come from the program itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template

import click

from certclient.bootstrap import COMMANDS
from certclient.cli.main import command_group
from certclient.i18n.catalogue import Language, load


def manual_page(template: Path) -> str:
    """The page in roff, from `template`, a roff file with $commands and $options."""
    return Template(template.read_text("utf-8")).substitute(
        commands="".join(_commands()), options="".join(_options())
    )


def _commands() -> Iterator[str]:
    words = load(Language.ENGLISH)
    for name in COMMANDS:
        yield f".TP\n.B {_roff(name)}\n{_roff(words.text(f'help.{name}'))}\n"


def _options() -> Iterator[str]:
    words = load(Language.ENGLISH)
    for option in command_group(COMMANDS).params:
        if isinstance(option, click.Option):
            written = f"{', '.join(option.opts)} {option.metavar or ''}".strip()
            yield f".TP\n.B {_roff(written)}\n{_roff(words.text(f'option.{option.name}'))}\n"


def _roff(text: str) -> str:
    """Escapes `text` so that roff reads nothing in it as a request or escape."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
