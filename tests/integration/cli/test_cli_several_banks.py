"""Two practice banks that run, with the real command line, journal and certificate store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from certclient.bootstrap import system_services
from certclient.cli.main import run
from certclient.cli.ports import Services
from certclient.configuration.banks import all_banks, find_bank
from certclient.model.keys import KeySpec
from certclient.model.policy import Policy
from certclient.store.base import no_pin
from certclient_practice.bank.updates import AnnouncedVersions
from certclient_practice.repositories.records import CertificateState
from support.bank import RunningBank, running_bank
from support.cli_runner import FakeTerminal
from support.nss import NssDatabase

Capture = pytest.CaptureFixture[str]
ANY_USER = "(?P<user_id>[A-Z0-9]+)"
FIRST, SECOND = "TKYM1408054", "TKYM1408055"


@dataclass
class TwoBanks:
    """`profiles`: the folder of the banks' profiles. `run_json` returns what a command prints."""

    first: RunningBank
    second: RunningBank
    profiles: Path
    nss: NssDatabase
    terminal: FakeTerminal
    capture: Capture

    def services(self) -> Services:
        return replace(
            system_services(),
            banks=lambda: all_banks([self.profiles], Policy()),
            profile=lambda name: find_bank(name, [self.profiles], Policy()),
            terminal=self.terminal,
        )

    def run_json(self, *arguments: str, stdin: str = "") -> Any:
        self.terminal.stdin = [stdin] if stdin else []
        run([*arguments, "--json"], self.services())
        return json.loads(self.capture.readouterr().out)

    def obtain(self, bank: RunningBank, profile: str, user_id: str, wait: str = "60") -> Any:
        bank.add_customer(user_id)
        code = bank.issue_code(user_id).reveal()
        command = ("obtain", user_id, "--yes", "--code-stdin", "--bank", profile, "--wait", wait)
        return self.run_json(*command, stdin=code)

    def limit(self, profile: str, user_id: str) -> None:
        """The bank's rule matches this user ID only."""
        file = self.profiles / f"{profile}.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(ANY_USER, f"(?P<user_id>{user_id})"), encoding="utf-8")

    def names(self) -> dict[str, str]:
        rows = self.run_json("list")["certificates"]
        return {row["user_id"]: row["profile"] for row in rows}


@pytest.fixture
def two_banks(
    bank: RunningBank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> Iterator[TwoBanks]:
    home, profiles = tmp_path / "home", tmp_path / "profiles"
    profiles.mkdir(mode=0o755)
    nss = NssDatabase(home / ".pki" / "nssdb")
    nss.create()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with running_bank(tmp_path / "second-bank") as second:
        for name, one in (("practice", bank), ("second", second)):
            text = one.profile_path.read_text(encoding="utf-8")
            file = profiles / f"{name}.toml"
            file.write_text(text.replace('id = "practice"', f'id = "{name}"'), encoding="utf-8")
            file.chmod(0o644)
        yield TwoBanks(bank, second, profiles, nss, FakeTerminal(), capsys)


def test_renew_all_renews_at_both_banks(two_banks: TwoBanks) -> None:
    for name, bank, user_id in (
        ("practice", two_banks.first, FIRST),
        ("second", two_banks.second, SECOND),
    ):
        two_banks.limit(name, user_id)
        bank.add_customer(user_id)
        with two_banks.nss.store().open(no_pin) as session:
            key = session.create_key(KeySpec(), user_id)
            certificate = bank.issue_certificate(user_id, session.signer(key).spki, 20)
            session.install_intermediates([bank.intermediate])
            session.install(key, certificate, user_id)
    renewed = two_banks.run_json("renew", "--all", "--yes")
    found = {result["profile"]: result["outcome"] for result in renewed["results"]}
    assert found == {"practice": "done", "second": "done"}, renewed
    for bank, result in zip((two_banks.first, two_banks.second), renewed["results"], strict=True):
        serial = result["certificate"]["serial"]
        assert bank.state_of(serial) is CertificateState.CONFIRMED


def test_journal_tells_apart_banks_with_the_same_rules_and_names(two_banks: TwoBanks) -> None:
    assert two_banks.obtain(two_banks.first, "practice", FIRST)["ok"]
    assert two_banks.obtain(two_banks.second, "second", SECOND)["ok"]
    assert two_banks.names() == {FIRST: "practice", SECOND: "second"}
    assert two_banks.run_json("show", SECOND)["certificate"]["profile"] == "second"


def test_bank_that_does_not_answer_does_not_hide_the_other(two_banks: TwoBanks) -> None:
    (two_banks.profiles / "loop.toml").symlink_to("loop.toml")
    two_banks.second.set_policy(wait_polls=1000)
    waiting = two_banks.obtain(two_banks.second, "second", SECOND, wait="0")
    assert waiting["results"][0]["outcome"] == "waiting", waiting
    two_banks.second.stop()
    two_banks.first.set_policy(wait_polls=1, check_after=1)
    assert two_banks.obtain(two_banks.first, "practice", FIRST)["ok"]

    resumed = two_banks.run_json("resume", "--wait", "0")
    (result,) = resumed["results"]
    assert (result["profile"], result["outcome"]) == ("second", "failed")
    assert [one["data"]["file"] for one in resumed["warnings"]] == [
        str(two_banks.profiles / "loop.toml")
    ]
    two_banks.first.bank.updates.announced = AnnouncedVersions("99.0.0")
    checked = two_banks.run_json("version", "--check")
    answers = {one["id"]: one["announcement"] is not None for one in checked["banks"]}
    assert answers == {"practice": True, "second": False}
    assert checked["banks"][1]["error"]["code"].startswith("CC-NET-")
    assert checked["exit_code"] != 0
    assert two_banks.names() == {FIRST: "practice"}
