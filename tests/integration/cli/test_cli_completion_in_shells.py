"""The Tab key in real shells: bash, zsh and fish load our script and run the real program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from certclient.cli.completion import script
from support.command_line import CliComputer

USER_ID = "TKYM1408054"

# Each asks for what Tab would offer after WORDS, and prints it line by line.
_ASK = {
    "bash": """
        . ./script
        COMP_WORDS=(certclient "$@") COMP_CWORD=$#
        _certclient_completion certclient
        printf '%s\\n' "${COMPREPLY[@]}"
    """,
    "zsh": """
        compdef() { registered=$2 }
        _describe() { local -a found=("${(@P)3}"); print -l -- "${(@)found%%:*}" }
        compadd() { print -l -- "${(@P)@[$#]}" }
        . ./script
        words=(certclient "$@") CURRENT=$(( $# + 1 ))
        _certclient_completion
    """,
    "fish": """
        source ./script
        complete --do-complete "certclient $argv" | string replace --regex '\\t.*' ''
    """,
}


@pytest.fixture
def pc_with_certificate(pc: CliComputer) -> CliComputer:
    """`certclient` is on PATH; one certificate on the PC, one on a token of the bank's module."""
    program = pc.home / "bin" / "certclient"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m certclient "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    pc.variables["PATH"] = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    pc.add_certificate(USER_ID, pc.nss.store())
    pc.add_certificate("TKYM1408055", pc.plug_in_token().store())
    return pc


def offered(pc: CliComputer, shell: str, folder: Path, *words: str) -> list[str]:
    (folder / "script").write_text(script(shell), encoding="utf-8")
    options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    # What comes before the words: fish's end of options, the name of the script for the others.
    first = "--" if shell == "fish" else shell
    done = subprocess.run(
        [shell, *options, "-c", _ASK[shell], first, *words],
        cwd=folder,
        env=pc.environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_tab_offers_commands_and_ids_of_the_pc(
    shell: str, pc_with_certificate: CliComputer, tmp_path: Path
) -> None:
    pc = pc_with_certificate
    assert offered(pc, shell, tmp_path, "ren") == ["renew"]
    profile = str(pc.bank.profile_path)
    found = offered(pc, shell, tmp_path, "--profile", profile, "renew", "TK")
    assert found == [USER_ID], "the token's ID is not asked for"
