"""What killed rehearsals have left is removed at the next start, and nothing else."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.process_lock import ProcessLock
from certclient.platform.rehearsal import LOCK, PREFIX
from certclient.store.rehearsal_leftovers import YOUNG_SECONDS, remove_abandoned_rehearsals

LATER = 2 * YOUNG_SECONDS
DAYS = 2 * 86_400.0


def left(temporary: Path, name: str, *, lock: bool = True) -> Path:
    """A rehearsal's folder, as one that was killed leaves it."""
    folder = temporary / f"{PREFIX}{name}"
    (folder / "bank").mkdir(parents=True)
    (folder / "bank" / "bank.sqlite").write_text("x")
    if lock:
        (folder / LOCK).touch()
    return folder


def tidy(temporary: Path, seconds: float) -> list[str]:
    """`seconds` after now; returns the folders whose stores were removed."""
    asked: list[str] = []
    now = time.time() + seconds
    done = remove_abandoned_rehearsals(temporary, now, lambda folder: asked.append(folder.name))
    assert done == asked
    return asked


def test_stores_go_first_then_the_folder(tmp_path: Path) -> None:
    folder = left(tmp_path, "killed")
    other = tmp_path / "certclient-other"
    other.mkdir()
    assert tidy(tmp_path, LATER) == [folder.name]
    assert list(tmp_path.iterdir()) == [other]


def test_one_that_runs_stays_however_old(tmp_path: Path) -> None:
    folder = left(tmp_path, "running")
    lock = ProcessLock(folder / LOCK)
    assert lock.acquire()
    assert tidy(tmp_path, 10 * DAYS) == []
    lock.release()
    assert tidy(tmp_path, 10 * DAYS) == [folder.name]


def test_one_that_may_be_about_to_take_its_lock_stays(tmp_path: Path) -> None:
    left(tmp_path, "young")
    without = left(tmp_path, "before", lock=False)
    assert tidy(tmp_path, 0) == []
    assert tidy(tmp_path, LATER) == [f"{PREFIX}young"]
    assert tidy(tmp_path, DAYS) == [without.name], "of a version that took no lock"


@pytest.mark.skipif(sys.platform == "win32", reason="links and owners of Linux")
def test_links_and_what_others_own_stay(tmp_path: Path) -> None:
    victim = tmp_path / "documents"
    victim.mkdir()
    (victim / LOCK).touch()
    (tmp_path / f"{PREFIX}link").symlink_to(victim)
    (tmp_path / f"{PREFIX}file").touch()
    if os.geteuid() == 0:
        os.chown(left(tmp_path, "stranger"), 65534, 65534)
    before = sorted(tmp_path.iterdir())
    assert tidy(tmp_path, DAYS) == []
    assert sorted(tmp_path.iterdir()) == before


def test_a_store_that_cannot_be_removed_keeps_its_folder_for_another_start(tmp_path: Path) -> None:
    folder, other = left(tmp_path, "a"), left(tmp_path, "b")

    def remove(one: Path) -> None:
        if one == folder:
            raise CertclientError(ErrorCode.STORE_UNAVAILABLE)

    assert remove_abandoned_rehearsals(tmp_path, time.time() + LATER, remove) == [other.name]
    assert folder.is_dir()
