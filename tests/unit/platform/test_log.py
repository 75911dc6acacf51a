"""The log contains allowed fields only, and never the message of a third-party exception."""

from __future__ import annotations

import json
import logging
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log


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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows goes by the folder's ACL")
def test_log_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "certclient.log"
    with log.writing_to(path):
        log.event("step", step="create-key", seconds="0.2")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


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
