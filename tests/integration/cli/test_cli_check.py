"""`certclient check` with a real practice bank, NSS, SoftHSM, squid and a wrong clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.command_line import PC_USER, USB_USER, CliComputer
from support.forks import CompletedProgram
from support.office import OutsideBank, outside_bank
from support.squid import SquidLogin, running_squid

PASSWORD = "hidden-Passw0rd"


@pytest.fixture
def outside(pc: CliComputer, tmp_path: Path) -> Iterator[OutsideBank]:
    with outside_bank(pc.bank, tmp_path) as bank:
        yield bank


def verdicts(done: CompletedProgram, user_id: str = "") -> dict[str, str]:
    return {
        one["check"]: one["verdict"]
        for one in done.json["checks"]
        if (one["user_id"] or "").startswith(user_id)
    }


def one(done: CompletedProgram, check: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = done.json["checks"]
    return next(line for line in found if line["check"] == check)


def contents(home: Path) -> dict[str, bytes]:
    """All files but the log, which notes each command."""
    files = [path for path in home.rglob("*") if path.is_file() and path.suffix != ".log"]
    return {str(path): path.read_bytes() for path in files}


def test_all_is_green_and_nothing_changes(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    pc.add_certificate(USB_USER, pc.plug_in_token().store(), days=60)
    pc.list()  # the first command makes the folders
    before, requests = contents(pc.home), pc.bank.requests_from_now_on()
    done = pc.run("check", "--json")
    assert done.code == 0, done.out
    assert contents(pc.home) == before
    assert set(requests) == {"CA HEAD /cmp"}, "no login, no message that changes anything"
    on_pc, on_usb = verdicts(done, PC_USER), verdicts(done, USB_USER)
    assert (on_pc["period"], on_pc["key"]) == ("passed", "passed")
    assert (on_usb["period"], on_usb["key"]) == ("passed", "unchecked")
    assert {"ca-reachable", "tls-trusted", "clock", "token", "pin", "space"} <= {
        check for check, verdict in verdicts(done).items() if verdict == "passed"
    }


def test_a_wrong_clock_is_named_as_such(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    done = replace(pc, clock="3 hours ago").run("check", "--json")
    assert done.code == 2, done.out
    assert one(done, "clock")["error"]["code"] == "CC-CLOCK"
    years = replace(pc, clock="20 years ago").run("check", "--json")
    assert years.code == 2, years.out
    assert one(years, "clock")["error"]["code"] == "CC-CLOCK"
    assert one(years, "tls-trusted")["verdict"] != "failed"


def test_a_proxys_login_from_standard_input(pc: CliComputer, outside: OutsideBank) -> None:
    pc.bank.profile_path = outside.profile
    with running_squid(SquidLogin("digest", password=PASSWORD)) as squid:
        office = replace(pc, variables={"HTTPS_PROXY": squid.netloc})
        asked = office.run("check", "--json")
        assert asked.code == 2
        assert one(asked, "proxy")["error"]["code"] == "CC-NET-PROXY-AUTH"
        done = office.run("check", "--json", "--proxy-user", "taro", stdin=f"{PASSWORD}\n")
    assert done.code == 0, done.out
    assert one(done, "ca-reachable")["verdict"] == "passed"
    assert PASSWORD not in done.out + done.err + pc.everything_written()
