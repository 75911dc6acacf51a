"""The units of the .deb: systemd reads them, and they start commands that exist, well shut in."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from certclient.model.errors import ErrorCode
from support.cli_runner import CliRunner
from tools.installer.linux.extras import TEMPLATES

UNITS = TEMPLATES / "systemd"
SERVICES = sorted(UNITS.rglob("*.service"))
_MOST_EXPOSED = "20"
"""Tenths of systemd's measure from 0 (shut in) to 10."""


@pytest.fixture
def cli_runner(tmp_path: Path) -> CliRunner:
    return CliRunner(tmp_path / "certclient.log")


def analyze(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ("systemd-analyze", *arguments),
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder), "SYSTEMD_LOG_LEVEL": "notice"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("whose", ["system", "user"])
def test_systemd_has_nothing_against_them(whose: str, tmp_path: Path) -> None:
    names = []
    for unit in sorted((UNITS / whose).iterdir()):
        # The program is not installed here.
        text = unit.read_text(encoding="utf-8").replace("/usr/bin/certclient", "/bin/true")
        names.append(tmp_path / unit.name.replace("@", "@root"))
        names[-1].write_text(text, encoding="utf-8")
    done = analyze(f"--{whose}", "--man=no", "verify", *map(str, names), folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


def test_unit_for_computers_is_shut_in(tmp_path: Path) -> None:
    unit = tmp_path / "certclient-renew@nobody.service"
    unit.write_bytes((UNITS / "system" / "certclient-renew@.service").read_bytes())
    limit = f"--threshold={_MOST_EXPOSED}"
    done = analyze("security", "--offline=yes", limit, "--no-pager", str(unit), folder=tmp_path)
    assert done.returncode == 0, done.stdout


def test_renewals_of_many_computers_are_spread() -> None:
    for name in ("user/certclient-renew.timer", "system/certclient-renew@.timer"):
        text = (UNITS / name).read_text(encoding="utf-8")
        assert "\nOnCalendar=*-*-* 10:00\nOnCalendar=*-*-* 13:30\n" in text
        assert "\nRandomizedDelaySec=3h 30min\n" in text, "the morning's ends before the next"


def test_computer_that_is_on_for_an_hour_runs_the_job_and_enabling_one_timer_is_enough(
    tmp_path: Path,
) -> None:
    shutil.copytree(UNITS, tmp_path / "usr/lib/systemd")
    root = f"--root={tmp_path}"
    for arguments in (
        ("enable", "certclient-renew@taro.timer"),
        ("--global", "enable", "certclient-renew.timer"),
    ):
        subprocess.run(("systemctl", root, *arguments), check=True, capture_output=True)
    enabled = {one.name: one for one in (tmp_path / "etc").rglob("*.timer")}
    assert {"certclient-renew-start@taro.timer", "certclient-renew-start.timer"} <= set(enabled)
    for timer in UNITS.rglob("certclient-renew-start*.timer"):
        text = timer.read_text(encoding="utf-8")
        assert "\nOnStartupSec=10min\nRandomizedDelaySec=10min\n" in text


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_command_line_is_one_of_the_program(
    service: Path, cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = service.read_text(encoding="utf-8").splitlines()
    (command,) = [line.removeprefix("ExecStart=") for line in lines if "ExecStart=" in line]
    program, *arguments = shlex.split(command)
    assert program == "/usr/bin/certclient"
    code = cli_runner.run(*arguments)
    if "--unattended" in arguments:
        assert ErrorCode.UNATTENDED_OFF.code in capsys.readouterr().out, "the policy is missing"
    else:
        assert code == 0
