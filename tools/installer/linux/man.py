"""Generates the manual pages, one for the program and one for each command, in both languages.

Commands, options and texts come from the program itself, so a page says what `--help` says.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Template

import click

from certclient import __version__
from certclient.bootstrap import system_services
from certclient.bootstrap.commands import COMMANDS
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, LazyGroup
from certclient.cli.main import command_group
from certclient.i18n.catalogue import Language, load

PROGRAM = "certclient"
TEMPLATES = {Language.ENGLISH: "certclient.1", Language.JAPANESE: "certclient.ja.1"}
"""The program's page; $heading, $commands and $options are filled in."""

_FOLDERS = {Language.ENGLISH: "man1", Language.JAPANESE: "ja/man1"}
"""Below /usr/share/man."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The headings of a page (man-pages(7))."""

    name: str
    synopsis: str
    description: str
    options: str
    commands: str
    see_also: str


_WORDS = {
    Language.ENGLISH: _Words("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "SEE ALSO"),
    Language.JAPANESE: _Words("名前", "書式", "説明", "オプション", "コマンド", "関連項目"),
}


def manual_pages(templates: Path, epoch: int, left_out: Collection[str] = ()) -> Mapping[str, str]:
    """Every page in roff, by its path below /usr/share/man.

    `templates`: the folder of TEMPLATES. `epoch`: the pages' date, in seconds since 1970.
    `left_out`: commands that the package does not contain. A command whose `--help` is in English
    only has an English page only.
    """
    pages: dict[str, str] = {}
    for language, folder in _FOLDERS.items():
        writer = _Writer(language, datetime.fromtimestamp(epoch, UTC).date().isoformat(), left_out)
        template = templates / TEMPLATES[language]
        pages[f"{folder}/{PROGRAM}.1"] = writer.program_page(template.read_text("utf-8"))
        for name in writer.translated_commands():
            pages[f"{folder}/{PROGRAM}-{name}.1"] = writer.command_page(name)
    return pages


class _Writer:
    """Writes the pages of one language."""

    def __init__(self, language: Language, day: str, left_out: Collection[str]) -> None:
        self._language, self._day = language, day
        self._words, self._texts = _WORDS[language], load(language)
        self._group = command_group(COMMANDS, left_out)
        invocation = Invocation(system_services(), language)
        self._context = click.Context(self._group, info_name=PROGRAM, obj=invocation)

    def translated_commands(self) -> Iterator[str]:
        """The commands whose help is in this language."""
        for name in self._group.list_commands(self._context):
            if self._language is Language.ENGLISH or not _is_untranslated(self._command(name)):
                yield name

    def program_page(self, template: str) -> str:
        """certclient(1)."""
        names = self._group.list_commands(self._context)
        commands = ((f"{PROGRAM}-{name}(1)", self._help(name)) for name in names)
        return Template(_breakable_lines(template)).substitute(
            heading=self._heading(PROGRAM),
            commands="".join(_item(*row) for row in commands),
            options="".join(_item(*row) for row in _options(self._group, self._context)),
        )

    def command_page(self, name: str) -> str:
        """certclient-NAME(1)."""
        command = self._command(name)
        context = click.Context(command, info_name=name, parent=self._context)
        usage = " ".join(command.collect_usage_pieces(context))
        text = command.help if _is_untranslated(command) else self._help(name)
        words, title = self._words, f"{PROGRAM}-{name}"
        return "".join(
            [
                self._heading(title),
                f".SH {words.name}\n{_roff(title)} \\- {_roff(_summary(self._help(name)))}\n",
                f".SH {words.synopsis}\n.B {PROGRAM} {_roff(name)}\n{_roff(usage)}\n",
                f".SH {words.description}\n{_paragraphs(text or '')}",
                f".SH {words.options}\n",
                *(_item(*row) for row in _options(command, context)),
                *self._commands(command, context),
                f".SH {words.see_also}\n.BR {PROGRAM} (1)\n",
            ]
        )

    def _commands(self, command: click.Command, context: click.Context) -> Iterator[str]:
        below = list(_subcommands(command, context))
        if below:
            yield f".SH {self._words.commands}\n"
        for usage, one, inner in below:
            text = self._help(one.name or "") if isinstance(one, Command) else one.help or ""
            yield f".SS {_roff(usage)}\n{_paragraphs(text)}"
            yield from (_item(*row) for row in _options(one, inner))

    def _heading(self, title: str) -> str:
        return f'.TH {_roff(title.upper())} 1 "{self._day}" "{PROGRAM} {__version__}"\n.nh\n.ad l\n'

    def _command(self, name: str) -> click.Command:
        found = self._group.get_command(self._context, name)
        if found is None:
            raise LookupError(name)
        return found

    def _help(self, name: str) -> str:
        return self._texts.text(f"help.{name}")


def _is_untranslated(command: click.Command) -> bool:
    """Whether the help is in the command and not in the messages files: the practice bank's."""
    return isinstance(command, click.Group) and not isinstance(command, LazyGroup)


def _subcommands(
    command: click.Command, context: click.Context, path: str = ""
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """The commands below a group, with their usage, each before its own."""
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        below = command.get_command(context, name) if isinstance(command, click.Group) else None
        if below is None or below.hidden:
            continue
        inner = click.Context(below, info_name=name, parent=context)
        yield " ".join((f"{path}{name}", *below.collect_usage_pieces(inner))), below, inner
        yield from _subcommands(below, inner, f"{path}{name} ")


def _options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if isinstance(parameter, click.Option) and record is not None:
            yield record


def _summary(text: str) -> str:
    """The first sentence, without its full stop, as whatis(1) shows it."""
    return re.split(r"\.(?:\s|$)|。", text, maxsplit=1)[0]


def _item(term: str, text: str) -> str:
    return f".TP\n.B {_roff(term)}\n{_roff(text)}\n"


def _paragraphs(text: str) -> str:
    return ".PP\n".join(
        f"{_roff(' '.join(part.split()))}\n" for part in text.split("\n\n") if part.strip()
    )


def _roff(text: str) -> str:
    """Escapes `text` so that roff reads nothing in it as a request or escape."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return _breakable(f"\\&{plain}" if plain.startswith((".", "'")) else plain)


_BREAK = re.compile(
    r"(?<=[\u3001-\u30fe\u4e00-\u9fff\uff01-\uff60])(?<![（「『])(?![、。）」』：・ーっゃゅょッャュョ])"
)


def _breakable(text: str) -> str:
    """Marks where a line may end (`\\:`): within Japanese, which roff knows in Japanese locales
    only, and in a list of choices."""
    return _BREAK.sub(r"\\:", text).replace("|", "|\\:")


def _breakable_lines(page: str) -> str:
    """The same for a template, whose requests stay as they are."""
    lines = page.split("\n")
    return "\n".join(line if line.startswith(".") else _breakable(line) for line in lines)
