"""With a display: the main window against the practice bank, in stores of its own."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from certclient.configuration.profiles import load_profile
from certclient.model.destination import Destination
from certclient.model.secret import Secret
from demo.browser import window
from demo.command_line import CommandLine, practice_bank
from demo.customers import give_certificate, store_for
from demo.handover import to_the_windows
from demo.report import Report
from demo.world import SOFTHSM_MODULE, World, trust

PC_USER = "TKYM1408054"
USB_USER = "TKYM1408055"
NEW_USER = "TKYM1408056"
_PROFILE = "practice.toml"


def has_display() -> bool:
    """Whether a window could be opened here."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_windows(folder: Path, report: Report) -> None:
    """Two certificates that end in 20 days, an issue code for a third, and the main window.

    Returns when the window is closed. Raises CommandError if it ended badly.
    """
    world = World(folder, Secret(f"{secrets.randbelow(10**6):06}"))
    world.prepare()
    # Stores opened in this process look where those of the processes that it starts look.
    os.environ.update(world.environment)
    command_line = CommandLine(folder, world.environment)
    report.step("The practice bank 練習銀行 starts, a process of its own on this computer")
    with practice_bank(command_line, folder / "bank") as bank:
        bank.desk("profile", "--out", _PROFILE, "--pkcs11-module", str(SOFTHSM_MODULE))
        report.step("Two customers whose certificates end in 20 days, and a new one")
        for user_id, place in ((PC_USER, Destination.PC), (USB_USER, Destination.USB)):
            give_certificate(bank, world, user_id, store_for(place))
        bank.desk("customer", "add", NEW_USER)
        code = bank.desk("issue-code", NEW_USER).strip()
        _let_the_browser_trust(world)
        to_the_windows(world, folder / _PROFILE)
        report.step("The browser opens at the bank; the page's link opens the app")
        report.fact(f"the bank: {bank.public_url}")
        report.fact(f"its desk, for the operator: {bank.operator_url}")
        report.fact(f"log in as 利用者 with {PC_USER}, open 重要なお知らせ, follow the link")
        report.step("The main window opens; close it to end the demo")
        report.fact(f"{PC_USER}: renew it on this PC, two clicks")
        report.fact(f"{USB_USER}: renew it on the USB token, PIN {world.pin.reveal()}")
        report.fact(f"{NEW_USER}: obtain it with the issue code {code}")
        with window(folder / "browser", world.environment, bank.public_url):
            command_line.show("--profile", _PROFILE)


def _let_the_browser_trust(world: World) -> None:
    """So that 「今すぐログイン」 shows the practice bank's page without a warning."""
    anchor = load_profile(world.folder / _PROFILE).tls_anchors[0]
    root = world.folder / "root.pem"
    root.write_bytes(anchor.x509.public_bytes(Encoding.PEM))
    trust(world.nss_database, root, world.environment)
