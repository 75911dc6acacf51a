"""Homes, umasks, disks and encodings as real PCs have them, with the program as a process."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.command_line import PC_USER, CliComputer

DATA_FOLDER_CODE = 2
CERTCLIENT = [sys.executable, "-W", "error", "-m", "certclient"]


def certclient(
    variables: Mapping[bytes, bytes], *arguments: str, cwd: Path
) -> subprocess.CompletedProcess[bytes]:
    names = (b"HOME", b"DISPLAY", b"WAYLAND_DISPLAY", b"QT_QPA_PLATFORM", b"LC_ALL")
    kept = {k: v for k, v in os.environb.items() if k not in names and b"XDG" not in k}
    return subprocess.run(
        [*CERTCLIENT, *arguments],
        env={**kept, b"LANG": b"C.UTF-8", **variables},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        check=False,
    )


def test_umask_000_leaves_nothing_open_to_others(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    before = os.umask(0)
    try:
        assert pc.run("renew", "--yes").code == 0
    finally:
        os.umask(before)
    written = [pc.home / ".local", *(pc.home / ".local").rglob("*")]
    assert len(written) > 5
    for path in written:
        mode = stat.S_IMODE(path.lstat().st_mode)
        assert mode & 0o077 == 0, f"{path} {mode:o}"


@pytest.mark.parametrize(
    "name", ["it's (mine)", 'a "b" c', "日本語", b"\x83e\x83X\x83g", "new\nline", "a;b&c$d"]
)
def test_home_may_have_any_name(tmp_path: Path, name: str | bytes) -> None:
    home = os.fsencode(tmp_path) + b"/" + (name if isinstance(name, bytes) else name.encode())
    os.mkdir(home)
    for arguments in (("status", "--unfinished"), ("remind", "--json"), ("version",)):
        done = certclient({b"HOME": home}, *arguments, cwd=tmp_path)
        assert b"CC-INTERNAL" not in done.stdout + done.stderr, done.stderr
        assert b"Traceback" not in done.stderr
    assert certclient({b"HOME": home}, "version", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("home", [b"", b"relative", b"/nonexistent/home", b"/dev/null"])
def test_a_home_that_is_none_is_no_internal_error(tmp_path: Path, home: bytes) -> None:
    places = {b"XDG_STATE_HOME": os.fsencode(tmp_path)}
    done = certclient({b"HOME": home, **places}, "version", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert not (tmp_path / "relative").exists()


def test_relative_base_folders_are_ignored(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    variables = dict.fromkeys((b"XDG_STATE_HOME", b"XDG_DATA_HOME"), b"here")
    done = certclient({b"HOME": os.fsencode(home), **variables}, "version", cwd=tmp_path)
    assert done.returncode == 0
    assert not (tmp_path / "here").exists()
    assert (home / ".local/state/certclient/log/certclient.log").exists()


@pytest.mark.parametrize(
    "language", [b"C", b"POSIX", b"ja_JP.eucJP", b"ja_JP.SJIS", b"nonsense", b""]
)
@pytest.mark.parametrize("encoding", [b"", b"euc_jp", b"cp932:strict", b"ascii:strict"])
def test_no_language_or_encoding_stops_the_output(
    tmp_path: Path, language: bytes, encoding: bytes
) -> None:
    variables = {b"HOME": os.fsencode(tmp_path), b"LANG": language, b"PYTHONIOENCODING": encoding}
    done = certclient(variables, "--language", "ja", "list", "--profile", "信金😀", cwd=tmp_path)
    assert done.returncode == 2
    assert b"[CC-PROFILE-NOT-FOUND]" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.reliability("disk", "full where the log is")
@pytest.mark.parametrize("place", [".local/state/certclient/log", ".local/state"])
@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a full disk")
def test_log_on_a_full_disk_changes_nothing(pc: CliComputer, place: str) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    folder = pc.home / place
    folder.mkdir(parents=True)
    script = (
        f"mount -t tmpfs -o size=4k tmpfs '{folder}' && "
        f"(head -c 4096 /dev/zero > '{folder}/full' || true) && exec \"$@\""
    )
    command = [*CERTCLIENT, "--profile", str(pc.bank.profile_path), "renew", "--yes"]
    done = subprocess.run(
        ["unshare", "--mount", "--propagation=unchanged", "sh", "-c", script, "sh", *command],
        env=pc.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Logging error" not in done.stderr
    assert "完了しました" in done.stdout


def test_journal_that_cannot_be_written_stops_before_the_bank_is_asked(pc: CliComputer) -> None:
    old = pc.add_certificate(PC_USER, pc.nss.store())
    (pc.home / ".local/share").mkdir(parents=True)
    (pc.home / ".local/share/certclient").write_text("a file in place of the folder")
    done = pc.run("renew", "--yes")
    assert done.code == DATA_FOLDER_CODE
    assert "[CC-DATA-FOLDER]" in done.err
    assert [record.certificate for record in pc.bank.bank.certificates()] == [old]


@pytest.mark.reliability("journal", "its folder cannot be entered")
@pytest.mark.parametrize(
    ("place", "mode"), [(".local", 0), (".local/share/certclient", 0), (".local/share", 0o444)]
)
def test_a_data_folder_that_cannot_be_entered_is_named(
    pc: CliComputer, place: str, mode: int
) -> None:
    """A folder that belongs to root after sudo, for example."""
    pc.add_certificate(PC_USER, pc.nss.store())
    (pc.home / ".local/share/certclient").mkdir(parents=True)
    pc.modes_apply = True
    folder = pc.home / place
    before = folder.stat().st_mode & 0o7777
    folder.chmod(mode)
    try:
        listed = pc.run("list")
        assert listed.code == 0, listed.err
        assert PC_USER in listed.out
        assert "[CC-DATA-FOLDER]" in listed.err
        assert PC_USER in pc.run("remind").out
        for command in (["renew", "--yes"], ["status"], ["resume"], ["remove-data", "--yes"]):
            done = pc.run(*command)
            assert done.code == DATA_FOLDER_CODE, done.err
            assert "[CC-DATA-FOLDER]" in done.err
    finally:
        folder.chmod(before)
