"""`certclient remind` at each logon: what it loads if nothing is due, and when it looks."""

from __future__ import annotations

import json
from pathlib import Path

from support.command_line import PC_USER, USB_USER, CliComputer
from support.imports import beyond_python, budgets, imports_of, problems


def events(pc: CliComputer) -> list[str]:
    """What the log says of the commands that ended, oldest first."""
    log = pc.home / ".local/state/certclient/log/certclient.log"
    records = [json.loads(line) for line in log.read_text().splitlines()]
    return [one["event"] for one in records if one.get("command") == "remind"]


def test_reminder_with_nothing_due_loads_next_to_nothing(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store(), days=200)
    assert pc.run("list").code == 0
    remind = ("-m", "certclient", "--profile", str(pc.bank.profile_path), "remind")
    ours = beyond_python(imports_of(remind, pc.environment))
    assert "certclient.enrollment.reminder_index.index" in ours
    assert problems("remind", budgets()["remind"], ours) == []
    assert events(pc) == ["nothing-due"]


def test_whatever_another_program_changes_is_noticed(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store(), days=200)
    assert pc.run("remind").out == ""
    assert pc.run("remind").out == ""
    pc.add_certificate(USB_USER, pc.nss.store(), days=20)
    assert USB_USER in pc.run("remind").out
    assert USB_USER in pc.run("remind").out, "nobody has opened the windows"
    assert events(pc) == ["command", "nothing-due", "command", "command"]


def test_profile_that_was_changed_is_read(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store(), days=200)
    assert pc.run("list").code == 0
    assert pc.run("remind").out == ""
    profile = Path(pc.bank.profile_path)
    whole = profile.read_text(encoding="utf-8")
    profile.write_text(f"{whole}\nno = such key\n", encoding="utf-8")
    assert "CC-PROFILE" in pc.run("remind").err
    profile.write_text(whole, encoding="utf-8")
    assert pc.run("remind").out == ""
    pc.clock = "+21 hours"
    assert pc.run("remind").out == ""
    assert events(pc) == ["nothing-due", "command", "command", "command"]
