"""`certclient register-links` registers the program with the desktop's own tools."""

import os
import subprocess

from support.command_line import CliComputer


def test_desktop_finds_the_program(pc: CliComputer) -> None:
    done = pc.run("register-links")
    assert done.code == 0, done.err
    entry = pc.home / ".local" / "share" / "applications" / "certclient.desktop"
    assert str(entry) in done.out
    query = subprocess.run(
        ["xdg-mime", "query", "default", "x-scheme-handler/certclient"],
        env={**pc.environment, "PATH": os.environ["PATH"], "XDG_CURRENT_DESKTOP": "X-Generic"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert query.stdout.strip() == "certclient.desktop", query.stderr
    text = entry.read_text(encoding="utf-8")
    assert f" --profile {pc.bank.profile_path} %u\n" in text
