"""The commands in the documents run as a reader would run them; what cannot run here is checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.command_syntax import faults, is_ours
from support.documents import (
    SHELLS,
    Block,
    blocks,
    inline_code,
    pages,
    set_up_desk,
    unfenced_blocks,
)

PAGES = pages()
HISTORY = ("docs/adr/", "CHANGELOG.md")
"""Records of what was so when they were written: their commands are not instructions."""
INSTRUCTIONS = [page for page in PAGES if not str(page).startswith(HISTORY)]
RUNNING = [page for page in PAGES if any(block.runs for block in blocks(page))]


@pytest.mark.parametrize("page", RUNNING, ids=str)
def test_commands_of_a_page_run_in_a_fresh_clone_and_home(page: Path, tmp_path: Path) -> None:
    done = set_up_desk(tmp_path).run(page)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_each_block_says_its_language_and_why_it_does_not_run(page: Path) -> None:
    assert unfenced_blocks(page) == []
    for block in blocks(page):
        assert block.language, f"{page}:{block.line}"
        if block.language in SHELLS and not block.runs:
            assert block.options.get("skip"), f"{page}:{block.line}: no reason"
        if block.language not in SHELLS and "synopsis" not in block.options:
            ours = [line for line in block.text.splitlines() if is_ours(line)]
            assert not ours, f"{page}:{block.line}: commands in a block of {block.language}"


@pytest.mark.parametrize("page", INSTRUCTIONS, ids=str)
def test_programs_know_the_options_of_each_command(page: Path) -> None:
    commands = [pair for block in blocks(page) for pair in _checked(block)]
    commands += [(line, code) for line, code in inline_code(page) if is_ours(code)]
    found = [f"{page}:{line}: {c}: {f}" for line, c in commands for f in faults(_plain(c))]
    assert found == []


def _checked(block: Block) -> list[tuple[int, str]]:
    if "synopsis" in block.options:
        return block.synopses
    return block.commands if block.language == "sh" else []


def _plain(command: str) -> str:
    """A command without the marks of a synopsis: brackets, bars, dots."""
    return re.sub(r"\[OPTIONS\]|[\[\]]|\.\.\.| \|(?= --)| …$", "", command.replace("...", ""))


def test_the_documents_have_commands_that_run() -> None:
    commands = [
        command for page in RUNNING for b in blocks(page) if b.runs for command in b.commands
    ]
    print(f"{len(commands)} commands run")
    assert len(commands) > 0


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("certclient lst", "no command lst"),
        ("certclient list --al", "list has no --al"),
        ("echo 1 | certclient obtain ID --to pc --code-stdin --pin", "obtain has no --pin"),
        ("certclient list --language fr", "--language takes no fr"),
        ("certclient show A B", "too many arguments: ['A', 'B']"),
        ("make instaler", "no make target instaler"),
        ("python -m tools.gates", "python: the packages are in .venv; write .venv/bin/python"),
        (".venv/bin/python -m tools.gates --fast", "tools.gates has no --fast"),
        (".venv/bin/python -m tools.gate", "no module tools.gate"),
        (".venv/bin/pytest tests/none.py", "no file tests/none.py"),
    ],
)
def test_a_wrong_command_is_found(command: str, fault: str) -> None:
    assert list(faults(command)) == [fault]


def test_a_page_stops_at_a_command_that_fails(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```sh\ntrue\nfalse\necho not reached\n```\n", encoding="utf-8")
    done = set_up_desk(tmp_path / "desk").run(page)
    assert done.returncode == 1
    assert done.stdout.endswith(f"{page}:3: exit code 1\n")
