"""At a terminal, `obtain` asks which of several browsers, and remembers the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from certclient.cli.main import run
from certclient.enrollment.preferred_store import PreferredStore
from certclient.model.destination import Destination
from support.cli_runner import CliRunner, FakeStore, FakeTerminal

USER = "TKYM1408054"


@dataclass
class FakeBrowserStore(FakeStore):
    title: str = ""
    browser: str = ""
    offered: bool = True


def browser(name: str) -> FakeBrowserStore:
    return FakeBrowserStore(f"shelf:{name}", name, Destination.PC, title=name, browser=name)


@dataclass
class TwoBrowsers:
    """A customer at a terminal with Chromium and Firefox."""

    cli_runner: CliRunner
    remembered: PreferredStore

    def obtain(self, *answers: str, options: tuple[str, ...] = ("--yes",)) -> int:
        self.cli_runner.terminal = FakeTerminal(interactive=True, answers=[*answers, "ABC-123"])
        services = replace(self.cli_runner.services(), preferred_store=lambda: self.remembered)
        return run(["--language", "ja", "obtain", USER, *options], services)

    @property
    def places(self) -> list[str]:
        return [store for _what, _user, store in self.cli_runner.procedures.seen]


@pytest.fixture
def customer(cli_runner: CliRunner, tmp_path: Path) -> TwoBrowsers:
    cli_runner.pc = browser("Chromium")
    cli_runner.others = [browser("Firefox")]
    return TwoBrowsers(cli_runner, PreferredStore(tmp_path / "config" / "store.json"))


@pytest.mark.parametrize("answer", ["2", "２", " firefox ", "Firefox"])
def test_the_answer_is_a_number_or_a_name(
    customer: TwoBrowsers, capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    assert customer.obtain(answer) == 0
    assert customer.places == ["shelf:Firefox"]
    shown = capsys.readouterr().err
    assert "1  パソコン（Chromium）" in shown
    assert "2  パソコン（Firefox）" in shown


def test_the_answer_is_remembered(customer: TwoBrowsers) -> None:
    assert customer.obtain("2") == 0
    assert customer.obtain() == 0
    assert customer.places == ["shelf:Firefox", "shelf:Firefox"]
    assert customer.obtain(options=("--yes", "--to", "chromium")) == 0
    assert customer.obtain() == 0
    assert customer.places[2:] == ["shelf:Chromium", "shelf:Chromium"]


def test_no_answer_begins_nothing(customer: TwoBrowsers) -> None:
    assert customer.obtain("") == 7
    assert customer.obtain("9", "x", "opera") == 7
    assert customer.places == []
    assert customer.remembered.recall() == ""


def test_a_new_certificate_goes_where_the_users_expired_one_is(customer: TwoBrowsers) -> None:
    customer.remembered.remember("shelf:Chromium")
    firefox = browser("Firefox")
    customer.cli_runner.others = [firefox]
    customer.cli_runner.add(USER, days=-5, store=firefox)
    assert customer.obtain() == 0
    assert customer.places == ["shelf:Firefox"]


def test_a_remembered_browser_that_is_gone_is_asked_for_again(customer: TwoBrowsers) -> None:
    customer.remembered.remember("shelf:Opera")
    assert customer.obtain("1") == 0
    assert customer.places == ["shelf:Chromium"]
