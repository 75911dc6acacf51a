"""CapsLock where nobody can be asked. On a real keyboard: tests/ui/on_screen."""

from __future__ import annotations

import sys

import pytest

from certclient.platform.keyboard import caps_lock_on


@pytest.mark.skipif(sys.platform == "win32", reason="Windows always answers: tests/windows")
@pytest.mark.parametrize("window_system", ["offscreen", "wayland", "xcb"])
def test_unknown_without_a_screen_that_answers(
    window_system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":64999")
    assert caps_lock_on(window_system) is None
