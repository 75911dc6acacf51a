"""One procedure per user ID at a time, across processes; a killed process leaves no lock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from certclient.enrollment.lock import exclusive
from certclient.model.errors import CertclientError, ErrorCode

_HOLD = """
import pathlib, sys
from certclient.enrollment.lock import exclusive
with exclusive(pathlib.Path(sys.argv[1]), "bank", "USER1"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_lock_refuses_a_second_process_and_is_freed_when_the_holder_is_killed(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", _HOLD, os.fspath(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(CertclientError) as refused, exclusive(tmp_path, "bank", "USER1"):
            pytest.fail("two processes held one lock")
        assert refused.value.code is ErrorCode.PROCEDURE_RUNNING
        with exclusive(tmp_path, "bank", "USER2"), exclusive(tmp_path, "other", "USER1"):
            pass  # other users and other banks are not blocked
        holder.kill()
    with exclusive(tmp_path, "bank", "USER1"):
        pass


def test_a_user_id_is_never_a_path(tmp_path: Path) -> None:
    with exclusive(tmp_path / "locks", "bank", "../../etc/passwd"):
        assert [f.parent for f in tmp_path.rglob("*.lock")] == [tmp_path / "locks"]
