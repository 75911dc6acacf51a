"""A short, bounded load test of the practice bank, on 127.0.0.1 only.

`.venv/bin/python -m benchmarks.bank_load [SECONDS [LOGINS [RENEWALS]]]`: runs that many logins and
renewals per second concurrently, each started at its scheduled time even if earlier ones are still
running. A renewal is a kur with its certConf through certclient's own CMP client; keys are
generated beforehand. Exits with 1 if any login or renewal failed.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bank_jobs import Job, MemorySigner, login_jobs, new_key, renewal_jobs, signer
from benchmarks.processes import cpu_seconds
from benchmarks.table import Row
from certclient.model.errors import CertclientError
from certclient_practice.bank.bank import Bank
from demo.command_line import CommandLine, PracticeBank, practice_bank

SECONDS, LOGINS, RENEWALS = 10, 50, 20
MOST_SECONDS = 60
GOAL = 0.3
"""Seconds below which 95 % of logins and of renewals should stay."""
WORKERS = 16


@dataclass
class Latencies:
    """Results of one kind of job: `seconds` from each job's scheduled start to its end.

    `faults` counts error messages; `took` is the duration of the whole run in seconds.
    """

    seconds: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    took: float = 0.0

    @property
    def ninety_five(self) -> float:
        """The time (seconds) below which 95 % of the jobs stayed; there must be some."""
        done = self.seconds
        return statistics.quantiles(done, n=20)[-1] if len(done) > 1 else done[0]


def at_a_rate(jobs: Sequence[Job], rate: int) -> Latencies:
    """Starts `rate` jobs per second on schedule and waits for all of them."""
    measured = Latencies()
    start = time.monotonic() + 0.2

    def run(number: int, job: Job) -> None:
        due = start + number / rate
        time.sleep(max(due - time.monotonic(), 0.0))
        try:
            job()
        except (OSError, http.client.HTTPException, CertclientError, LookupError) as error:
            measured.faults[f"{type(error).__name__}: {error}"[:80]] += 1
        else:
            measured.seconds.append(time.monotonic() - due)

    with ThreadPoolExecutor(WORKERS) as pool:
        for number, job in enumerate(jobs):
            pool.submit(run, number, job)
    measured.took = time.monotonic() - start
    return measured


def side_by_side(
    logins: tuple[list[Job], int], renewals: tuple[list[Job], int]
) -> tuple[Latencies, Latencies]:
    """Runs logins and renewals concurrently, each given as jobs and rate per second.

    Logins run in a separate process, so that the two do not compete for one interpreter lock.
    """
    # Jobs are closures, which cannot be pickled; a forked process inherits them.
    with multiprocessing.get_context("fork").Pool(1, _remember, (logins,)) as pool:
        first = pool.apply_async(_run_remembered)
        second = at_a_rate(*renewals)
        return first.get(timeout=MOST_SECONDS * 2), second


_remembered: list[tuple[list[Job], int]] = []


def _remember(work: tuple[list[Job], int]) -> None:
    _remembered.append(work)


def _run_remembered() -> Latencies:
    return at_a_rate(*_remembered[0])


@dataclass(frozen=True)
class LoadTest:
    """What a run found. CPU seconds of the bank's process and of this program's, which share the
    processors; `seconds`: how long the run took."""

    logins: Latencies
    renewals: Latencies
    bank_cpu: float
    own_cpu: float
    seconds: float

    @property
    def fine(self) -> bool:
        """Whether no login or renewal failed."""
        return not (self.logins.faults or self.renewals.faults)

    @property
    def whose(self) -> str:
        """The CPU time of both programs, of one processor's."""
        bank, own = self.bank_cpu / self.seconds, self.own_cpu / self.seconds
        return f"CPU: the bank {bank:.0%} of one processor, the load program {own:.0%}"


