"""docs/reference/command-line.md: every command and option, from the parsers themselves."""

from __future__ import annotations

from collections.abc import Iterator

import click

from certclient.bootstrap import system_services
from certclient.bootstrap.commands import COMMANDS
from certclient.cli.invocation import Invocation
from certclient.cli.localized import common_parameters, invocation_of
from certclient.cli.main import command_group
from certclient.i18n.catalogue import Language
from tools.docs.markdown import GENERATED, table

_EVERYWHERE = {name for option in common_parameters() for name in option.opts}
"""Options of every command, described once."""
_NOTE = """\
Every command accepts `--help` and, but for `practice` and its commands, the options of `certclient`
itself, before or after its name. [cli.md](../cli.md) explains how the commands behave.
"""
_WIDTH = 10_000
"""Nothing is wrapped: cells of a table have no line breaks."""


def page() -> str:
    """The page as Markdown: each command with its usage, its options and both languages' help."""
    top = _context(command_group(COMMANDS), None, "certclient")
    return "\n".join([f"# Commands and options\n\n{GENERATED}\n{_NOTE}", *_sections(top)])


def _sections(context: click.Context) -> Iterator[str]:
    """A command and, of a group, its subcommands."""
    yield _section(context)
    group = context.command
    for name in group.list_commands(context) if isinstance(group, click.Group) else ():
        command = group.get_command(context, name) if isinstance(group, click.Group) else None
        if command is not None:
            yield from _sections(_context(command, context, name))


def _context(command: click.Command, parent: click.Context | None, name: str) -> click.Context:
    invocation = None if parent else Invocation(system_services(), Language.ENGLISH)
    return click.Context(
        command,
        info_name=name,
        parent=parent,
        obj=invocation,
        max_content_width=_WIDTH,
        terminal_width=_WIDTH,
    )


def _section(context: click.Context) -> str:
    usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    helps = [_help(context, language) for language in (Language.JAPANESE, Language.ENGLISH)]
    texts = "\n".join(dict.fromkeys(text for text in helps if text))
    synopsis = f"```text synopsis\n{usage}\n```\n"
    return "\n".join([f"## {context.command_path}\n", f"{texts}\n", synopsis, _options(context)])


def _help(context: click.Context, language: Language) -> str:
    """The command's own sentences; the practice bank's are in both languages at once."""
    invocation_of(context).language = language
    formatter = click.HelpFormatter(width=_WIDTH)
    context.command.format_help_text(context, formatter)
    return " ".join(formatter.getvalue().split())


def _options(context: click.Context) -> str:
    hidden = {"--help", *(_EVERYWHERE if context.parent else ())}
    rows: dict[str, list[str]] = {}
    for language in (Language.JAPANESE, Language.ENGLISH):
        invocation_of(context).language = language
        for option in context.command.get_params(context):
            record = option.get_help_record(context)
            if isinstance(option, click.Option) and record and not hidden & set(option.opts):
                rows.setdefault(f"`{record[0]}`", []).append(record[1])
    head = ("option", "日本語", "English")
    cells = [
        [option, *(texts if len(set(texts)) > 1 else ["", texts[0]])]
        for option, texts in rows.items()
    ]
    return table(head, cells) if rows else ""
