"""A build with the practice bank: on one Windows, the same program is bank and customer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from support.fakes import sandbox
from support.fresh_windows import FreshWindows, fresh_windows
from support.json_bank import JsonBank
from support.pki import make_lab
from support.plugins import install
from tools.installer.short import ShortBuild
from tools.wine.sandbox import PREFIX

pytestmark = [pytest.mark.installer, pytest.mark.timeout(3600)]

CONSOLE = r"C:\app\certclient.exe"
PROFILE = r"C:\app\profiles\practice.toml"
USER_ID = "TKYM1408054"
_SECONDS = 1200


@dataclass(frozen=True)
class Rehearsal:
    windows: FreshWindows

    def bank(self, *arguments: str) -> str:
        """Runs a command of the bank; returns its output."""
        done = self.windows.wine(CONSOLE, "practice", "--data", r"C:\bank", *arguments)
        text = done.stdout.decode(errors="replace")
        assert done.returncode == 0, text
        return text

    def check(self) -> Any:
        """The errors that `check-profile` finds in C:\\bank.toml."""
        done = self.windows.wine(CONSOLE, "check-profile", r"C:\bank.toml", "--json")
        text = done.stdout.decode(errors="replace")
        findings = json.loads(text[text.index("{") :])["findings"]
        return [one for one in findings if one["level"] == "error"]

    def customer(self, *arguments: str, given: str = "") -> Any:
        """Runs a customer's command with `given` on stdin; returns its JSON."""
        (self.windows.shared / "typed").write_text(given, encoding="utf-8")
        command = (CONSOLE, "--profile", "practice", *arguments, "--json")
        done = self.windows.run("sh", "-c", 'wine "$@" </keep/typed', "sh", *command)
        text = done.stdout.decode(errors="replace")
        assert done.returncode == 0, text
        return json.loads(text[text.index("{") :])


@pytest.fixture(scope="module")
def rehearsal(
    rehearsal_frozen: ShortBuild, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rehearsal]:
    """A Windows with a running practice bank."""
    made = sandbox()
    mounts = {**made.mounts, "/frozen": rehearsal_frozen.payload}
    shared = tmp_path_factory.mktemp("shared")
    with fresh_windows(replace(made, mounts=mounts), shared) as windows:
        windows.run("cp", "-r", "/frozen", f"{PREFIX}/drive_c/app")
        bank = windows.start(
            *("wine", CONSOLE, "practice", "--data", r"C:\bank", "serve"),
            *("--port", "0", "--login-port", "0", "--profile", PROFILE),
        )
        profile = windows.path(PROFILE)
        deadline = time.monotonic() + _SECONDS
        while not profile.exists() or "login_test_url" not in profile.read_text("utf-8"):
            assert bank.poll() is None, "the bank did not open"
            assert time.monotonic() < deadline
            time.sleep(0.1)
        # Wine's TLS verifies host names only, not IP addresses.
        text = profile.read_text("utf-8").replace("//127.0.0.1:", "//localhost:")
        profile.write_text(text, "utf-8")
        yield Rehearsal(windows)
        windows.wine("taskkill", "/f", "/im", "certclient.exe")
        bank.wait(300)


def test_certificate_is_obtained_from_bank_on_same_pc(rehearsal: Rehearsal) -> None:
    rehearsal.bank("customer", "add", USER_ID)
    code = rehearsal.bank("issue-code", USER_ID)
    answer = rehearsal.customer("obtain", USER_ID, "--code-stdin", "--yes", given=code)
    (result,) = answer["results"]
    assert result["outcome"] == "done"
    assert result["login"]["result"] == "worked", "the bank's login page accepts it"
    (certificate,) = rehearsal.customer("list")["certificates"]
    assert (certificate["user_id"], certificate["has_key"]) == (USER_ID, True)
    assert result["certificate"]["serial"] in rehearsal.bank("certificates")


def test_only_plug_ins_of_the_build_are_loaded(rehearsal: Rehearsal) -> None:
    """The example is in this program; nothing else is, though it may lie beside it."""
    file = rehearsal.windows.path(r"C:\bank.toml")
    profile = make_profile("example-json")
    file.write_text(profile, encoding="utf-8")
    assert rehearsal.check() == []
    file.write_text(profile.replace("'014'", "'14'"), encoding="utf-8")
    (finding,) = rehearsal.check()
    assert finding["key"] == "ca.options.branch", "its own words, so it was loaded"
    install(rehearsal.windows.path(r"C:\app"), EVIL, name="evil")
    file.write_text(make_profile("evil"), encoding="utf-8")
    (finding,) = rehearsal.check()
    assert (finding["code"], finding["key"]) == ("CC-CA-PLUGIN", "ca.protocol")
    assert not rehearsal.windows.path(r"C:\evil.txt").exists()


EVIL = "open(r'C:\\evil.txt', 'w').close()\ninterface = 1\n"


def make_profile(protocol: str) -> str:
    return JsonBank(make_lab(), "https://ca.example.jp/v1").profile_text(protocol)