def report(name: str, wanted: int, measured: Latencies) -> None:
    """Prints rates, latencies and the most frequent errors."""
    done = sorted(measured.seconds)
    rate = len(done) / measured.took
    if done:
        print(
            f"{name}: {len(done)} of {len(done) + measured.faults.total()}, wanted {wanted}/s,"
            f" done {rate:.1f}/s; median {statistics.median(done) * 1000:.0f} ms,"
            f" 95 % below {measured.ninety_five * 1000:.0f} ms, longest {done[-1] * 1000:.0f} ms"
        )
    for fault, count in measured.faults.most_common(5):
        print(f"   {count} x {fault}")


def run(folder: Path, seconds: int, logins: int, renewals: int) -> LoadTest:
    """Runs the whole test in `folder`."""
    profile_file = folder / "practice.toml"
    with multiprocessing.Pool() as pool:
        keys = [signer(der) for der in pool.map(new_key, range(renewals * seconds + 2))]
    command_line = CommandLine(folder, {**os.environ, "HOME": str(folder)})
    with practice_bank(command_line, folder / "bank", "--profile", str(profile_file)) as server:
        return _load(folder, profile_file, server, keys, (seconds, logins, renewals))


def _load(
    folder: Path,
    profile_file: Path,
    server: PracticeBank,
    keys: Sequence[MemorySigner],
    numbers: tuple[int, int, int],
) -> LoadTest:
    seconds, logins, renewals = numbers
    bank = Bank(folder / "bank")
    try:
        visits = login_jobs(folder, server.login_url, bank, keys[0], logins * seconds)
        wishes = renewal_jobs(profile_file, bank, keys[1], keys[2:])
    finally:
        bank.close()
    begin = time.monotonic()
    bank_begin, own_begin = cpu_seconds(server.pid), _own_cpu_seconds()
    first, second = side_by_side((visits, logins), (wishes, renewals))
    bank_cpu = cpu_seconds(server.pid) - bank_begin
    own_cpu = _own_cpu_seconds() - own_begin
    return LoadTest(first, second, bank_cpu, own_cpu, time.monotonic() - begin)


def _own_cpu_seconds() -> float:
    return cpu_seconds(os.getpid())


def rows() -> list[Row]:
    """See benchmarks.table."""
    with _folder() as folder:
        test = run(Path(folder), SECONDS, LOGINS, RENEWALS)
    return [
        _row("login at the practice bank", LOGINS, test.logins, test),
        _row("renewal there, at the same time", RENEWALS, test.renewals, test),
    ]


def _row(what: str, rate: int, measured: Latencies, test: LoadTest) -> Row:
    if not measured.seconds:
        return Row(what, "all failed", test.whose, goal=f"p95 < {GOAL * 1000:.0f} ms", met=False)
    percentile = measured.ninety_five
    failed = f", {measured.faults.total()} failed" if measured.faults else ""
    return Row(
        f"{what}, {rate}/s",
        f"p95 {percentile * 1000:.0f} ms,"
        f" median {statistics.median(measured.seconds) * 1000:.0f} ms{failed}",
        test.whose,
        goal=f"p95 < {GOAL * 1000:.0f} ms",
        met=percentile < GOAL and not failed,
        runs=len(measured.seconds),
    )


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix=f"certclient-load-{secrets.token_hex(2)}-")


def main(arguments: Sequence[str]) -> int:
    """Runs `bank_load.py [SECONDS [LOGINS [RENEWALS]]]`; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=int, nargs="?", default=SECONDS)
    parser.add_argument("logins", type=int, nargs="?", default=LOGINS, help="per second")
    parser.add_argument("renewals", type=int, nargs="?", default=RENEWALS, help="per second")
    given = parser.parse_args(arguments)
    with _folder() as folder:
        test = run(Path(folder), min(given.seconds, MOST_SECONDS), given.logins, given.renewals)
    report("logins  ", given.logins, test.logins)
    report("renewals", given.renewals, test.renewals)
    print(test.whose)
    return 0 if test.fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
