"""50 logins and 20 renewals a second, side by side, for two seconds: none of them fails.

`make bench` does the same for longer and says how long each took.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]


def test_logins_and_renewals_side_by_side() -> None:
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
