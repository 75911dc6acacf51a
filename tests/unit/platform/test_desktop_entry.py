"""Registering the certclient: scheme on a Linux desktop."""

import os
import stat
import sys
from pathlib import Path

import pytest

from certclient.platform.desktop_entry import entry_text, register, with_default


def test_registration_keeps_other_associations(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    before = (
        "[Added Associations]\ntext/plain=editor.desktop\n\n"
        "[Default Applications]\nx-scheme-handler/certclient=old.desktop\n"
        "x-scheme-handler/mailto=mail.desktop\n"
    )
    (config / "mimeapps.list").write_text(before)
    entry = register(["/opt/certclient/certclient"], tmp_path / "data", config)
    assert "Exec=/opt/certclient/certclient %u\n" in entry.read_text()
    assert "MimeType=x-scheme-handler/certclient;\n" in entry.read_text()
    after = (config / "mimeapps.list").read_text()
    assert after == before.replace("old.desktop", "certclient.desktop")


def test_registration_keeps_lines_that_are_not_utf_8(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "mimeapps.list").write_bytes(b"[Added Associations]\ntext/plain=\x83e.desktop\n")
    register(["/opt/certclient/certclient"], tmp_path / "data", config)
    assert b"text/plain=\x83e.desktop\n" in (config / "mimeapps.list").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
def test_nobody_else_may_change_the_command_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        entry = register(["/opt/certclient/certclient"], tmp_path / "data", tmp_path / "config")
    finally:
        os.umask(before)
    for path in (entry, entry.parent, tmp_path / "data", tmp_path / "config" / "mimeapps.list"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_setting_the_default_again_changes_nothing() -> None:
    once = with_default("")
    assert with_default(once) == once
    assert once == "[Default Applications]\nx-scheme-handler/certclient=certclient.desktop\n"


@pytest.mark.parametrize("word", ["/opt/two words/certclient", "/opt/a;b", "$HOME/x", "%f"])
def test_rejects_words_that_need_quoting(word: str) -> None:
    with pytest.raises(ValueError, match="desktop entry"):
        entry_text([word])
