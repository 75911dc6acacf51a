"""`certclient register-links` registers the program with the desktop's own tools."""

import os
import subprocess
from pathlib import Path

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


def test_the_registered_command_ignores_what_is_planted_in_the_session(
    pc: CliComputer, tmp_path: Path
) -> None:
    assert pc.run("register-links").code == 0
    entry = pc.home / ".local" / "share" / "applications" / "certclient.desktop"
    text = entry.read_text(encoding="utf-8")
    command = next(line for line in text.splitlines() if line.startswith("Exec="))
    words = command.removeprefix("Exec=").removesuffix(" %u").split()
    for name in ("sitecustomize.py", "certclient.py", "json.py"):
        (tmp_path / name).write_text("import os\nos.write(1, b'planted')\nos._exit(7)\n")
    done = subprocess.run(
        [*words, "--version"],
        env={**pc.environment, "PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": "json.py"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "planted" in done.stdout) == (0, False), done.stderr
