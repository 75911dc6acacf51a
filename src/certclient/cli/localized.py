"""click's commands, options and help pages in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from certclient.cli.completion import bank_ids, banks_and_files, matching
from certclient.cli.invocation import Invocation
from certclient.cli.ports import CommandLeftOutError, CommandLoader
from certclient.cli.windows import link_command, start, windows_opener
from certclient.i18n.catalogue import Catalogue, Language
from certclient.model.link_scheme import is_link

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from click.shell_completion import CompletionItem


def invocation_of(context: click.Context) -> Invocation:
    """The Invocation that `context` belongs to."""
    invocation = context.find_object(Invocation)
    if invocation is None:
        raise RuntimeError("commands run with an Invocation as their context object")
    return invocation


def catalogue_of(context: click.Context) -> Catalogue:
    """The texts in the language of this run."""
    return invocation_of(context).catalogue


def usage_reason(catalogue: Catalogue, error: click.ClickException) -> str:
    """Explains a usage error, in the user's language if click's message is a known one."""
    if isinstance(error, click.NoSuchOption):
        return catalogue.text("reason.no-such-option", name=error.option_name)
    if isinstance(error, click.BadOptionUsage):
        return catalogue.text("reason.no-value", name=error.option_name)
    if isinstance(error, click.BadParameter) and error.param is not None and error.ctx is not None:
        name = error.param.get_error_hint(error.ctx)
        missing = isinstance(error, click.MissingParameter)
        if not missing and isinstance(error.param.type, (click.IntRange, click.FloatRange)):
            limits = error.param.type
            return catalogue.text(
                "reason.out-of-range",
                name=name,
                least="" if limits.min is None else f"{limits.min:.10g}",
                most="" if limits.max is None else f"{limits.max:.10g}",
            )
        return catalogue.text("reason.missing" if missing else "reason.bad-value", name=name)
    return error.format_message()


class Option(click.Option):
    """An option whose help is `option.<name>` of the messages file."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Takes the help text from the messages file."""
        record = super().get_help_record(ctx)
        return record and (record[0], catalogue_of(ctx).text(f"option.{self.name}"))


