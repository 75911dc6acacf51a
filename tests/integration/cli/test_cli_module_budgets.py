"""Each command loads only what it needs: the modules of real processes, counted and named."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from certclient_practice.admin.profile_writer import ProfileOptions
from support.command_line import PC_USER, CliComputer
from support.imports import (
    Budget,
    beyond_python,
    budgets,
    imports_of,
    problems,
    read_importtime,
)

BUDGETS = budgets()
NOT_FOUND = 2
WITHOUT_CERTIFICATES = {
    "--help": (("--help",), 0),
    "--version": (("--version",), 0),
    "resume": (("resume", "nobody"), NOT_FOUND),
    "token-host": (("token-host",), 0),
}
"""The arguments and the exit code of commands that need nothing on the computer."""


def over_budget(pc: CliComputer, command: str, *arguments: str, code: int = 0) -> Sequence[str]:
    loaded = imports_of(["-m", "certclient", *arguments], pc.environment, code=code)
    return problems(command, BUDGETS[command], beyond_python(loaded))


@pytest.mark.parametrize("command", WITHOUT_CERTIFICATES)
def test_command_without_certificates_stays_in_its_budget(pc: CliComputer, command: str) -> None:
    arguments, code = WITHOUT_CERTIFICATES[command]
    profile = ["--profile", str(pc.bank.profile_path)] if command == "resume" else []
    assert over_budget(pc, command, *profile, *arguments, code=code) == []


@pytest.fixture
def pc_without_tokens(pc: CliComputer) -> CliComputer:
    """A computer whose bank names no token module."""
    pc.bank.write_profile(ProfileOptions())
    return pc


def test_commands_with_a_certificate_in_nss_stay_in_their_budgets(
    pc_without_tokens: CliComputer,
) -> None:
    pc = pc_without_tokens
    profile = ("--profile", str(pc.bank.profile_path))
    pc.add_certificate(PC_USER, pc.nss.store(), days=200)
    for command in ("list", "status"):
        assert over_budget(pc, command, *profile, command) == []


def test_a_renewal_from_start_to_end_stays_in_its_budget(pc_without_tokens: CliComputer) -> None:
    pc = pc_without_tokens
    pc.add_certificate(PC_USER, pc.nss.store(), days=20)
    profile = ("--profile", str(pc.bank.profile_path))
    assert over_budget(pc, "renew", *profile, "renew", "--yes") == []


IMPORTTIME = """\
import time: self [us] | cumulative | imported package
import time:       100 |        100 | _socket
import time:       100 |        200 |     socket
import time:       100 |        300 |   ssl
import time:       100 |        400 |     requests.adapters
import time:       100 |        500 |   requests
import time:       100 |        600 | certclient.cli.main
something that the command says
import time:       100 |        100 | ssl
"""


def test_a_module_beyond_the_budget_is_named_with_the_imports_that_lead_to_it() -> None:
    loaded = read_importtime(IMPORTTIME)
    assert problems("list", Budget(modules=5, never=("ssl",)), loaded) == [
        "`list` loads requests: requests <- certclient.cli.main",
        "`list` loads ssl: ssl <- certclient.cli.main",
        "`list` loads 6 modules, 5 are allowed: requests 2, _socket 1, certclient.cli 1, "
        "socket 1, ssl 1",
    ]
    assert problems("list", Budget(modules=6, packages=("requests",)), loaded) == []
