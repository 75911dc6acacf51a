"""The tests here run on a real Windows Python."""

import os
import platform
import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)


def test_python_is_windows_own() -> None:
    assert sys.platform == "win32"
    assert platform.machine() == "AMD64"


def test_the_customers_name_has_a_space_and_japanese_letters() -> None:
    assert Path(os.environ["USERPROFILE"]).name == "信金 太郎"
