"""TerminateProcess before and after every change of journal, bank, store and keys, then `resume`.

What tests/torture/test_kills.py is on Linux, with the calls of Windows as changes. Afterwards the
customer has exactly one certificate that logs in, or the old one as before; the bank's books say
the same, and no key, container, certificate or file is left over. Each case takes some seconds:
`make torture` runs all, `make test` a few.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from certclient.model.certificate import Certificate
from certclient.model.keys import own_label
from support.bank_service import BankService
from support.torture.known_changes import changes_on_windows
from support.torture.selection import generator, sample
from support.torture.windows_computer import KilledWindows
from support.windows_pc import CNG, WindowsComputer

PLACE = "a double of CNG" if CNG else "CryptoAPI"
CHANGES = changes_on_windows(cng=CNG)


@pytest.fixture
def killed(computer: WindowsComputer, bank_service: BankService, tmp_path: Path) -> KilledWindows:
    """Wine's crypt32 finds no CNG key for TLS, so the login cannot be tested with CNG keys."""
    lines = bank_service.profile_text().splitlines(keepends=True)
    profile = tmp_path / "profile.toml"
    kept = [line for line in lines if not (CNG and line.startswith("login_test_url"))]
    profile.write_text("".join(kept), encoding="utf-8")
    return KilledWindows(computer, bank_service, profile, bank_service.new_customer())


def with_certificate(killed: KilledWindows, days: int = 20) -> Certificate:
    label = own_label("feed0001feed0001")
    return killed.pc.add_certificate(killed.service, killed.user_id, days, label=label)


def put_away(killed: KilledWindows) -> Certificate:
    old = with_certificate(killed, -1)
    killed.succeeds("remove", old.serial_hex, "--yes")
    return old


def renewal(killed: KilledWindows, moment: int) -> None:
    old = with_certificate(killed)
    killed.is_killed(f"kill@{moment}", "renew")
    assert killed.pc.usable(), "a certificate to log in with exists at all times"
    begun = len(killed.open_procedures())
    assert begun == (0 < moment < len(CHANGES["renew"]))
    killed.resume()
    renewed_or_as_before(killed, old, moment)


def renewed_or_as_before(killed: KilledWindows, old: Certificate, moment: int) -> None:
    if moment == 0:
        killed.assert_as_before(old)
    else:
        killed.assert_one_certificate_logs_in(old)


def renewal_and_resumption(killed: KilledWindows, moment: int) -> None:
    old = with_certificate(killed)
    killed.is_killed(f"kill@{moment}", "renew")
    left = len(CHANGES["renew"]) - moment
    second = generator("second", PLACE, moment).randrange(left + 1)
    # Nobody knows how many changes are left: after the last one, it has ended.
    ended = killed.is_killed_or_ends(f"kill@{second}", "resume")
    assert second or not ended, "killed before its first change at the latest"
    assert killed.pc.usable(), "a certificate to log in with exists at all times"
    killed.resume()
    renewed_or_as_before(killed, old, moment)


def first_certificate(killed: KilledWindows, moment: int) -> None:
    """It is finished with the same code."""
    code = killed.service.issue_code(killed.user_id)
    killed.is_killed(f"kill@{moment}", "obtain", killed.user_id, code)
    killed.resume(code)
    if moment == 0:
        assert (killed.pc.usable(), killed.service.states(killed.user_id)) == ([], {})
        killed.assert_nothing_left_over()
    else:
        killed.assert_one_certificate_logs_in(None)


def revocation(killed: KilledWindows, moment: int) -> None:
    """It is repeated."""
    old = with_certificate(killed)
    killed.is_killed(f"kill@{moment}", "revoke")
    if moment == 0:
        killed.assert_as_before(old)
    if moment <= CHANGES["revoke"].index("journal:rejection"):  # seen as it was before
        killed.succeeds("revoke", old.serial_hex, "--yes", "--last-one")
    elif not killed.stored(old).archived:  # the journal knows it, the store still shows it
        killed.succeeds("remove", old.serial_hex, "--yes")
    assert killed.service.states(killed.user_id) == {old.serial_hex: "revoked"}
    assert killed.pc.usable() == []
    assert killed.stored(old).archived
    killed.assert_nothing_left_over()


def putting_away(killed: KilledWindows, moment: int) -> None:
    """It has happened or not."""
    old = with_certificate(killed, -1)
    killed.is_killed(f"kill@{moment}", "archive")
    away = killed.stored(old).archived
    assert away == (moment == len(CHANGES["archive"]))
    killed.succeeds("restore" if away else "remove", old.serial_hex, "--yes")
    assert killed.pc.usable() == ([old] if away else [])
    killed.assert_nothing_left_over()


def bringing_back(killed: KilledWindows, moment: int) -> None:
    """It has happened or not."""
    old = put_away(killed)
    killed.is_killed(f"kill@{moment}", "restore")
    away = killed.stored(old).archived
    assert away == (moment < len(CHANGES["restore"]))
    killed.succeeds("restore" if away else "remove", old.serial_hex, "--yes")
    assert killed.pc.usable() == ([old] if away else [])
    killed.assert_nothing_left_over()


def deletion(killed: KilledWindows, moment: int) -> None:
    """What is left of it is found, and deleted."""
    old = with_certificate(killed, -1)
    killed.is_killed(f"kill@{moment}", "delete")
    if any(stored.certificate == old for stored in killed.pc.store.certificates()):
        killed.succeeds("remove", old.serial_hex, "--delete", "--yes")
    for label in killed.pc.store.unused_keys():
        killed.succeeds("remove-key", label, "--yes")
    assert killed.pc.store.certificates() == []
    killed.assert_nothing_left_over()


@dataclass(frozen=True)
class Kind:
    """What is killed, a test's course of it, and how many moments `make test` takes: with CAPI and
    with CNG."""

    command: str
    course: Callable[[KilledWindows, int], None]
    few: tuple[int, int] = (0, 0)

    @property
    def moments(self) -> list[int]:
        """Before the first change, after each one."""
        every = range(len(CHANGES[self.command]) + 1)
        return sample(f"{PLACE} {self.course.__name__}", every, self.few[CNG])


KINDS: Mapping[str, Kind] = {
    "a renewal": Kind("renew", renewal, (1, 1)),
    "a renewal, then its resumption": Kind("renew", renewal_and_resumption),
    "a first certificate (取得)": Kind("obtain", first_certificate, (1, 0)),
    "a revocation (失効)": Kind("revoke", revocation, (0, 1)),
    "putting away": Kind("archive", putting_away, (1, 0)),
    "bringing back": Kind("restore", bringing_back),
    "deleting with the key": Kind("delete", deletion),
}
ALL = [(name, moment) for name, kind in KINDS.items() for moment in kind.moments]


@pytest.mark.reliability("Windows", "{kind}, {keys}")
@pytest.mark.parametrize("keys", [PLACE])
@pytest.mark.parametrize(("kind", "moment"), ALL)
def test_killed(killed: KilledWindows, kind: str, moment: int, keys: str) -> None:
    KINDS[kind].course(killed, moment)


@pytest.mark.parametrize("command", sample(f"{PLACE} changes", list(CHANGES), 1))
def test_every_change_is_known(killed: KilledWindows, command: str) -> None:
    arguments: tuple[str, ...] = ()
    if command == "obtain":
        arguments = (killed.user_id, killed.service.issue_code(killed.user_id))
    elif command == "restore":
        put_away(killed)
    else:
        with_certificate(killed)
    done = killed.breaks("none@0", command, *arguments)
    assert done.returncode == 0, done.stderr
    assert tuple(done.stdout.split()) == CHANGES[command]
