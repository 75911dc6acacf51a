"""Measures the parts of one renewal: `.venv/bin/python -m benchmarks.renewal 30` or `make bench`.

The PC's store (NSS) and a token (SoftHSM) are renewed alternately against a practice bank in a
separate process, so that load on the machine affects both alike. The table shows medians.
"""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from certclient.bootstrap import enrollment
from certclient.configuration.profiles import load_profile
from certclient.enrollment.interaction import ConsentRequest, SecretRequest
from certclient.enrollment.procedure import Finished
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError
from certclient.model.profile import Profile
from certclient.model.progress import Progress
from certclient.model.proxy_login import ProxyLoginAnswer, ProxyLoginRequest
from certclient.model.secret import Secret
from certclient.store.base import CertificateStore, PinRequest
from demo.command_line import CommandLine, practice_bank
from demo.customers import issue_certificate_to, store_for
from demo.world import World

DEFAULT_RUNS = 10
USERS = {Destination.PC: "BENCHPC", Destination.USB: "BENCHUSB"}
WHOLE = "wall time"


@dataclass(frozen=True)
class ConsentingUser:
    """An Interaction that agrees at once and knows the PIN."""

    known_pin: Secret

    def consent(self, _request: ConsentRequest) -> bool:
        """Always agrees; see Interaction.consent."""
        return True

    def pin(self, _request: PinRequest) -> Secret | None:
        """Returns the known PIN; see Interaction.pin."""
        return self.known_pin

    def secret(self, _request: SecretRequest) -> Secret | None:
        """Provides no secret: the customers have none on file."""
        return None

    def proxy_login(self, _request: ProxyLoginRequest) -> ProxyLoginAnswer | None:
        """Provides no login: the benchmark's bank is on this computer."""
        return None

    def progress(self, _report: Progress) -> None:
        """Ignores progress reports."""
        return

    def warning(self, error: CertclientError) -> None:
        """Raises the warning, which fails the benchmark."""
        raise error

    def stop_requested(self) -> bool:
        """Never stops; see Interaction.stop_requested."""
        return False


def renew_once(
    profile: Profile, store: CertificateStore, person: ConsentingUser
) -> dict[str, float]:
    """Renews the only certificate that is not archived.

    Returns seconds by part, and in total under WHOLE.
    """
    start = time.perf_counter()
    (current,) = [stored for stored in store.certificates() if not stored.archived]
    outcome = enrollment(profile, [store]).renew(current, store, person)
    whole = time.perf_counter() - start
    if not isinstance(outcome, Finished):
        raise TypeError("the renewal did not finish")
    return {**outcome.seconds, WHOLE: whole}


def measure(world: World, runs: int) -> dict[Destination, list[dict[str, float]]]:
    """Renews `runs` times in each store, alternately; returns seconds by part for each run."""
    profile_file = world.folder / "practice.toml"
    # 366 days: a renewed certificate can be renewed again at once.
    options = ["--renew-days", "366", "--profile", str(profile_file)]
    command_line = CommandLine(world.folder, world.environment)
    results: dict[Destination, list[dict[str, float]]] = {place: [] for place in USERS}
    with practice_bank(command_line, world.folder / "bank", *options) as bank:
        profile = load_profile(profile_file)
        stores = {place: store_for(place) for place in USERS}
        for place, user_id in USERS.items():
            issue_certificate_to(bank, world, user_id, stores[place])
        for _ in range(runs):
            for place, store in stores.items():
                results[place].append(renew_once(profile, store, ConsentingUser(world.pin)))
    return results


def show(results: dict[Destination, list[dict[str, float]]]) -> None:
    """Prints medians in milliseconds with minimum and maximum."""
    (runs,) = {len(measured) for measured in results.values()}
    table = Table(title=f"One renewal, {runs} runs: median (smallest-largest), ms", box=None)
    table.add_column("")
    table.add_column("PC (NSS)", justify="right")
    table.add_column("USB token (SoftHSM)", justify="right")
    for part in results[Destination.PC][0]:
        cells = [_cell([m[part] for m in results[place]]) for place in USERS]
        table.add_row(part.replace("_", " "), *cells)
    Console(highlight=False).print(table)


def _cell(seconds: Sequence[float]) -> str:
    low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
    return f"{middle * 1000:.0f} ({low * 1000:.0f}-{high * 1000:.0f})"


def main(arguments: Sequence[str]) -> int:
    """Runs `renewal.py [RUNS]`; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=DEFAULT_RUNS)
    runs: int = parser.parse_args(arguments).runs
    with tempfile.TemporaryDirectory(prefix="certclient-bench-") as folder:
        world = World(Path(folder), Secret(f"{secrets.randbelow(10**6):06}"))
        world.prepare()
        os.environ.update(world.environment)
        show(measure(world, runs))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
