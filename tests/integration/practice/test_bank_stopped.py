"""A stopped practice bank leaves nothing in memory: 練習する starts one after the other."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from support.bank import running_bank


def test_stopped_bank_is_freed(tmp_path: Path) -> None:
    with running_bank(tmp_path) as running:
        bank = weakref.ref(running.bank)
        running.add_customer()
    del running
    gc.collect()
    assert bank() is None
