"""The command `certclient`, and the boundary that turns every exception into text and a code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from certclient import __version__
from certclient.cli import completion, streams
from certclient.cli.errors import print_warnings, report, report_lost_output
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation, system_language
from certclient.cli.localized import LazyGroup, Option, common_parameters, usage_reason
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from certclient.cli.ports import CommandLoader, Services


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"certclient {__version__}")
        ctx.exit()


def command_group(
    commands: Mapping[str, CommandLoader], left_out: Collection[str] = ()
) -> LazyGroup:
    """The command `certclient` with these subcommands; `left_out`: those not in this build."""
    version = Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_show_version
    )
    params = [*common_parameters(), version]
    return LazyGroup(
        name="certclient", lazy=commands, left_out=left_out, params=params, windows=True
    )


def main(services: Services) -> int:
    """Runs the command line of this process with `services`; returns the exit code."""
    output = streams.install()
    wanted = os.environ.get(completion.VARIABLE)
    if wanted:
        return complete(wanted, services)
    with log.writing_to(services.log_file):
        log.event("start", version=__version__, system=sys.platform)
        return run(sys.argv[1:], services, output)


def complete(wanted: str, services: Services) -> int:
    """Answers a shell that completes a line; see `completion.answer`."""
    group = command_group(services.commands, services.left_out)
    return completion.answer(group, wanted, Invocation(services, system_language()))


def run(
    arguments: Sequence[str], services: Services, output: streams.TolerantOutput | None = None
) -> int:
    """Runs one command with `services`; returns its exit code. Never raises.

    `output`: the stream below `sys.stdout`, to report a result that could not be written.
    """
    invocation = Invocation(services, system_language())
    try:
        code = _run(arguments, invocation)
    except CertclientError as error:
        code = report(invocation, error)
    except Exception as error:  # noqa: BLE001 - the top-level boundary
        log.crash(error)
        code = report(invocation, CertclientError(ErrorCode.INTERNAL, log=str(services.log_file)))
    print_warnings(invocation)
    if output is not None:
        code = report_lost_output(invocation, output, code)
    log.event("command", command=invocation.command, exit_code=str(code))
    return code


def _run(arguments: Sequence[str], invocation: Invocation) -> int:
    try:
        services = invocation.services
        result = command_group(services.commands, services.left_out).main(
            list(arguments), prog_name="certclient", standalone_mode=False, obj=invocation
        )
    except click.ClickException as error:
        if isinstance(error.__cause__, CertclientError):
            raise error.__cause__ from error
        # After a usage error further left, click has not parsed --json.
        invocation.json = invocation.json or "--json" in arguments
        reason = usage_reason(invocation.catalogue, error)
        # Only the practice bank raises one that is no usage error.
        usage = isinstance(error, click.UsageError)
        code = ErrorCode.USAGE if usage else ErrorCode.PRACTICE_BANK
        raise CertclientError(code, reason=reason) from error
    except (click.Abort, KeyboardInterrupt, EOFError) as error:
        raise CertclientError(ErrorCode.CONSENT_REFUSED) from error
    return result if isinstance(result, int) else DONE
