"""First windows of other programs, as benchmarks.gui_start measures certclient's.

    python -m benchmarks.gui_peers

XCA (Qt, C++) and Vorta (PyQt) with an empty home folder, from Debian.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile

from rich.console import Console

from benchmarks.gui_start import shown
from benchmarks.table import Measured, Row, show

RUNS = 3
PEERS = {"XCA": ["xca"], "Vorta": ["vorta", "--foreground"]}


def rows(runs: int = RUNS) -> list[Row]:
    """See benchmarks.table."""
    return [_row(name, runs) for name in PEERS]


def _row(name: str, runs: int) -> Row:
    with tempfile.TemporaryDirectory(prefix="certclient-peer-") as home:
        environment = {**os.environ, "HOME": home, "XDG_RUNTIME_DIR": home}
        try:
            starts = [shown(PEERS[name], environment) for _ in range(runs)]
        except (OSError, TimeoutError) as error:
            return Row(f"first window of {name}", f"failed: {error!r}", runs=0)
    painted = statistics.median(one.painted for one in starts)
    cpu = statistics.median(one.cpu for one in starts)
    memory = statistics.median(one.megabytes for one in starts)
    text = f"{painted:.2f} s ({cpu:.2f} s CPU), {memory:.0f} MB"
    return Row(f"beside the first window: {name}", text, runs=runs)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    show(Console(highlight=False), [Measured(rows(), 0.0)])
    sys.exit()
