"""A customer's year with the frozen program, in a quickly packed setup, for `make test`.

The earlier version is a stand-in. test_setup_program.py uses two frozen versions, with a renewal
across the update.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.customers_pc import MAIN_WINDOW, START_MENU, WIZARD, CustomersPc, customers_pc
from support.program_pc import BANK
from support.setups import MENU, PLACE, PLACE_OF_DATA, SetupBuilder
from tools.installer.short import EARLIER, ShortBuild

pytestmark = pytest.mark.timeout(3600)

A_YEAR = 360
"""Days, slightly less than a year."""
KEPT = {
    *("Logs\\", r"Logs\certclient.log", "instance.lock", "journal.sqlite", "locks\\"),
    *("last-seen.json", "remind.json", "reminders.json", "results.json", "updates.json"),
}
"""The user's files that an uninstaller keeps by default."""
_OF_A_BANK = re.compile(r"^remind-[0-9a-f]{8}\.json$")
"""What `remind` remembers of one bank."""


@pytest.fixture(scope="module")
def earlier(fakes: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return SetupBuilder.prepare_builder(tmp_path_factory.mktemp("bench")).setup(EARLIER)


@pytest.fixture
def pc(tmp_path: Path) -> Iterator[CustomersPc]:
    with customers_pc(tmp_path) as pc:
        yield pc


def test_life_cycle_from_installation_to_removal(
    earlier: Path, frozen: ShortBuild, pc: CustomersPc
) -> None:
    first, second = pc.add_certificate(2)
    version = frozen.settings.version
    assert pc.sets_up(earlier) == 0, pc.customer.log
    assert pc.contents() == {f"app-{EARLIER}"}
    assert pc.sets_up(frozen.setup()) == 0, pc.customer.log
    assert (pc.contents(), pc.version()) == ({f"app-{version}"}, version)
    pc.installs_bank_profile()
    start_from_start_menu(pc)
    renew_from_bank_link(pc, first)
    pc.starts_waiting_renewal(second)
    repair(pc, frozen.setup())
    pc.windows.wine(pc.console, "quit", "--wait", "30")  # the reminder that the setup restarted
    pc.resumes()
    assert pc.days_left()[second] > A_YEAR
    uninstall(pc)


def start_from_start_menu(pc: CustomersPc) -> None:
    pc.opens(START_MENU)
    assert pc.screen.shows(MAIN_WINDOW)
    assert pc.command_lines() == {(pc.program,)}
    pc.waits_until(lambda: len(pc.daily_tasks()) == 1)


def renew_from_bank_link(pc: CustomersPc, user_id: str) -> None:
    """今すぐ更新する, and 更新する for the consent, in the window that is already open."""
    pc.has_scheme_handler()
    link = f"certclient:renew?profile={BANK}&user={user_id}"
    pc.follows(link)
    assert pc.screen.shows(WIZARD)

    def confirm_and_check_renewal() -> bool:
        pc.screen.press_in(WIZARD, "alt+n", "alt+r")
        return pc.days_left()[user_id] > A_YEAR

    pc.waits_until(confirm_and_check_renewal)


def repair(pc: CustomersPc, setup: Path) -> None:
    """The open window quits by itself, and the damaged file is restored."""
    licence = pc.windows.path(rf"{PLACE}\LICENSE.txt")
    whole = licence.read_bytes()
    licence.write_bytes(b"")
    quits = pc.customer.log.count("quit: 0")
    assert pc.sets_up(setup) == 0, pc.customer.log
    assert pc.customer.log.count("quit: 0") == quits + 1
    assert licence.read_bytes() == whole


def uninstall(pc: CustomersPc) -> None:
    assert traces(pc), "otherwise the next lines prove nothing"
    pc.customer.uninstalls()
    assert traces(pc) == set()
    assert pc.is_left() == set()
    left = {_OF_A_BANK.sub("remind.json", name) for name in pc.customer.files(PLACE_OF_DATA)}
    assert left <= KEPT


def traces(pc: CustomersPc) -> set[str]:
    """Registry keys of the user, shortcuts and tasks that name the program. (Wine stores a
    certificate's private key in the registry, too.)"""
    return {
        *pc.daily_tasks(),
        *(path for path in pc.customer.files(MENU) if path.endswith("更新.lnk")),
        *(
            key
            for key, values in pc.windows.registry("HKEY_CURRENT_USER").items()
            if "certclient" in f"{key} {values}" and r"\Wine\Crypto" not in key
        ),
    }
