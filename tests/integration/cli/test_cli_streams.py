"""Standard streams as scripts leave them: closed, on a full disk, a pipe that nobody reads."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.command_line import PC_USER, PIN, CliComputer

LOST = 8
"""Exit code: done, but the result could not be written."""

CERTCLIENT = f"{sys.executable} -W error -m certclient"


@dataclass(frozen=True)
class Shell:
    """Runs lines of bash with a home of its own."""

    home: Path

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        kept.pop("QT_QPA_PLATFORM", None)
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", line.replace("certclient", CERTCLIENT, 1)],
            env={**kept, "HOME": str(self.home), "LANG": "C.UTF-8", "LC_ALL": ""},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "certclient --version >&-",
        "certclient --help >/dev/full",
        "certclient --help | true",
        "certclient list --help >/dev/full",
        "certclient version >/dev/full",
        "certclient version --json >/dev/full",
        "PYTHONUNBUFFERED=1 certclient version >/dev/full",
        "certclient >/dev/full",
        "certclient practice --help >/dev/full",
        "certclient practice --data $HOME/bank customer add A1 >/dev/full",
        "certclient practice --data $HOME/bank customer add A1 >&-",
        "certclient practice --data $HOME/bank customer add A1 | true",
    ],
)
def test_lost_output_is_one_line_and_an_exit_code(shell: Shell, line: str) -> None:
    done = shell.run(line)
    assert done.returncode == LOST, done.stderr
    (only,) = done.stderr.splitlines()
    assert "The command is finished" in only
    assert only.endswith("[CC-OUTPUT]")


def test_lost_error_keeps_its_exit_code(shell: Shell) -> None:
    done = shell.run("certclient list --nonsense --json >/dev/full")
    assert done.returncode == 2
    (only,) = done.stderr.splitlines()
    assert "Exit code of the command: 2" in only


@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
def test_closed_standard_error_changes_no_exit_code(shell: Shell, stderr: str) -> None:
    assert shell.run(f"certclient list --nonsense {stderr}").returncode == 2
    done = shell.run(f"certclient version {stderr}")
    assert done.returncode == 0
    assert done.stdout.startswith("certclient ")
    assert shell.run(f"certclient version >&- {stderr}").returncode == LOST
    assert shell.run(f"certclient version <&- >&- {stderr}").returncode == LOST


def test_renewal_is_finished_although_nothing_can_be_written(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*CERTCLIENT.split(), "--profile", str(pc.bank.profile_path), "renew", "--yes"],
            env=pc.environment,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=full,
            check=False,
        )
    assert done.returncode == LOST
    assert len(pc.list()) == 2, "the old one is archived, the new one installed"
    assert pc.run("renew", "--yes").code == 3, "nothing is due anymore"


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_pin_with_a_mark_and_a_blank_costs_no_attempt(pc: CliComputer, mark: str) -> None:
    token = pc.plug_in_token()
    pc.add_certificate(PC_USER, token.store())
    done = pc.run("renew", "--yes", "--pin-stdin", stdin=f"{mark}{PIN} \r\n")
    assert done.code == 0, done.err


def test_closed_standard_input_is_no_answer(shell: Shell, pc: CliComputer) -> None:
    profile = pc.bank.profile_path
    done = shell.run(f"certclient --profile {profile} obtain A1 --yes --code-stdin <&-")
    assert done.returncode == 2
    assert "CC-CODE-REQUIRED" in done.stderr
