"""Each command with an output of its own prints what its schema says.

`CliRunner.run` checks every output with `--json` of any test.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certclient.bootstrap.commands import COMMANDS
from certclient.cli.json_output import SCHEMA
from certclient.cli.json_shapes import OUTPUTS, Envelope
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.folders import profile_folders
from support.cli_runner import CliRunner, view, waiting
from support.json_output import check_output

SAMPLE = profile_folders()[-1] / "example-shinkin.toml"


def test_every_command_prints_what_its_schema_says(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    old = cli_runner.add(days=5)
    cli_runner.add("TKYM1408055", days=10)
    cli_runner.procedures.outcomes["TKYM1408055"] = waiting()
    cli_runner.add("TKYM1408056", days=15)
    cli_runner.procedures.outcomes["TKYM1408056"] = CertclientError(ErrorCode.CA_REFUSED)
    cli_runner.procedures.views = [view("TKYM1408055", "aa01")]
    cli_runner.pc.unused = ["certclient 00000000000000aa"]
    seen = set()
    for command in (
        ["list"],
        ["show", "TKYM1408054"],
        ["banks"],
        ["check"],
        ["diagnose"],
        ["status"],
        ["status", "--unfinished"],
        ["renew", "--all", "--yes"],
        ["obtain", "TKYM1408054", "--yes"],
        ["resume"],
        ["open-link", "certclient:renew?v=1&id=TKYM1408054"],
        ["abandon", "aa01", "--yes"],
        ["remove-key", "00000000000000aa", "--yes"],
        ["remove", old.serial_hex, "--yes"],
        ["restore", old.serial_hex, "--yes"],
        ["revoke", old.serial_hex, "--yes", "--last-one"],
        ["remind"],
        ["version"],
        ["version", "--check"],
        ["check-profile", str(SAMPLE)],
        ["check-profile", "--policy"],
        ["qualify-ca", "--user-id", "TKYM1408054", "--yes"],
        ["remove-old"],
        ["remove-archived", "--dry-run"],
        ["quit"],
    ):
        cli_runner.run(*command, "--json")
        record = json.loads(capsys.readouterr().out)
        assert record["schema"] == SCHEMA
        seen.add(record["command"])
    cli_runner.procedures.views = []
    cli_runner.run("remove-data", "--yes", "--json")
    seen.add(json.loads(capsys.readouterr().out)["command"])
    elsewhere = {"token info", "token change-pin", "token qualify"}  # test_cli_token.py
    elsewhere |= {name for name in OUTPUTS if name.startswith("move ")}  # test_cli_move.py
    assert seen | elsewhere == set(OUTPUTS)


def test_every_command_that_prints_json_has_a_shape() -> None:
    without = {"practice", "completion", "register-links", "register-reminder"}
    assert {name.split()[0] for name in OUTPUTS} | without == set(COMMANDS)


def test_a_shape_refuses_what_it_does_not_know(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    cli_runner.run("version", "--json")
    record = json.loads(capsys.readouterr().out)
    assert set(Envelope.__annotations__) <= set(record)
    for change in ({"colour": "red"}, {"schema": 2}, {"version": 3}, {"exit_code": 99}):
        with pytest.raises(AssertionError):
            check_output(json.dumps({**record, **change}))


def test_a_failure_has_a_shape_too(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for command in (["show", "nobody"], ["nothing"], ["check-profile", str(tmp_path / "x.toml")]):
        assert cli_runner.run(*command, "--json") == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"].startswith("CC-")
    cli_runner.now = datetime(2090, 1, 1, tzinfo=UTC)
    assert cli_runner.run("list", "--json") == 2
