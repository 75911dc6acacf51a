"""The manual pages say what `--help` says, in both languages, and man and mandoc read them without
a warning. tests/installer/linux/test_deb.py opens them as they are installed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

import click
import pytest

from certclient.bootstrap.commands import COMMANDS
from certclient.cli.exit_codes import EXIT_CODES
from certclient.cli.main import command_group
from certclient.i18n.catalogue import Language, load
from tools.installer.linux.man import manual_pages
from tools.installer.settings import ROOT

TEMPLATES = ROOT / "installer" / "linux"
EPOCH = 1_790_000_000
ENGLISH, JAPANESE = load(Language.ENGLISH), load(Language.JAPANESE)


@pytest.fixture(scope="module")
def pages() -> Mapping[str, str]:
    return manual_pages(TEMPLATES, EPOCH)


@pytest.fixture(scope="module")
def written(pages: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The files of all pages."""
    folder = tmp_path_factory.mktemp("man")
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return [str(folder / name) for name in pages]


def items(page: str, section: str) -> Mapping[str, str]:
    """The terms in a section of a page, with their explanations, as they are read."""
    plain = page.replace("\\-", "-").replace("\\:", "")
    (text,) = [part for part in plain.split("\n.SH ") if part.startswith(f"{section}\n")]
    lines = [item.split("\n") for item in text.split(".TP\n")[1:]]
    return {bold.removeprefix(".B "): explanation for bold, explanation, *_ in lines}


def test_every_command_has_a_page_and_is_listed(pages: Mapping[str, str]) -> None:
    for folder, heading, words in (
        ("man1", "COMMANDS", ENGLISH),
        ("ja/man1", "コマンド", JAPANESE),
    ):
        listed = items(pages[f"{folder}/certclient.1"], heading)
        assert listed == {f"certclient-{name}(1)": words.text(f"help.{name}") for name in COMMANDS}
    assert {f"man1/certclient-{name}.1" for name in COMMANDS} <= set(pages)
    assert {f"ja/man1/certclient-{name}.1" for name in COMMANDS if name != "practice"} <= set(pages)


def test_page_of_a_command_lists_its_options(pages: Mapping[str, str]) -> None:
    for page, heading, words in (
        ("man1/certclient-renew.1", "OPTIONS", ENGLISH),
        ("ja/man1/certclient-renew.1", "オプション", JAPANESE),
    ):
        options = items(pages[page], heading)
        assert options["--unattended"] == words.text("option.unattended")
        assert options["--profile ID|FILE"] == words.text("option.profile")
        assert "[ID]..." in pages[page]


def test_page_of_a_group_has_its_commands(pages: Mapping[str, str]) -> None:
    for page, words in (
        ("man1/certclient-token.1", ENGLISH),
        ("ja/man1/certclient-token.1", JAPANESE),
    ):
        text = pages[page].replace("\\-", "-").replace("\\:", "")
        assert "\n.SS change-pin [OPTIONS]\n" in text
        assert words.text("help.token-change-pin").split(":")[0] in text


def test_practice_bank_page_has_its_commands(pages: Mapping[str, str]) -> None:
    page = pages["man1/certclient-practice.1"].replace("\\-", "-")
    assert "\n.SS serve [OPTIONS]\n" in page
    assert "\n.SS customer add [OPTIONS] USER_ID\n" in page
    assert "\n.B --login-port " in page
    assert ENGLISH.text("help.try") in page


def test_global_options_are_listed(pages: Mapping[str, str]) -> None:
    options = [one for one in command_group(COMMANDS).params if isinstance(one, click.Option)]
    found = items(pages["man1/certclient.1"], "OPTIONS")
    assert [name.split()[0] for name in found] == [*(one.opts[0] for one in options), "--help"]
    assert found["--version"] == ENGLISH.text("option.version")


def test_every_exit_code_is_listed(pages: Mapping[str, str]) -> None:
    codes = {"0", *(str(code) for code in EXIT_CODES.values())}
    assert set(items(pages["man1/certclient.1"], "EXIT STATUS")) == codes
    assert set(items(pages["ja/man1/certclient.1"], "終了ステータス")) == codes


def test_command_that_is_not_packed_has_no_page() -> None:
    pages = manual_pages(TEMPLATES, EPOCH, {"practice"})
    assert not [name for name in pages if "practice" in name]
    assert not [name for name, text in pages.items() if "certclient\\-practice" in text]


def test_mandoc_finds_no_fault(written: list[str]) -> None:
    done = subprocess.run(
        ("mandoc", "-Tlint", "-W", "warning", *written), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_man_shows_every_page_without_a_warning(written: list[str]) -> None:
    done = subprocess.run(
        ("man", "--warnings", "--encoding=UTF-8", "--local-file", *written),
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MANPAGER": "cat"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("certclient-renew - ") == 2
    assert max(map(len, done.stdout.splitlines())) <= 80, "Japanese lines are broken, too"


@pytest.mark.parametrize("awkward", [".TH x", "'x", "a\\b"])
def test_help_texts_are_escaped_for_roff(awkward: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certclient.i18n.catalogue.Catalogue.text", lambda *_, **__: awkward)
    page = manual_pages(TEMPLATES, EPOCH, {"practice"})["man1/certclient.1"]
    assert page.split(".SH COMMANDS\n")[1].splitlines()[2] in (r"\&.TH x", r"\&'x", r"a\eb")
