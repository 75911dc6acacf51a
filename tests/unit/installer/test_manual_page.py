"""certclient(1) lists every command, option and exit code. tests/installer/linux/test_deb.py checks
on Debian that `man` can read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
import pytest

from certclient.bootstrap import COMMANDS
from certclient.cli.exit_codes import EXIT_CODES
from certclient.cli.main import command_group
from certclient.i18n.catalogue import Language, load
from tools.installer.linux.man import manual_page
from tools.installer.settings import ROOT

WORDS = load(Language.ENGLISH)
TEMPLATE = ROOT / "installer" / "linux" / "certclient.1"


def items(section: str) -> Mapping[str, str]:
    """The terms in a section of the page, with their explanations."""
    page = manual_page(TEMPLATE).replace("\\-", "-")
    (text,) = [part for part in page.split("\n.SH ") if part.startswith(f"{section}\n")]
    lines = [item.split("\n") for item in text.split(".TP\n")[1:]]
    return {bold.removeprefix(".B "): explanation for bold, explanation, *_ in lines}


def test_lists_every_command_with_its_help_text() -> None:
    commands = list(COMMANDS)
    assert items("COMMANDS") == {name: WORDS.text(f"help.{name}") for name in commands}
    assert {"renew", "abandon", "remove-key", "practice"} <= set(commands)


def test_lists_every_global_option() -> None:
    options = [
        option for option in command_group(COMMANDS).params if isinstance(option, click.Option)
    ]
    assert [name.split()[0] for name in items("OPTIONS")] == [one.opts[0] for one in options]
    assert items("OPTIONS")["--version"] == WORDS.text("option.version")


def test_lists_every_exit_code() -> None:
    assert set(items("EXIT STATUS")) == {"0", *(str(code) for code in EXIT_CODES.values())}


@pytest.mark.parametrize("awkward", [".TH x", "'x", "a\\b"])
def test_help_texts_are_escaped_for_roff(
    awkward: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certclient.i18n.catalogue.Catalogue.text", lambda *_, **__: awkward)
    template = tmp_path / "page.1"
    template.write_text("$commands", encoding="utf-8")
    line = manual_page(template).splitlines()[2]
    assert line in (r"\&.TH x", r"\&'x", r"a\eb")
