"""Completion of the command line in bash, zsh, fish and PowerShell.

A shell's script runs the program with `VARIABLE` set (the protocol of click.shell_completion). What
values are proposed: `candidates.py`.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class, shell_complete

from certclient.cli.invocation import Invocation
from certclient.model.errors import CertclientError

if TYPE_CHECKING:
    from collections.abc import Iterable

VARIABLE = "_CERTCLIENT_COMPLETE"
"""Its value is what a shell asks for, such as `bash_complete`."""

SHELLS = ("bash", "zsh", "fish", "powershell")
_PROGRAM = "certclient"


def script(shell: str) -> str:
    """The script that a shell loads. Raises ValueError unless `shell` is one of SHELLS."""
    kind = get_completion_class(shell)
    if shell not in SHELLS or kind is None:
        raise ValueError(shell)
    # Not `source()`: that one runs bash to look at its version.
    variables = kind(click.Command(_PROGRAM), {}, _PROGRAM, VARIABLE).source_vars()
    return kind.source_template % variables


def answer(group: click.Command, instruction: str, invocation: Invocation) -> int:
    """Prints what `instruction`, the value of VARIABLE, asks for; returns the exit code.

    Never raises: whatever else is printed would appear in the line that the user types.
    """
    try:
        return shell_complete(group, {"obj": invocation}, _PROGRAM, VARIABLE, instruction)
    except Exception:  # noqa: BLE001 - the top-level boundary
        return 1


def matching(known: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    """The values that begin with `incomplete`, each once, with their explanations."""
    found: dict[str, str] = {}
    for value, explanation in known:
        if value and value.startswith(incomplete):
            found.setdefault(value, explanation)
    return [CompletionItem(value, help=text or None) for value, text in found.items()]


def bank_ids(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The ids of the banks that are set up, with their names."""
    invocation = ctx.find_object(Invocation)
    if invocation is not None:
        with contextlib.suppress(CertclientError):
            profiles = invocation.services.banks().profiles
            return matching([(one.id, invocation.name_of(one)) for one in profiles], incomplete)
    return []


def banks_and_files(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The ids of the banks, and files."""
    return [CompletionItem(incomplete, type="file"), *bank_ids(ctx, parameter, incomplete)]
