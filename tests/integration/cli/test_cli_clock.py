"""The program on a computer whose clock is wrong by days or years."""

from __future__ import annotations

import pytest

from support.command_line import PC_USER, CliComputer

WAITING, USER_ACTION = 4, 2

CLOCKS = ["2020-01-01 12:00:00", "2049-06-01 12:00:00", "-2 days", "+1 day"]


@pytest.mark.parametrize("clock", CLOCKS)
def test_obtaining_blames_the_clock_and_nothing_else(pc: CliComputer, clock: str) -> None:
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    pc.clock = clock
    done = pc.run("obtain", PC_USER, "--yes", "--code-stdin", stdin=f"{code}\n")
    assert done.code == USER_ACTION
    assert "[CC-CLOCK]" in done.err
    assert "このパソコン：" in done.err
    assert "日" in done.err.split("ずれ：約")[1]
    assert "CC-NET-TLS" not in done.err
    assert "Intermediate" not in done.err, "nobody is accused of opening the connection"

    pc.clock = ""
    again = pc.run("obtain", PC_USER, "--yes", "--code-stdin", stdin=f"{code}\n")
    assert again.code == 0, again.err


@pytest.mark.parametrize("clock", CLOCKS)
def test_waiting_procedure_is_kept_until_the_clock_is_right(pc: CliComputer, clock: str) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    pc.bank.set_policy(wait_polls=2, check_after=1)
    assert pc.run("renew", "--yes", "--wait", "0").code == WAITING
    (begun,) = pc.run("status", "--json").json["procedures"]
    pc.clock = clock
    for _ in range(2):
        wrong = pc.run("resume", "--wait", "0")
        assert wrong.code == USER_ACTION, wrong.err
        assert "[CC-CLOCK]" in wrong.err
    pc.clock = ""
    (kept,) = pc.run("status", "--json").json["procedures"]
    assert (kept["id"], kept["state"]) == (begun["id"], "waiting")
    done = pc.run("resume", "--wait", "60", "--json")
    assert done.code == 0, done.err
    (result,) = done.json["results"]
    assert (result["outcome"], result["procedure"]) == ("done", begun["id"])


@pytest.mark.parametrize("clock", ["2020-01-01 12:00:00", "2049-06-01 12:00:00", "+30 days"])
@pytest.mark.parametrize("what", [("--all",), (PC_USER,), ()])
def test_renewal_is_not_called_too_early_or_too_late(
    pc: CliComputer, clock: str, what: tuple[str, ...]
) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    pc.clock = clock
    done = pc.run("renew", *what, "--yes")
    assert done.code == USER_ACTION
    assert "[CC-CLOCK]" in done.err


def test_a_clock_before_the_profile_was_made_is_said_without_a_network(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    pc.bank.stop()
    pc.clock = "2020-01-01 12:00:00"
    for command in ("list", "remind"):
        done = pc.run(command)
        assert done.code == 0
        assert "[CC-CLOCK]" in done.err
    pc.clock = ""
    assert "CC-CLOCK" not in pc.run("list").err
