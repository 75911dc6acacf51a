"""Managed Linux computers: /etc/certclient/policy.toml and unattended renewal.

Each run of the program has its own /etc in a mount namespace.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from certclient.enrollment.lock import exclusive
from certclient_practice.repositories.records import CertificateState
from support.command_line import PC_USER, USB_USER, CliComputer, CompletedProgram

_SCRIPT = 'mount -t overlay none -o "lowerdir=$1:/etc" /etc && shift && exec "$@"'
_NAMESPACE = ("unshare", "-m") if os.geteuid() == 0 else ("unshare", "-rm")
JOB = ("renew", "--all", "--unattended", "--json")
CONSENT = "UnattendedRenewal = true\nSpreadRenewals = false"
"""The clock is the real one: renews now, whatever day it is."""


def in_etc(etc: Path, command: Sequence[str]) -> list[str]:
    return [*_NAMESPACE, "sh", "-c", _SCRIPT, "sh", str(etc), *command]


@dataclass
class ManagedPc:
    """A computer with an administrator's policy."""

    pc: CliComputer
    etc: Path

    def write_policy(self, text: str, mode: int = 0o644) -> None:
        file = self.etc / "certclient" / "policy.toml"
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)

    def run(self, *arguments: str) -> CompletedProgram:
        profile = ("--profile", str(self.pc.bank.profile_path))
        command = (sys.executable, "-W", "error", "-m", "certclient", *profile, *arguments)
        done = subprocess.run(
            in_etc(self.etc, command),
            env=self.pc.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return CompletedProgram(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def managed_pc(pc: CliComputer, tmp_path: Path) -> ManagedPc:
    etc = tmp_path / "etc"
    (etc / "certclient").mkdir(parents=True)
    etc.chmod(0o755)
    (etc / "certclient").chmod(0o755)
    if subprocess.run(in_etc(etc, ["true"]), capture_output=True, check=False).returncode != 0:
        pytest.skip("needs mount namespaces with overlays, as root or as a user who may have them")
    return ManagedPc(pc, etc)


def test_unattended_renewal_requires_the_policy(managed_pc: ManagedPc) -> None:
    pc = managed_pc.pc
    old = pc.add_certificate(PC_USER, pc.nss.store())
    refused = managed_pc.run(*JOB)
    assert (refused.code, refused.json["error"]["code"]) == (6, "CC-UNATTENDED-OFF")
    managed_pc.write_policy(CONSENT)
    done = managed_pc.run(*JOB)
    assert done.code == 0, done.err
    assert done.err == "", "no output that a scheduler would send by e-mail"
    (result,) = done.json["results"]
    assert result["outcome"] == "done"
    serial = result["certificate"]["serial"]
    assert pc.bank.state_of(serial) is CertificateState.CONFIRMED
    assert pc.bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED
    assert managed_pc.run(*JOB).code == 3, "nothing is due anymore"


def test_unattended_run_skips_tokens_and_spends_no_pin_attempt(managed_pc: ManagedPc) -> None:
    pc = managed_pc.pc
    managed_pc.write_policy(CONSENT)
    pc.add_certificate(PC_USER, pc.nss.store(), days=20)
    token = pc.plug_in_token()
    on_token = pc.add_certificate(USB_USER, token.store(), days=5)
    done = managed_pc.run(*JOB)
    assert done.code == 2, done.err
    outcomes = {r["user_id"].split()[0]: r for r in done.json["results"]}
    assert outcomes[PC_USER]["outcome"] == "done"
    assert outcomes[USB_USER]["outcome"] == "needs-person"
    assert outcomes[USB_USER]["error"]["code"] == "CC-PIN-REQUIRED"
    assert on_token.serial_hex in {c["serial"] for c in pc.list() if not c["archived"]}
    log_file = pc.home / ".local/state/certclient/log/certclient.log"
    events = [json.loads(line) for line in log_file.read_text(encoding="utf-8").splitlines()]
    assert [e["serial"] for e in events if e["event"] == "needs-person"] == [on_token.serial_hex]


def test_next_run_polls_a_waiting_ca_again(managed_pc: ManagedPc) -> None:
    pc = managed_pc.pc
    managed_pc.write_policy(CONSENT)
    pc.add_certificate(PC_USER, pc.nss.store())
    pc.bank.set_policy(wait_polls=1, check_after=1)
    assert managed_pc.run(*JOB, "--wait", "0").code == 4
    done = managed_pc.run(*JOB)
    assert done.code == 0, done.err
    assert done.json["results"][0]["outcome"] == "done"


def test_unattended_run_skips_a_running_procedure(managed_pc: ManagedPc) -> None:
    pc = managed_pc.pc
    managed_pc.write_policy(CONSENT)
    old = pc.add_certificate(PC_USER, pc.nss.store())
    data = pc.home / ".local" / "share" / "certclient"
    profile_id = managed_pc.run("list", "--json").json["profile"]
    with exclusive(data / "locks", profile_id, PC_USER):
        blocked = managed_pc.run(*JOB)
    assert blocked.code == 5
    assert blocked.json["results"][0]["error"]["code"] == "CC-PROCEDURE-RUNNING"
    assert [c["serial"] for c in pc.list()] == [old.serial_hex]


def test_policy_restricts_destinations(managed_pc: ManagedPc) -> None:
    pc = managed_pc.pc
    managed_pc.write_policy('Destinations = ["pc"]')
    pc.add_certificate(PC_USER, pc.nss.store())
    pc.plug_in_token()
    refused = managed_pc.run("renew", "--yes", "--to", "usb")
    assert refused.code == 6
    assert "CC-POLICY-FORBIDS" in refused.err
    assert "会社の管理者の設定" in refused.err
    assert managed_pc.run("renew", "--yes", "--to", "pc").code == 0


def test_invalid_policy_stops_the_program_and_names_the_setting(managed_pc: ManagedPc) -> None:
    pc = managed_pc.pc
    old = pc.add_certificate(PC_USER, pc.nss.store())
    managed_pc.write_policy('Proxy = "http://user:pw@proxy.example.jp:8080"')
    refused = managed_pc.run("renew", "--yes", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "CC-POLICY-INVALID")
    assert refused.json["error"]["data"]["name"] == "Proxy"
    assert [c["serial"] for c in pc.list()] == [old.serial_hex]


@pytest.mark.skipif(os.geteuid() != 0, reason="runs as root, where others' files can be made")
def test_policy_writable_by_others_stops_the_program(managed_pc: ManagedPc) -> None:
    managed_pc.write_policy("UnattendedRenewal = true", mode=0o666)
    assert managed_pc.run(*JOB).json["error"]["code"] == "CC-POLICY-INVALID"
    managed_pc.write_policy(CONSENT)
    os.chown(managed_pc.etc / "certclient" / "policy.toml", 12345, 12345)
    assert managed_pc.run(*JOB).json["error"]["code"] == "CC-POLICY-INVALID"
    assert managed_pc.run("list", "--json").json["error"]["code"] == "CC-POLICY-INVALID"
