"""docs/cli.md documents every command, option, exit code and JSON field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from certclient.bootstrap.commands import COMMANDS
from certclient.cli.exit_codes import EXIT_CODES
from certclient.cli.main import command_group
from certclient.enrollment.journal import ProcedureState
from certclient.model.errors import Actor, CertclientError, ErrorCode
from certclient.model.lifecycle import Stage
from support.cli_runner import CliRunner, view, waiting

TEXT = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")


def fields(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            if key != "data":  # its fields differ from error to error
                yield from fields(value)
    elif isinstance(node, list):
        for value in node:
            yield from fields(value)


def test_every_json_field_is_documented(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    old = cli_runner.add(days=5)
    cli_runner.add("TKYM1408055", days=10)
    cli_runner.add("TKYM1408056", days=15)
    cli_runner.procedures.outcomes["TKYM1408055"] = waiting()
    cli_runner.procedures.outcomes["TKYM1408056"] = CertclientError(ErrorCode.CA_REFUSED)
    cli_runner.procedures.views = [view("TKYM1408055", "aa01")]
    cli_runner.pc.unused = ["certclient 00000000000000aa"]
    seen: set[str] = set()
    for command in (
        ["list"],
        ["show", "TKYM1408054"],
        ["status"],
        ["renew", "--all", "--yes"],
        ["resume"],
        ["abandon", "aa01", "--yes"],
        ["remove-key", "00000000000000aa", "--yes"],
        ["restore", old.serial_hex, "--yes"],
        ["remove", "00", "--yes"],
        ["remind"],
    ):
        cli_runner.run(*command, "--json")
        seen |= set(fields(json.loads(capsys.readouterr().out)))
    assert len(seen) > 50, "otherwise this test covers too little"
    assert {field for field in seen if f"`{field}`" not in TEXT} == set()


def test_every_enumerated_value_is_documented() -> None:
    values = [stage.value for stage in Stage] + [actor.value for actor in Actor]
    values += [state.value for state in ProcedureState if state.open]
    values += ["done", "waiting", "stopped", "abandoned", "failed"]
    assert [value for value in values if f"`{value}`" not in TEXT] == []


def test_every_command_and_option_is_documented() -> None:
    group = command_group(COMMANDS)
    context = click.Context(group)
    for name in group.list_commands(context):
        assert f"\ncertclient {name}" in TEXT
        command = group.get_command(context, name) if name != "practice" else None
        for parameter in command.params if command else ():
            if isinstance(parameter, click.Option):
                assert parameter.opts[0] in TEXT, f"{name} {parameter.opts[0]}"


def test_every_exit_code_is_documented() -> None:
    for kind, code in EXIT_CODES.items():
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| {code} |"))
        assert row.endswith(f"| `{kind.value}` |")
