"""From one of a renewal's writes on, the disk is full or broken; then it works again.

The error is reported with its code, and the next run ends the renewal. All cases: `make torture`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from certclient.cli.exit_codes import DONE
from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode
from support.forks import CompletedProgram
from support.torture.computer import Computers, KilledComputer
from support.torture.failing_disk import FailingDisk, Failure
from support.torture.known_changes import CHANGES, after
from support.torture.selection import sample

TESTS = Path(__file__).parents[1]
MOMENTS = range(len(CHANGES["renew"]))
"""Before each change of a renewal."""
KEY = CHANGES["renew"].index("C_GenerateKeyPair")
"""NSS is to make the key then, and says something else than that the disk takes nothing."""
CONFIRMED = after("confirm")
"""What is written from here on may be put off: the renewal may end without an error."""
ERRORS = {
    ErrorCode.DATA_FOLDER.code,
    ErrorCode.TOKEN_FULL.code,
    ErrorCode.TOKEN_FAILED.code,
    ErrorCode.STORE_UNAVAILABLE.code,
    ErrorCode.TOKEN_WRITE_PROTECTED.code,
}


def _may_mount() -> bool:
    if os.geteuid() != 0:
        return False
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return tried.returncode == 0


def ends_right(computer: KilledComputer, old: Certificate) -> None:
    """There is room again: what is open is finished; what was taken back is begun anew."""
    assert old in computer.usable() or computer.stored(old).archived
    computer.resume()
    if computer.usable() == [old]:
        computer.assert_as_before(old)
        assert computer.certclient("renew", computer.user_id, "--yes").code == DONE
    computer.assert_one_certificate_logs_in(old)


def assert_reported(moment: int, code: int, errors: str) -> None:
    """One of the errors that may be reported, or none where the rest may be put off."""
    put_off = moment >= CONFIRMED and not errors
    assert put_off or errors.strip() in ERRORS, errors
    assert code == (0 if put_off else 1), errors


@pytest.mark.reliability("disk", "no file can grow, from one of a renewal's changes on")
@pytest.mark.parametrize("moment", sorted({KEY, *sample("limit", MOMENTS, 2)}))
def test_writes_that_fail(computers: Computers, moment: int) -> None:
    computer, old = computers.with_certificate("NSS")
    done = computer.breaks(f"limit@{moment}", "renew")
    assert_reported(moment, done.code, done.err)
    ends_right(computer, old)


_ON_A_SMALL_DISK = """
mount -t tmpfs -o size=2m tmpfs "$HOME" && cp -a "$KEPT/." "$HOME" || exit 99
"$@"
code=$?
rm -f "$HOME/full"
cp -a "$HOME" "$KEPT.after"
exit $code
"""


@pytest.mark.reliability("disk", "full, from one of a renewal's changes on")
@pytest.mark.skipif(not _may_mount(), reason="mounts a small disk: runs as root with namespaces")
@pytest.mark.parametrize("moment", sample("full", MOMENTS, 1))
def test_a_full_disk(computers: Computers, tmp_path: Path, moment: int) -> None:
    computer, old = computers.with_certificate("NSS")
    home, kept = computer.home, tmp_path / "kept"
    shutil.copytree(home, kept)
    words = (str(computer.profile_path), f"full:{home / 'full'}@{moment}", "renew", "pc")
    done = subprocess.run(
        [
            *("unshare", "--mount", "sh", "-c", _ON_A_SMALL_DISK, "sh"),
            *(sys.executable, "-W", "error", "-m", "support.crash_process", *words),
        ],
        env={**computer.environment, "KEPT": str(kept), "PYTHONPATH": f"{TESTS}:{TESTS.parent}"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert_reported(moment, done.returncode, done.stderr)
    shutil.rmtree(home)
    (tmp_path / "kept.after").rename(home)
    ends_right(computer, old)


TIMES = ("once", "from then on")
SURELY = 0.8
"""Of the calls that a renewal usually makes, so many are made even if its records are short."""


def calls(usual: int, step: int) -> list[tuple[int, str]]:
    """Every so many of the calls of a renewal that write, cut or sync a file."""
    return [(number, times) for number in range(0, usual, step) for times in TIMES]


JOURNAL_CALLS, NSS_CALLS = 210, 250


def renew(
    computer: KilledComputer, disk: FailingDisk, files: Path, failure: Failure, usual: int
) -> CompletedProgram:
    """A renewal during which calls on `files` fail; usually it makes `usual` such calls."""
    done = disk.run(computer, files, failure, "renew", computer.user_id, "--yes")
    assert disk.happened or failure.at > SURELY * usual
    assert "Traceback" not in done.err
    return done


@pytest.mark.reliability("disk", "EIO from the system, {times}, writing or syncing the journal")
@pytest.mark.parametrize(("call", "times"), sample("EIO", calls(JOURNAL_CALLS, 5), 1))
def test_the_journals_disk_fails(
    computers: Computers, failing_disk: FailingDisk, call: int, times: str
) -> None:
    """Each transaction makes six calls or more."""
    computer, old = computers.with_certificate("NSS")
    failure = Failure(call, once=times == "once")
    done = renew(computer, failing_disk, computer.journal_path, failure, JOURNAL_CALLS)
    # SQLite goes on where what fails is not needed, such as a checkpoint: sqlite.org/wal.html.
    assert done.code == DONE or ErrorCode.DATA_FOLDER.code in done.out, done.out
    ends_right(computer, old)


@pytest.mark.reliability("disk", "EIO from the system, {times}, writing or syncing NSS's database")
@pytest.mark.parametrize(("call", "times"), sample("EIO of NSS", calls(NSS_CALLS, 9), 1))
def test_the_stores_disk_fails(
    computers: Computers, failing_disk: FailingDisk, call: int, times: str
) -> None:
    """A key that cannot be removed at once is named by `status` and removed by the next run."""
    computer, old = computers.with_certificate("NSS")
    failure = Failure(call, once=times == "once")
    done = renew(computer, failing_disk, computer.home / ".pki/nssdb", failure, NSS_CALLS)
    assert done.code == DONE or any(code in done.out for code in ERRORS), done.out
    assert old in computer.usable() or computer.stored(old).archived
    computer.resume()
    if computer.usable() == [old]:
        named = computer.certclient("status").json["leftover_keys"]
        assert len(named) == len(computer.store.unused_keys())
        assert computer.certclient("renew", computer.user_id, "--yes").code == DONE
    computer.assert_one_certificate_logs_in(old)
