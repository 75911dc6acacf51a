"""What programs cost that run once and end: wall time, CPU time and memory, side by side.

    costs = side_by_side({"certclient": [...], "python": [sys.executable, "-c", "pass"]}, runs=7)
    costs["certclient"].wall / costs["python"].wall

The programs run in turn (A B C, A B C, ...), so that load on the machine affects all alike; the
first round fills caches and does not count.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

_MAX_SECONDS = 120
_LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run, or medians of several: seconds by the clock, seconds of CPU time (user and
    system, with its own children), and the most memory resident at once in MB."""

    wall: float
    cpu: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.wall:.3f} s, CPU {self.cpu:.3f} s, {self.megabytes:.0f} MB"


def cost_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Runs `command` once, without input and output.

    Raises subprocess.CalledProcessError if it ends with another exit code than 0.
    """
    # A child's peak memory starts with that of the process which started it (exec_mmap in Linux's
    # fs/exec.c); therefore a small Python without site-packages starts it.
    with tempfile.TemporaryFile() as errors:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_LAUNCHER), *command],
            env=None if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            timeout=_MAX_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            errors.seek(0)
            output = errors.read().decode(errors="replace")[-800:]
            raise subprocess.CalledProcessError(done.returncode, list(command), output)
    return msgspec.json.decode(done.stdout, type=Cost)


def median_of(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.megabytes for cost in costs),
    )


def side_by_side(
    commands: Mapping[str, Sequence[str]],
    runs: int,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Cost]:
    """Runs all commands in turn, `runs` + 1 times; returns each one's medians by its name.

    Raises subprocess.CalledProcessError if one of them fails.
    """
    measured: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            cost = cost_of(command, environment)
            if number:
                measured[name].append(cost)
    return {name: median_of(costs) for name, costs in measured.items()}
