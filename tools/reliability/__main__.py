"""`make torture`: runs every case in which something goes wrong, without a sample's limits.

    python -m tools.reliability [--rounds N] [--seed SEED] [--record]

`--record` (`make reliability`): keeps the counts in docs/reliability.json and makes the page. As
root, the kills under Wine run, too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from certclient import __version__
from tools.reliability.page import PAGE, page
from tools.reliability.results import Results, counted, write

ROOT = Path(__file__).parents[2]
COUNTS = ROOT / "build" / "reliability" / "counts.json"
_WINDOWS = ("tests/windows/test_windows_ways.py", "-k", "killed_renewal", "-v")
_WINDOWS_LINE = re.compile(r"::test_killed_renewal_can_be_resumed\[\S+\] (PASSED|FAILED)")
ROW = ("Windows", "a renewal, CryptoAPI and a double of CNG")
"""Kind and row of those under Wine, which has no plug-in that counts."""


def main(arguments: Sequence[str]) -> int:
    """Returns 0 only if every case has passed."""
    parser = argparse.ArgumentParser(prog="python -m tools.reliability", description=__doc__)
    parser.add_argument("--rounds", type=int, default=300, help="at random moments")
    parser.add_argument("--seed", default="20261130", help="of what is chosen at random")
    parser.add_argument("--record", action="store_true", help="makes docs/reliability.md")
    options = parser.parse_args(arguments)
    environment = {
        **os.environ,
        "CERTCLIENT_TORTURE": "1",
        "CERTCLIENT_TORTURE_SEED": options.seed,
        "CERTCLIENT_TORTURE_ROUNDS": str(options.rounds),
    }
    COUNTS.parent.mkdir(parents=True, exist_ok=True)
    COUNTS.unlink(missing_ok=True)
    passed = _on_linux(environment) and _on_windows(environment)
    if options.record:
        _record(options.seed, options.rounds)
    return 0 if passed else 1


def _on_linux(environment: dict[str, str]) -> bool:
    command = (sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal")
    chosen = ("-m", "reliability and not installer", "--reliability", str(COUNTS))
    left_out = ("--ignore=tests/installer", "--ignore=tests/windows")
    done = subprocess.run([*command, *chosen, *left_out], cwd=ROOT, env=environment, check=False)
    return done.returncode == 0


def _on_windows(environment: dict[str, str]) -> bool:
    """Without root, Wine cannot run; the page then has no such section."""
    if os.geteuid() != 0:
        return True
    done = subprocess.run(
        [sys.executable, "-m", "tools.wine", *_WINDOWS],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    print(done.stdout, flush=True)
    outcomes = [one.lower() for one in _WINDOWS_LINE.findall(done.stdout)]
    raw = json.loads(COUNTS.read_text("utf-8"))
    raw += [[*ROW, one, outcomes.count(one)] for one in sorted(set(outcomes))]
    COUNTS.write_text(json.dumps(raw), encoding="utf-8")
    return done.returncode == 0


def _record(seed: str, rounds: int) -> None:
    machine = f"{os.cpu_count()} processors, {platform.system()}, Python"
    write(
        Results(
            date=datetime.now(UTC).date().isoformat(),
            version=__version__,
            machine=f"{machine} {platform.python_version()}",
            seed=seed,
            rounds=rounds,
            counts=counted(json.loads(COUNTS.read_text("utf-8"))),
        )
    )
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
