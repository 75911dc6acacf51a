"""A bank with an interface of its own, with the real commands and its plug-in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from certclient.bootstrap import system_services
from certclient.cli.main import run
from certclient.configuration.banks import all_banks, find_bank
from certclient.model.keys import KeySpec
from certclient.model.policy import Policy
from certclient.store.base import no_pin
from support.cli_runner import FakeTerminal
from support.json_bank import JsonBank, json_bank
from support.nss import NssDatabase
from support.pki import customer_name, make_lab
from support.plugins import SOURCE, install, plug_ins_in

Capture = pytest.CaptureFixture[str]
USER = "TKYM1408054"


@dataclass
class Customer:
    """`run` returns the exit code and what a command prints with `--json`."""

    bank: JsonBank
    profile: Path
    nss: NssDatabase
    terminal: FakeTerminal
    capture: Capture

    def run(self, *arguments: str, stdin: str = "") -> tuple[int, Any]:
        self.terminal.stdin = [stdin] if stdin else []
        folders = [self.profile.parent]
        services = replace(
            system_services(),
            banks=lambda: all_banks(folders, Policy()),
            profile=lambda name: find_bank(name, folders, Policy()),
            terminal=self.terminal,
        )
        code = run([*arguments, "--json"], services)
        return code, json.loads(self.capture.readouterr().out)

    def obtain(self, code: str) -> tuple[int, Any]:
        return self.run("obtain", USER, "--yes", "--code-stdin", stdin=code)

    def add_certificate(self, days: int = 20) -> str:
        """A certificate that can be renewed; its serial number (hex)."""
        with self.nss.store().open(no_pin) as session:
            key = session.create_key(KeySpec(), "old")
            spki = session.signer(key).spki
            certificate = self.bank.lab.issue(spki, customer_name(USER), days=days)
            session.install_intermediates(self.bank.lab.chain)
            session.install(key, certificate, USER)
        return certificate.serial_hex

    def usable(self) -> list[str]:
        _, listed = self.run("list")
        return [row["serial"] for row in listed["certificates"] if row["has_key"]]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The example plug-in, laid out as pip does."""
    return install(tmp_path / "plug-in")


@pytest.fixture
def installed_by_pip(tmp_path: Path) -> Path:
    # A copy: setuptools writes beside the sources.
    shutil.copytree(SOURCE, tmp_path / "source", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--target", str(tmp_path / "site")]
    subprocess.run([*command, str(tmp_path / "source")], check=True, timeout=600)
    return tmp_path / "site"


@pytest.fixture
def customer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> Iterator[Customer]:
    """A customer of a bank whose plug-in is not installed yet."""
    home, profiles = tmp_path / "home", tmp_path / "profiles"
    profiles.mkdir(mode=0o755)
    nss = NssDatabase(home / ".pki" / "nssdb")
    nss.create()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    with json_bank(make_lab()) as bank:
        profile = profiles / "json-bank.toml"
        profile.write_text(bank.profile_text(), encoding="utf-8")
        yield Customer(bank, profile, nss, FakeTerminal(), capsys)


def test_obtain_with_a_plug_in_that_pip_has_installed(
    customer: Customer, installed_by_pip: Path
) -> None:
    with plug_ins_in(installed_by_pip):
        assert customer.run("check-profile", str(customer.profile))[0] == 0
        code, done = customer.obtain(customer.bank.issue_code(USER))
        assert code == 0, done
        assert len(customer.usable()) == 1
        assert customer.run("renew", USER, "--yes")[0] == 3, "not due for a year"
    assert len(customer.bank.issued) == 1
    assert b"AB12CD34EF56" not in b"".join(customer.bank.bodies)


def test_a_renewal_replaces_the_old_certificate(customer: Customer, installed: Path) -> None:
    old = customer.add_certificate()
    customer.bank.waits = 1
    with plug_ins_in(installed):
        code, done = customer.run("renew", USER, "--yes")
        assert code == 0, done
        (new,) = customer.usable()
    assert new != old
    first, second = customer.bank.bodies
    assert first == second, "the same request until it is granted"


def test_a_wrong_code_costs_nothing(customer: Customer, installed: Path) -> None:
    right = customer.bank.issue_code(USER)
    with plug_ins_in(installed):
        code, failed = customer.obtain("ZZ99ZZ99ZZ99")
        (result,) = failed["results"]
        assert (code, result["error"]["code"]) == (2, "CC-CODE-WRONG")
        assert customer.obtain(right)[0] == 0


def test_a_refusal_is_shown_in_the_banks_words(customer: Customer, installed: Path) -> None:
    customer.bank.refuses = "窓口へお越しください"
    old = customer.add_certificate()
    with plug_ins_in(installed):
        _, failed = customer.run("renew", USER, "--yes")
    (result,) = failed["results"]
    assert result["error"]["code"] == "CC-CA-REFUSED"
    assert "窓口へお越しください" in json.dumps(result, ensure_ascii=False)
    assert customer.usable() == [old]


def test_a_missing_plug_in_hinders_only_what_needs_it(customer: Customer) -> None:
    old = customer.add_certificate()
    _, failed = customer.run("renew", USER, "--yes")
    (result,) = failed["results"]
    assert result["error"]["code"] == "CC-CA-PLUGIN"
    assert customer.usable() == [old]
    assert customer.run("status")[1]["procedures"] == []
    code, checked = customer.run("check-profile", str(customer.profile))
    assert code == 2
    (finding,) = [one for one in checked["findings"] if one["level"] == "error"]
    assert (finding["code"], finding["key"]) == ("CC-CA-PLUGIN", "ca.protocol")


def test_a_procedure_can_be_given_up_without_its_plug_in(
    customer: Customer, installed: Path
) -> None:
    customer.bank.waits = 9
    old = customer.add_certificate()
    with plug_ins_in(installed):
        assert customer.run("renew", USER, "--yes", "--wait", "0")[0] == 4
    (waiting,) = customer.run("status")[1]["procedures"]
    code, ended = customer.run("abandon", waiting["id"], "--yes")
    assert code == 0, ended
    assert customer.run("status")[1]["procedures"] == []
    assert customer.usable() == [old]


def test_options_are_the_plug_ins_own(customer: Customer, installed: Path) -> None:
    text = customer.bank.profile_text(options="{ brunch = '014' }")
    customer.profile.write_text(text, encoding="utf-8")
    with plug_ins_in(installed):
        code, checked = customer.run("check-profile", str(customer.profile))
    assert code == 2
    (finding,) = [one for one in checked["findings"] if one["level"] == "error"]
    assert finding["key"] == "ca.options.brunch"
    assert finding["line"] == text.splitlines().index("options = { brunch = '014' }") + 1
    assert "only branch" in finding["text"]


def test_a_bank_tries_its_plug_in_with_qualify_ca(customer: Customer, installed: Path) -> None:
    code = customer.bank.issue_code(USER)
    with plug_ins_in(installed):
        result, report = customer.run(
            "qualify-ca", "--user-id", USER, "--yes", "--code-stdin", stdin=code
        )
    assert result == 0, report
    verdicts = {one["check"]: one["verdict"] for one in report["checks"]}
    assert {verdicts[one] for one in ("obtain", "renew", "lost-answer", "revoke")} == {"passed"}
    assert verdicts["lost-confirmation"] == "not-applicable"
    (exchange, *_) = next(one for one in report["checks"] if one["check"] == "renew")["exchanges"]
    assert exchange["sent"]["request"] == "POST requests"
    assert int(exchange["received"]["bytes"]) > 1000
