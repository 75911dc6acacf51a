"""A company's Linux computers: /etc/certclient/policy.toml and the scheduled renewal.

Each run of the program sees an /etc of its own (a mount namespace).
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
from support.command_line import PC_USER, USB_USER, Computer, Done

_SCRIPT = 'mount -t overlay none -o "lowerdir=$1:/etc" /etc && shift && exec "$@"'
_NAMESPACE = ("unshare", "-m") if os.geteuid() == 0 else ("unshare", "-rm")
JOB = ("renew", "--all", "--unattended", "--json")


def in_etc(etc: Path, command: Sequence[str]) -> list[str]:
    return [*_NAMESPACE, "sh", "-c", _SCRIPT, "sh", str(etc), *command]


@dataclass
class Company:
    """A computer whose administrator decides."""

    pc: Computer
    etc: Path

    def decide(self, text: str, mode: int = 0o644) -> None:
        file = self.etc / "certclient" / "policy.toml"
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)

    def run(self, *arguments: str) -> Done:
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
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def company(pc: Computer, tmp_path: Path) -> Company:
    etc = tmp_path / "etc"
    (etc / "certclient").mkdir(parents=True)
    etc.chmod(0o755)
    (etc / "certclient").chmod(0o755)
    if subprocess.run(in_etc(etc, ["true"]), capture_output=True, check=False).returncode != 0:
        pytest.skip("needs mount namespaces with overlays, as root or as a user who may have them")
    return Company(pc, etc)


def test_only_with_the_companys_consent(company: Company) -> None:
    pc = company.pc
    old = pc.give(PC_USER, pc.nss.store())
    refused = company.run(*JOB)
    assert (refused.code, refused.json["error"]["code"]) == (6, "CC-UNATTENDED-OFF")
    company.decide("UnattendedRenewal = true")
    done = company.run(*JOB)
    assert done.code == 0, done.err
    assert done.err == "", "nothing that a scheduler would mail around"
    (result,) = done.json["results"]
    assert result["outcome"] == "done"
    serial = result["certificate"]["serial"]
    assert pc.bank.state_of(serial) is CertificateState.CONFIRMED
    assert pc.bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED
    assert company.run(*JOB).code == 3, "nothing is due any more"


def test_a_token_is_left_to_its_owner_and_not_one_attempt_is_spent(company: Company) -> None:
    pc = company.pc
    company.decide("UnattendedRenewal = true")
    pc.give(PC_USER, pc.nss.store(), days=20)
    token = pc.plug_in_token()
    on_token = pc.give(USB_USER, token.store(), days=5)
    done = company.run(*JOB)
    assert done.code == 2, done.err
    outcomes = {r["user_id"].split()[0]: r for r in done.json["results"]}
    assert outcomes[PC_USER]["outcome"] == "done"
    assert outcomes[USB_USER]["outcome"] == "needs-person"
    assert outcomes[USB_USER]["error"]["code"] == "CC-PIN-REQUIRED"
    assert on_token.serial_hex in {c["serial"] for c in pc.list() if not c["archived"]}
    logged = pc.home / ".local/state/certclient/log/certclient.log"
    events = [json.loads(line) for line in logged.read_text(encoding="utf-8").splitlines()]
    assert [e["serial"] for e in events if e["event"] == "needs-person"] == [on_token.serial_hex]


def test_a_ca_that_needs_time_is_asked_again_by_the_next_run(company: Company) -> None:
    pc = company.pc
    company.decide("UnattendedRenewal = true")
    pc.give(PC_USER, pc.nss.store())
    pc.bank.set_policy(wait_polls=1, check_after=1)
    assert company.run(*JOB, "--wait", "0").code == 4
    done = company.run(*JOB)
    assert done.code == 0, done.err
    assert done.json["results"][0]["outcome"] == "done"


def test_a_renewal_in_an_open_window_is_left_alone(company: Company) -> None:
    pc = company.pc
    company.decide("UnattendedRenewal = true")
    old = pc.give(PC_USER, pc.nss.store())
    data = pc.home / ".local" / "share" / "certclient"
    profile_id = company.run("list", "--json").json["profile"]
    with exclusive(data / "locks", profile_id, PC_USER):
        busy = company.run(*JOB)
    assert busy.code == 5
    assert busy.json["results"][0]["error"]["code"] == "CC-PROCEDURE-RUNNING"
    assert [c["serial"] for c in pc.list()] == [old.serial_hex]


def test_destinations_are_narrowed(company: Company) -> None:
    pc = company.pc
    company.decide('Destinations = ["pc"]')
    pc.give(PC_USER, pc.nss.store())
    pc.plug_in_token()
    refused = company.run("renew", "--yes", "--to", "usb")
    assert refused.code == 6
    assert "CC-POLICY-FORBIDS" in refused.err
    assert "会社の管理者の設定" in refused.err
    assert company.run("renew", "--yes", "--to", "pc").code == 0


def test_a_mistake_in_the_policy_stops_everything_and_is_named(company: Company) -> None:
    pc = company.pc
    old = pc.give(PC_USER, pc.nss.store())
    company.decide('Proxy = "http://user:pw@proxy.example.jp:8080"')
    refused = company.run("renew", "--yes", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "CC-POLICY-INVALID")
    assert refused.json["error"]["data"]["name"] == "Proxy"
    assert [c["serial"] for c in pc.list()] == [old.serial_hex]


@pytest.mark.skipif(os.geteuid() != 0, reason="runs as root, where others' files can be made")
def test_a_policy_that_others_could_have_written_stops_everything(company: Company) -> None:
    company.decide("UnattendedRenewal = true", mode=0o666)
    assert company.run(*JOB).json["error"]["code"] == "CC-POLICY-INVALID"
    company.decide("UnattendedRenewal = true")
    os.chown(company.etc / "certclient" / "policy.toml", 12345, 12345)
    assert company.run(*JOB).json["error"]["code"] == "CC-POLICY-INVALID"
    assert company.run("list", "--json").json["error"]["code"] == "CC-POLICY-INVALID"
