"""These tests run on a genuine Windows Python."""

import os
import platform
import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)


def test_python_is_a_windows_build() -> None:
    assert sys.platform == "win32"
    assert platform.machine() == "AMD64"


def test_user_name_has_space_and_japanese_characters() -> None:
    assert Path(os.environ["USERPROFILE"]).name == "信金 太郎"
