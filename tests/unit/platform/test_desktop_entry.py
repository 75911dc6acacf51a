"""Registering the certclient: scheme on a Linux desktop."""

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


def test_setting_the_default_again_changes_nothing() -> None:
    once = with_default("")
    assert with_default(once) == once
    assert once == "[Default Applications]\nx-scheme-handler/certclient=certclient.desktop\n"


@pytest.mark.parametrize("word", ["/opt/two words/certclient", "/opt/a;b", "$HOME/x", "%f"])
def test_rejects_words_that_need_quoting(word: str) -> None:
    with pytest.raises(ValueError, match="desktop entry"):
        entry_text([word])
