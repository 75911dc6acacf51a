"""The versions that the bill of materials reads from CPython's files match the running CPython."""

from __future__ import annotations

import _decimal
import pyexpat
import shutil
import sqlite3
import ssl
import sys
import zlib
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from tools.installer.inside import in_python, microsofts

PYTHON = Path(sys.base_prefix)


def test_versions_match_those_reported_by_python(tmp_path: Path) -> None:
    for file in (*PYTHON.glob("*.dll"), *(PYTHON / "DLLs").iterdir()):
        if file.suffix in {".dll", ".pyd"}:
            shutil.copyfile(file, tmp_path / file.name)
    news = (PYTHON / "NEWS.txt").read_text(encoding="utf-8")
    found = {part.name: part.version for part in in_python(tmp_path, news)}
    assert found["openssl"] == ssl.OPENSSL_VERSION.split()[1]
    assert found["sqlite"] == sqlite3.sqlite_version
    assert f"expat_{found['expat']}" == pyexpat.EXPAT_VERSION
    assert found["zlib"] == zlib.ZLIB_RUNTIME_VERSION
    assert found["libmpdec"] == _decimal.__libmpdec_version__
    assert {"bzip2", "xz", "libffi"} <= set(found)
    assert found["bzip2"]
    assert list(microsofts(tmp_path))
