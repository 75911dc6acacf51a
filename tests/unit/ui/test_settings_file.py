"""The settings file: private whatever the umask, and no obstacle where it cannot be written."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from certclient.i18n.catalogue import Language
from certclient.ui.settings import UiSettings


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
def test_settings_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        UiSettings(tmp_path / "config" / "settings.ini").language = Language.ENGLISH
    finally:
        os.umask(before)
    for path in (tmp_path / "config", tmp_path / "config" / "settings.ini"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert UiSettings(tmp_path / "config" / "settings.ini").language is Language.ENGLISH


def test_settings_that_cannot_be_written_last_until_the_end(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file in place of the folder")
    settings = UiSettings(tmp_path / "config" / "settings.ini")
    settings.language = Language.ENGLISH
    assert settings.language is Language.ENGLISH
