"""Reads the setup's dialogs like a screen reader, and presses keys in them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from support.fakes import screen_reader
from support.screen import VirtualScreen
from support.setups import SetupUser
from tools.wine.sandbox import JAPANESE

FONT = "Meiryo UI"
"""The setup's font for Japanese. Windows has it; here another font replaces it."""


@dataclass(frozen=True)
class Control:
    """A window, label, button or check box; `&` in `text` marks the access key."""

    text: str
    enabled: bool
    ticked: bool


@dataclass(frozen=True)
class Dialogs:
    """The dialogs on `screen` for `customer` in a Japanese Windows. `pictures`: a folder for
    screenshots for people."""

    customer: SetupUser
    screen: VirtualScreen
    pictures: Path

    @classmethod
    def of(cls, customer: SetupUser, screen: VirtualScreen, pictures: Path) -> Dialogs:
        """Prepares that Windows; call it before any program runs there."""
        customer.windows.environment["LC_MESSAGES"] = JAPANESE
        shutil.copyfile(screen_reader(), customer.windows.shared / "reader.exe")
        key = r"HKCU\Software\Wine\Fonts\Replacements"
        customer.windows.wine("reg", "add", key, "/v", FONT, "/d", "Noto Sans CJK JP", "/f")
        pictures.mkdir(parents=True, exist_ok=True)
        return cls(customer, screen, pictures)

    def controls(self) -> list[Control]:
        done = self.customer.windows.wine(r"Z:\keep\reader.exe")
        lines = (line.split("\t") for line in done.stdout.decode(errors="replace").splitlines())
        return [
            Control(words[3].strip(), words[1] == "on", words[2] == "ticked")
            for words in lines
            if len(words) == 4
        ]

    def find(self, text: str) -> Control | None:
        """The first control whose text starts with `text`."""
        return next((one for one in self.controls() if one.text.startswith(text)), None)

    def waits_with(self, text: str) -> None:
        """Waits until such a control is enabled."""
        self.customer.wait_until(lambda: (found := self.find(text)) is not None and found.enabled)

    def picture(self, name: str) -> None:
        self.screen.picture(self.pictures / f"{name}.png")
