"""練習する in the published program on Windows: begun from the menu, renewed, closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from certclient.model.practice import DAYS_LEFT, RENEWING
from certclient.platform.rehearsal import PREFIX, VARIABLE
from support.customers_pc import MAIN_WINDOW, START_MENU, WIZARD, CustomersPc, customers_pc
from support.program_pc import DONE
from support.setups import TEMPORARY
from tools.installer.nsis import setup_name
from tools.installer.settings import Places, read_settings

from .conftest import SETTINGS_FILE, skip_renamed_product

pytestmark = [pytest.mark.installer, pytest.mark.timeout(3600)]

SETTINGS = read_settings(SETTINGS_FILE)
A_YEAR = 360
"""Days, slightly less than a year."""
BANNER = QColor("#ffd400")
PLACES_OF_KEYS = (r"HKCU\Software\Microsoft\SystemCertificates", r"HKCU\Software\Wine\Crypto")


@pytest.fixture
def pc(installer_build: Places, tmp_path: Path) -> Iterator[CustomersPc]:
    """With the published program."""
    skip_renamed_product(SETTINGS)
    if not SETTINGS.contents.practice_bank:
        pytest.skip("this build leaves the practice bank out")
    with customers_pc(tmp_path) as pc:
        setup = installer_build.results / f"{setup_name(SETTINGS)}.exe"
        assert pc.sets_up(setup) == DONE, pc.customer.log
        yield pc


@dataclass(frozen=True)
class Practice:
    """A rehearsal in `folder`; `customers`: the X client of the program that began it."""

    pc: CustomersPc
    folder: Path
    customers: int

    def listed(self) -> dict[str, int]:
        """Days left of the newest certificate of each user ID, for a terminal that takes part.

        (Wine cannot put a certificate away: it has no CERT_ARCHIVED_PROP_ID.)"""
        environment = {VARIABLE: rf"{TEMPORARY}\{self.folder.name}"}
        command = ("wine", self.pc.console, "list", "--json")
        done = self.pc.windows.run(*command, environment=environment)
        text = done.stdout.decode("utf-8", errors="replace")
        answer = json.loads(text[text.index("{") :])
        assert answer["profile"] == "practice"
        found = sorted((one["days_left"], one["user_id"]) for one in answer["certificates"])
        return {user_id: days for days, user_id in found}

    def windows(self) -> list[str]:
        """Its main window, and what says at first how to practise."""
        shown = self.pc.screen.windows(MAIN_WINDOW)
        return sorted((one for one in shown if client_of(one) != self.customers), key=int)

    def goes_on(self) -> None:
        """What a customer presses next: OK, 今すぐ更新する, and the wizard's buttons."""
        shown = self.windows()
        if len(shown) > 1:
            self.pc.screen.press_slowly(shown[-1], "Return")
        elif self.pc.screen.windows(WIZARD):
            self.pc.screen.press_in(WIZARD, "alt+n", "alt+r")
        elif shown:
            self.pc.screen.press_slowly(shown[0], "alt+n")

    def closes(self) -> None:
        if self.pc.screen.windows(WIZARD):
            self.pc.screen.press_in(WIZARD, "alt+w")
        for window in self.windows():
            self.pc.screen.press_slowly(window, "alt+F4")


def client_of(window: str) -> int:
    """The X client of a window: what is above the 21 bits that Xvfb leaves to each client."""
    return int(window) >> 21


def begun_from_menu(pc: CustomersPc) -> Practice:
    """メニュー → 練習する, and OK for what the program says about it."""
    pc.opens(START_MENU)
    assert pc.screen.shows(MAIN_WINDOW)
    (window,) = pc.screen.windows(MAIN_WINDOW)
    temporary = pc.windows.path(TEMPORARY)

    def has_begun() -> bool:
        for shown in pc.screen.windows(MAIN_WINDOW):
            pc.screen.press_slowly(shown, *(("alt+u", "p") if shown == window else ("Return",)))
        return any(temporary.glob(f"{PREFIX}*/profiles/practice.toml"))

    pc.waits_until(has_begun)
    (profile,) = temporary.glob(f"{PREFIX}*/profiles/practice.toml")
    # Wine's TLS verifies host names only, not IP addresses.
    text = profile.read_text("utf-8").replace("//127.0.0.1:", "//localhost:")
    profile.write_text(text, "utf-8")
    return Practice(pc, profile.parent.parent, client_of(window))


def test_practising_from_the_menu_leaves_nothing(pc: CustomersPc, tmp_path: Path) -> None:
    practice = begun_from_menu(pc)
    pc.waits_until(lambda: bool(practice.windows()))
    assert practice.listed() == {RENEWING: DAYS_LEFT}
    assert own_certificates(pc) == [], "the customer's own store is another one"

    def renewed() -> bool:
        practice.goes_on()
        return practice.listed()[RENEWING] > A_YEAR

    pc.waits_until(renewed)
    picture = tmp_path / "renewed.png"
    pc.screen.picture(picture)
    assert shows_banner(picture)

    def ended() -> bool:
        practice.closes()
        return not practice.folder.exists()

    pc.waits_until(ended)
    pc.waits_until(lambda: pc.command_lines() == {(pc.program,)})
    kept = [pc.windows.registry(place) for place in PLACES_OF_KEYS]
    assert not any("certclient" in f"{values}" for values in kept)
    assert not list(pc.windows.path(TEMPORARY).glob(f"{PREFIX}*"))
    assert own_certificates(pc) == []


def own_certificates(pc: CustomersPc) -> list[str]:
    """Serial numbers of what the customer has outside the rehearsal."""
    _, answer = pc.certclient("list")
    return [one["serial"] for one in answer["certificates"]]


def shows_banner(picture: Path) -> bool:
    """Whether a whole row of the screen, but for words and edges, has the banner's yellow."""
    image = QImage(str(picture))
    width = image.width()
    return any(
        sum(image.pixelColor(x, y) == BANNER for x in range(0, width, 8)) > width // 16
        for y in range(image.height())
    )
