"""Commands with a profile whose trust anchors have ended, have not begun, or end soon."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from support.cli_runner import LAB, NOW, CliRunner
from support.pki import TestCa, make_root

END = LAB.root.certificate.not_after
USER_ACTION = 2


def with_anchors(cli_runner: CliRunner, *roots: TestCa) -> None:
    anchors = tuple(root.certificate for root in roots)
    ca = replace(cli_runner.profile.ca, trust_anchors=anchors)
    cli_runner.profile = replace(cli_runner.profile, ca=ca, tls_anchors=())


@pytest.mark.parametrize("command", ["list", "status", "show", "remove-key"])
def test_an_expired_anchor_is_an_error_when_the_profile_is_read(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    cli_runner.now = END + timedelta(days=1)
    arguments = {"show": ["TKYM1408054"], "remove-key": ["0123456789abcdef"]}.get(command, [])
    assert cli_runner.run(command, *arguments) == USER_ACTION
    err = capsys.readouterr().err
    assert "[CC-PROFILE-ANCHOR-EXPIRED]" in err
    assert "Example Root CA" in err


def test_an_anchor_of_the_future_is_an_error_unless_the_clock_is_certainly_wrong(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    with_anchors(cli_runner, make_root("Root of 2040", LAB.root.key, NOW + timedelta(days=4745)))
    assert cli_runner.run("list") == USER_ACTION
    err = capsys.readouterr().err
    assert "[CC-PROFILE-ANCHOR-NOT-YET]" in err
    assert "Root of 2040" in err
    cli_runner.now = datetime(2020, 1, 1, tzinfo=UTC)
    assert cli_runner.run("list") == 0
    assert "[CC-CLOCK]" in capsys.readouterr().err


def test_status_warns_90_days_before_an_anchor_ends(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    cli_runner.now = END - timedelta(days=91)
    assert cli_runner.run("status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["warnings"] == []
    cli_runner.now = END - timedelta(days=89)
    assert cli_runner.run("status", "--json") == 0
    warned = json.loads(capsys.readouterr().out)["warnings"]
    assert {one["code"] for one in warned} == {"CC-PROFILE-ANCHOR-ENDS"}
    assert warned[0]["data"]["anchor"] == "Example Root CA"
    assert cli_runner.run("status") == 0
    assert "Example Root CA" in capsys.readouterr().err


def test_an_expired_anchor_beside_a_usable_one_is_only_a_warning(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    cli_runner.now = END + timedelta(days=1)
    with_anchors(cli_runner, LAB.root, make_root("New Root", LAB.root.key, cli_runner.now))
    assert cli_runner.run("list") == 0
    assert "CC-PROFILE" not in capsys.readouterr().err
    assert cli_runner.run("status") == 0
    err = capsys.readouterr().err
    assert "[CC-PROFILE-ANCHOR-ENDS]" in err
    assert "New Root" not in err
