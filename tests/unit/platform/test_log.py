"""The log contains allowed fields only, and never the message of a third-party exception."""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log, log_lines

ON_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows goes by the folder's ACL")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_event_is_one_line_of_json(tmp_path: Path) -> None:
    path = tmp_path / "new" / "certclient.log"
    with log.writing_to(path):
        log.event("step", step="create-key", seconds="0.2")
    log.event("step", step="after the end")
    (line,) = lines(path)
    assert line["event"] == "step"
    assert line["step"] == "create-key"


@ON_POSIX
def test_log_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "certclient.log"
    with log.writing_to(path):
        log.event("step", step="create-key", seconds="0.2")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@ON_POSIX
def test_every_file_is_readable_by_its_owner_only_after_rotation_whatever_the_umask(
    tmp_path: Path,
) -> None:
    path = tmp_path / "new" / "certclient.log"
    path.parent.mkdir(mode=0o700)
    path.touch()
    path.chmod(0o666)
    before = os.umask(0)
    try:
        with log.writing_to(path):
            for _ in range(30):
                log.event("x" * 100_000)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()]
    assert len(modes) > 1
    assert set(modes) == {0o600}


@ON_POSIX
def test_log_is_not_written_through_a_link_or_a_second_name(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("kept")
    (tmp_path / "link.log").symlink_to(other)
    (tmp_path / "name.log").hardlink_to(other)
    (tmp_path / "dangling.log").symlink_to(tmp_path / "created")
    for name in ("link.log", "name.log", "dangling.log"):
        with log.writing_to(tmp_path / name):
            log.event("step", step="create-key")
        log_lines.append(str(tmp_path / name), "a line")
    assert other.read_text() == "kept"
    assert not (tmp_path / "created").exists()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root is led so")
@pytest.mark.parametrize("how", ["owner", "link", "mode"])
def test_root_does_not_log_where_a_user_leads_it(tmp_path: Path, how: str) -> None:
    home, folder = tmp_path / "home", tmp_path / "home" / "state" / "log"
    home.mkdir()
    (tmp_path / "etc").mkdir()
    if how == "owner":
        os.chown(home, 12345, 12345)
    if how == "mode":
        home.chmod(0o777)
    if how == "link":
        (home / "state").symlink_to(tmp_path / "etc")
        os.chown(home / "state", 12345, 12345, follow_symlinks=False)
    with log.writing_to(folder / "certclient.log"):
        log.event("step", step="create-key")
    assert not list(tmp_path.rglob("certclient.log"))


def test_invisible_characters_are_escaped(tmp_path: Path) -> None:
    path = tmp_path / "certclient.log"
    hostile = "a\x9b31m\x1b[2J\u202egnp\u200b\x85\x7f\udc80\U000e0041金庫"
    with log.writing_to(path):
        log.event("step", step=hostile)
    log_lines.append(str(path), log_lines.line("step", {"step": hostile}))
    text = path.read_text(encoding="utf-8")
    assert text.replace("\n", "").isprintable()
    assert "金庫" in text
    found = [line["step"] for line in lines(path)]
    assert found[0] == hostile
    assert len(set(found)) == 1


@pytest.mark.parametrize("field", ["pin", "user_id", "name", "message", "text"])
def test_field_outside_the_allow_list_raises(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        log.event("step", **{field: "x"})


def test_error_is_logged_with_its_code_and_allowed_fields_only(tmp_path: Path) -> None:
    path = tmp_path / "certclient.log"
    with log.writing_to(path):
        log.error(CertclientError(ErrorCode.CA_REFUSED, message="山田太郎様", serial="0a"))
    (line,) = lines(path)
    assert line["code"] == "CC-CA-REFUSED"
    assert line["serial"] == "0a"
    assert "山田" not in path.read_text(encoding="utf-8")


def test_crash_is_logged_with_traceback_but_without_messages(tmp_path: Path) -> None:
    path = tmp_path / "certclient.log"

    def inner() -> None:
        raise ValueError("PIN 824601")

    def outer() -> None:
        try:
            inner()
        except ValueError as error:
            raise RuntimeError("code AB23") from error

    with log.writing_to(path), pytest.raises(RuntimeError) as raised:
        outer()
    with log.writing_to(path):
        log.crash(raised.value)
    (line,) = lines(path)
    trace = "\n".join(line["trace"])
    for word in ("RuntimeError", "ValueError", "test_log.py", "inner", "outer"):
        assert word in trace
    assert "824601" not in trace
    assert "AB23" not in trace


def test_crash_with_a_cause_that_leads_back_to_it_is_logged(tmp_path: Path) -> None:
    path, first, second = tmp_path / "certclient.log", ValueError(), RuntimeError()
    first.__cause__, second.__cause__ = second, first
    with log.writing_to(path):
        log.crash(first)
    (line,) = lines(path)
    assert line["trace"] == ["builtins.ValueError", "builtins.RuntimeError"]


def test_log_size_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "certclient.log"
    with log.writing_to(path):
        for _ in range(60):
            log.event("x" * 100_000)
    files = list(tmp_path.iterdir())
    assert 1 < len(files) <= 4
    assert all(file.stat().st_size <= 1 << 20 for file in files)


def test_unwritable_log_is_ignored(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with log.writing_to(blocked / "certclient.log"):
        log.event("step", step="create-key")


def test_records_of_other_loggers_stay_out_of_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """For --verbose, the practice bank logs refused user IDs: to the terminal, not to this file."""
    path = tmp_path / "certclient.log"
    with log.writing_to(path), caplog.at_level(logging.INFO):
        logging.getLogger("certclient_practice.desk").info("refused: TKYM1408054")
        log.event("command", command="practice")
    assert "TKYM1408054" not in path.read_text()
    assert "TKYM1408054" in caplog.text
