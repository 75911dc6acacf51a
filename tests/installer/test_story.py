"""A customer's year with the program, as `make test` can afford it: frozen, in a quick setup.

The earlier version is a program of a few kilobytes. test_setup_program.py has two that were both
really frozen, and a renewal between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.customers_pc import MAIN_WINDOW, START_MENU, WIZARD, CustomersPc, customers_pc
from support.program_pc import BANK
from support.setups import MENU, PLACE, PLACE_OF_DATA, Workbench
from tools.installer.short import EARLIER, ShortBuild

pytestmark = pytest.mark.timeout(3600)

A_YEAR = 360
"""Days, nearly."""
KEPT = {
    *("Logs\\", r"Logs\certclient.log", "instance.lock", "journal.sqlite", "locks\\"),
    *("reminders.json", "updates.json"),
}
"""What an uninstaller leaves of the user's own, unless told otherwise."""


@pytest.fixture(scope="module")
def earlier(stand_ins: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Workbench.furnish(tmp_path_factory.mktemp("bench")).setup(EARLIER)


@pytest.fixture
def pc(tmp_path: Path) -> Iterator[CustomersPc]:
    with customers_pc(tmp_path) as pc:
        yield pc


def test_installed_updated_used_repaired_in_the_middle_and_removed(
    earlier: Path, frozen: ShortBuild, pc: CustomersPc
) -> None:
    first, second = pc.give(2)
    version = frozen.settings.version
    assert pc.sets_up(earlier) == 0, pc.customer.log
    assert pc.contents() == {f"app-{EARLIER}"}
    assert pc.sets_up(frozen.setup()) == 0, pc.customer.log
    assert (pc.contents(), pc.version()) == ({f"app-{version}"}, version)
    pc.learns_of_the_bank()
    starts_it_from_the_start_menu(pc)
    renews_from_the_banks_link(pc, first)
    pc.begins_a_renewal_that_has_to_wait(second)
    repairs(pc, frozen.setup())
    pc.windows.wine(pc.console, "quit", "--wait", "30")  # the reminder, which came back
    pc.resumes()
    assert pc.days_left()[second] > A_YEAR
    removes_it(pc)


def starts_it_from_the_start_menu(pc: CustomersPc) -> None:
    pc.opens(START_MENU)
    assert pc.screen.shows(MAIN_WINDOW)
    assert pc.command_lines() == {(pc.program,)}
    pc.waits_until(lambda: len(pc.daily_tasks()) == 1)


def renews_from_the_banks_link(pc: CustomersPc, user_id: str) -> None:
    """今すぐ更新する, and 更新する for the one consent; in the window that is open already."""
    pc.knows_the_scheme()
    link = f"certclient:renew?profile={BANK}&user={user_id}"
    pc.follows(link)
    assert pc.screen.shows(WIZARD)

    def goes_on() -> bool:
        pc.screen.press_in(WIZARD, "alt+n", "alt+r")
        return pc.days_left()[user_id] > A_YEAR

    pc.waits_until(goes_on)


def repairs(pc: CustomersPc, setup: Path) -> None:
    """The window that is open goes by itself, and what was damaged is whole."""
    licence = pc.windows.path(rf"{PLACE}\LICENSE.txt")
    whole = licence.read_bytes()
    licence.write_bytes(b"")
    quits = pc.customer.log.count("quit: 0")
    assert pc.sets_up(setup) == 0, pc.customer.log
    assert pc.customer.log.count("quit: 0") == quits + 1
    assert licence.read_bytes() == whole


def removes_it(pc: CustomersPc) -> None:
    assert traces(pc), "else the next lines show nothing"
    pc.customer.uninstalls()
    assert traces(pc) == set()
    assert pc.is_left() == set()
    assert pc.customer.files(PLACE_OF_DATA) <= KEPT


def traces(pc: CustomersPc) -> set[str]:
    """Keys of the user's registry, shortcuts and tasks that name us. (A certificate's key is where
    Wine keeps such keys.)"""
    return {
        *pc.daily_tasks(),
        *(path for path in pc.customer.files(MENU) if path.endswith("更新.lnk")),
        *(
            key
            for key, values in pc.windows.registry("HKEY_CURRENT_USER").items()
            if "certclient" in f"{key} {values}" and r"\Wine\Crypto" not in key
        ),
    }
