"""With a display: opens the main window against the practice bank, with temporary stores."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from certclient.bootstrap import display_problem
from certclient.configuration.profiles import load_profile
from certclient.model.destination import Destination
from certclient.model.secret import Secret
from demo.browser import window
from demo.command_line import CommandLine, practice_bank
from demo.customers import issue_certificate_to, store_for
from demo.handover import to_the_windows
from demo.report import DemoReport
from demo.world import SOFTHSM_MODULE, World, trust

PC_USER = "TKYM1408054"
USB_USER = "TKYM1408055"
NEW_USER = "TKYM1408056"
_PROFILE = "practice.toml"


def has_display() -> bool:
    """Returns whether X11 or Wayland is available and answers."""
    named = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(named) and display_problem() is None


def open_windows(folder: Path, report: DemoReport) -> None:
    """Opens the main window with two certificates that expire in 20 days and an issue code.

    Returns when the window is closed. Raises CommandError if the app exits with an error.
    """
    world = World(folder, Secret(f"{secrets.randbelow(10**6):06}"))
    world.prepare()
    # Stores opened in this process must use the same folders as those in child processes.
    os.environ.update(world.environment)
    command_line = CommandLine(folder, world.environment)
    report.step("The practice bank 練習銀行 starts, a process of its own on this computer")
    with practice_bank(command_line, folder / "bank") as bank:
        bank.admin("profile", "--out", _PROFILE, "--pkcs11-module", str(SOFTHSM_MODULE))
        report.step("Two customers whose certificates end in 20 days, and a new one")
        for user_id, place in ((PC_USER, Destination.PC), (USB_USER, Destination.USB)):
            issue_certificate_to(bank, world, user_id, store_for(place))
        bank.admin("customer", "add", NEW_USER)
        code = bank.admin("issue-code", NEW_USER).strip()
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
    """Makes 「今すぐログイン」 open the practice bank's page without a certificate warning."""
    anchor = load_profile(world.folder / _PROFILE).tls_anchors[0]
    root = world.folder / "root.pem"
    root.write_bytes(anchor.x509.public_bytes(Encoding.PEM))
    trust(world.nss_database, root, world.environment)