class Command(click.Command):
    """A command whose help is `help.<name>` of the messages file."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Translates the `Usage:` prefix."""
        arguments = " ".join(self.collect_usage_pieces(ctx))
        prefix = f"{catalogue_of(ctx).text('help.usage')} "
        formatter.write_usage(ctx.command_path, arguments, prefix)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Takes the help text from the messages file."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(catalogue_of(ctx).text(f"help.{self.name}"))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Translates the heading of the options."""
        records = [
            record
            for parameter in self.get_params(ctx)
            if isinstance(parameter, click.Option)
            and (record := parameter.get_help_record(ctx)) is not None
        ]
        if records:
            with formatter.section(catalogue_of(ctx).text("help.options")):
                formatter.write_dl(records)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Takes the explanations of the options from the messages file."""
        catalogue = catalogue_of(ctx)
        texts = {
            name: catalogue.text(f"option.{parameter.name}")
            for parameter in self.get_params(ctx)
            if isinstance(parameter, Option)
            for name in (*parameter.opts, *parameter.secondary_opts)
        }
        found = click.Command.shell_complete(self, ctx, incomplete)
        explained = ((one.value, texts.get(one.value) or one.help or "") for one in found)
        return matching(explained, incomplete)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Translates the help of `--help`."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = catalogue_of(ctx).text("option.help")
        return option


class LazyGroup(Command, click.Group):
    """A group that imports a command only when it is run; listing the commands imports none."""

    def __init__(
        self,
        *,
        lazy: Mapping[str, CommandLoader],
        left_out: Collection[str],
        name: str,
        params: list[click.Parameter],
        windows: bool = False,
    ) -> None:
        """`lazy` maps a command's name to the function that imports it; `left_out`: those that
        this build does not contain, which are not listed. `windows`: opens the windows without a
        command, and for a link in its place."""
        click.Group.__init__(
            self,
            name=name,
            params=params,
            callback=_without_command if windows else None,
            invoke_without_command=windows,
        )
        self._lazy = dict(lazy)
        self._left_out = left_out
        self._windows = windows

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of `lazy`."""
        return [name for name in self._lazy if name not in self._left_out]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command; a `certclient:` link in its place opens the windows. None for an
        unknown one while a shell completes the line."""
        if ctx.resilient_parsing and cmd_name not in self.list_commands(ctx):
            return None
        if self._windows and is_link(cmd_name):
            return link_command(cmd_name)
        if cmd_name not in self._lazy:
            ctx.fail(catalogue_of(ctx).text("reason.no-such-command", name=cmd_name))
        try:
            return self._lazy[cmd_name]()
        except CommandLeftOutError:
            ctx.fail(catalogue_of(ctx).text("reason.not-in-this-build", name=cmd_name))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Adds the list of commands, with their help from the messages file."""
        catalogue = catalogue_of(ctx)
        Command.format_options(self, ctx, formatter)
        with formatter.section(catalogue.text("help.commands")):
            names = self.list_commands(ctx)
            formatter.write_dl([(name, self._help_of(catalogue, name)) for name in names])

    def _help_of(self, catalogue: Catalogue, name: str) -> str:
        """A group's commands have its name before theirs in the messages file."""
        return catalogue.text(f"help.{name}" if self._windows else f"help.{self.name}-{name}")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, without importing them, and the options."""
        catalogue = catalogue_of(ctx)
        known = [(name, self._help_of(catalogue, name)) for name in self.list_commands(ctx)]
        return matching(known, incomplete) + Command.shell_complete(self, ctx, incomplete)


@click.pass_context
def _without_command(ctx: click.Context) -> int:
    """Without a command: opens the windows, or prints the help if there is no display."""
    if ctx.invoked_subcommand is not None:
        return 0
    invocation = invocation_of(ctx)
    windows = windows_opener(invocation)
    if windows is None:
        click.echo(ctx.get_help())
        return 0
    invocation.command = "windows"
    return windows(start(invocation))


def _set_profile(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """`--profile` and `--bank`: after the command's name they replace what stands before it."""
    if value is None:
        return
    invocation = invocation_of(ctx)
    if ctx.resilient_parsing:
        invocation.profile_name = value
        return
    earlier = ctx.meta.get(_CHOICE)
    if earlier is not None and earlier[0] == ctx.info_name and earlier[1] != value:
        ctx.fail(invocation.catalogue.text("reason.bank-and-profile"))
    if parameter.name == "bank" and ("/" in value or "\\" in value or not value.strip()):
        raise click.BadParameter(value, ctx, parameter)
    ctx.meta[_CHOICE] = (ctx.info_name, value)
    invocation.profile_name = value


def _set_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        invocation_of(ctx).json = True


def _set_language(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        invocation_of(ctx).language = Language(value)
        invocation_of(ctx).language_chosen = True


_CHOICE = "certclient.bank"
"""In a context's `meta`: the command at whose place the bank was chosen, and the bank."""


def common_parameters() -> list[click.Parameter]:
    """`--bank`, `--profile`, `--json`, `--language`: accepted before and after the command's
    name."""
    languages = click.Choice([language.value for language in Language])
    return [
        Option(
            ["--bank"],
            metavar="ID",
            expose_value=False,
            callback=_set_profile,
            shell_complete=bank_ids,
        ),
        Option(
            ["--profile"],
            metavar="ID|FILE",
            expose_value=False,
            callback=_set_profile,
            shell_complete=banks_and_files,
        ),
        Option(["--json"], is_flag=True, expose_value=False, is_eager=True, callback=_set_json),
        Option(
            ["--language"],
            type=languages,
            expose_value=False,
            is_eager=True,
            callback=_set_language,
        ),
    ]
