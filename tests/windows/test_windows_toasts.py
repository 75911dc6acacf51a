"""Notifications by Windows' own interface. Wine has none, so a double of it (native/toasts) takes
them; tests/windows/real_windows.py shows one on a real Windows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

import winreg

from certclient.platform.toasts import Toast, ToastButton, toast_xml
from certclient.platform.windows_toasts import APPLICATION_ID, REGISTERED_IN, show_toast

_CLASSES = r"Software\Microsoft\WindowsRuntime\ActivatableClassId"
_NAMES = (
    "Windows.Data.Xml.Dom.XmlDocument",
    "Windows.UI.Notifications.ToastNotification",
    "Windows.UI.Notifications.ToastNotificationManager",
)
_TOAST = Toast(
    "電子証明書の更新をお願いします",
    "あと5日です。",
    "reminder",
    "certclient:open",
    (ToastButton("今すぐ更新する", "certclient:renew?profile=a&user=B"), ToastButton("後で")),
)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Windows' notification platform; returns the file with what it was given."""
    machine, view = winreg.HKEY_LOCAL_MACHINE, winreg.KEY_WOW64_64KEY
    for name in _NAMES:
        with winreg.CreateKeyEx(machine, rf"{_CLASSES}\{name}", 0, winreg.KEY_WRITE | view) as key:
            winreg.SetValueEx(key, "DllPath", 0, winreg.REG_SZ, r"C:\windows\system32\toasts.dll")
    shown = tmp_path / "shown.txt"
    monkeypatch.setenv("CERTCLIENT_TOASTS", str(shown))
    yield shown
    for name in _NAMES:
        winreg.DeleteKeyEx(machine, rf"{_CLASSES}\{name}", view, 0)


@pytest.fixture
def installed() -> Iterator[None]:
    """What the setup registers."""
    winreg.CreateKey(winreg.HKEY_CURRENT_USER, REGISTERED_IN).Close()
    yield
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, REGISTERED_IN)


@pytest.mark.usefixtures("installed")
def test_installed_program_shows_a_notification_with_buttons(platform: Path) -> None:
    assert show_toast(_TOAST)
    lines = platform.read_text(encoding="utf-16-le").splitlines()
    assert lines == [APPLICATION_ID, _TOAST.tag, toast_xml(_TOAST)]


@pytest.mark.usefixtures("installed")
def test_user_who_switched_them_off_gets_none(
    platform: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_TOASTS_SETTING", "1")
    assert not show_toast(_TOAST)
    assert not platform.exists()


def test_program_that_is_not_installed_shows_none(platform: Path) -> None:
    assert not show_toast(_TOAST)
    assert not platform.exists()


@pytest.mark.usefixtures("installed")
def test_windows_without_notifications_shows_none() -> None:
    assert not show_toast(_TOAST)
