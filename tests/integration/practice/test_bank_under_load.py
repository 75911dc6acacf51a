"""50 logins and 20 renewals a second for two seconds, without a failure.

`make bench` does the same for longer and reports how long each one takes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]


def test_concurrent_logins_and_renewals() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bank_load", "2", "50", "20"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "logins  : 100 of 100" in done.stdout
    assert "renewals: 40 of 40" in done.stdout
