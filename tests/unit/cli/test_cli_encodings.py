"""Output in encodings that lack some characters, as in a pipe on Windows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def certclient(home: Path, encoding: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "HOME": str(home)}
    command = (sys.executable, "-m", "certclient", "--language", "ja", *arguments)
    return subprocess.run(command, env=environment, capture_output=True, check=False)


@pytest.mark.parametrize("encoding", ["cp1252", "cp932", "ascii", "utf-8"])
def test_json_preserves_all_characters_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    done = certclient(tmp_path, encoding, "list", "--json", "--profile", "信金😀")
    error = json.loads(done.stdout.decode(encoding))["error"]
    assert error["data"]["file"] == "信金😀"
    assert error["title"] == "金融機関の設定ファイルが見つかりません"
    assert done.stdout.isascii() is (encoding != "utf-8")
    assert done.returncode == 2


@pytest.mark.parametrize("encoding", ["cp1252", "cp932"])
def test_unencodable_characters_do_not_stop_the_command(tmp_path: Path, encoding: str) -> None:
    done = certclient(tmp_path, encoding, "list", "--profile", "信金😀")
    output = done.stderr.decode(encoding)
    assert done.returncode == 2
    assert "CC-PROFILE-NOT-FOUND" in output
    assert ("金融機関の設定ファイルが見つかりません" in output) is (encoding == "cp932")
