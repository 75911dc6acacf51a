"""What the setup's dialogs say, read as a screen reader reads them, and keys pressed in them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from support.screen import Screen
from support.setups import Customer
from support.stand_ins import screen_reader
from tools.wine.sandbox import JAPANESE

FONT = "Meiryo UI"
"""What the setup writes Japanese in. Windows has it; here another one stands for it."""


@dataclass(frozen=True)
class Control:
    """A window, a label, a button or a box, with `&` before the letter that Alt presses."""

    text: str
    enabled: bool
    ticked: bool


@dataclass(frozen=True)
class Dialogs:
    """On `screen`, as `customer` sees them in a Japanese Windows. `pictures`: a folder for people
    who look at them."""

    customer: Customer
    screen: Screen
    pictures: Path

    @classmethod
    def of(cls, customer: Customer, screen: Screen, pictures: Path) -> Dialogs:
        """Before anything runs in that Windows."""
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
        """The control whose text begins so."""
        return next((one for one in self.controls() if one.text.startswith(text)), None)

    def waits_with(self, text: str) -> None:
        """Waits until such a control can be used."""
        self.customer.wait_until(lambda: (found := self.find(text)) is not None and found.enabled)

    def picture(self, name: str) -> None:
        self.screen.picture(self.pictures / f"{name}.png")
