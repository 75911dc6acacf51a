"""`make torture`: runs every case in which something goes wrong, without a sample's limits.

    python -m tools.reliability [--rounds N] [--seed SEED] [--record]

`--record` (`make reliability`): keeps the counts in docs/reliability.json and makes the page, if
every case has run and passed. As root, the kills under Wine run, too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from certclient import __version__
from tools.reliability.page import KINDS, PAGE, page
from tools.reliability.results import Results, counted, write
from tools.wine.runs import COMPILED, COMPILED_INSIDE

ROOT = Path(__file__).parents[2]
COUNTS = ROOT / "build" / "reliability" / "counts.json"
_WINDOWS = ("-q", "tests/windows/test_windows_kills.py")
_WINDOWS_COUNTS = "reliability.json"
"""Of each run, in the folder that it shares with Linux (`tools.wine.runs.COMPILED`)."""
_ELSEWHERE = {"windows", "installer"}
"""Folders of tests that other commands run."""
_LONGEST_CASE = 3600
"""Seconds; a guard against hanging on a machine with much else to do."""

Raw = list[tuple[str, str, str, int]]
"""Kind, row, outcome, number: tests/support/torture/results.py."""


def main(arguments: Sequence[str]) -> int:
    """Returns 0 only if no case has failed and, with `--record`, the page is made."""
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
    before = commit()
    raw, again = _on_linux(environment)
    windows = _on_windows(environment)
    if any(outcome != "passed" for _, _, outcome, _ in windows):
        print("==> the cases under Wine are run again", flush=True)
        again += sum(number for _, _, outcome, number in windows if outcome == "failed")
        windows = _on_windows(environment)
    raw += windows
    wrong = problems(raw)
    for problem in wrong:
        print(f"make reliability: {problem}", flush=True)
    if options.record and not wrong:
        after = commit()
        _record(options, raw, before if after == before else f"{before} to {after}", again)
    failed = any(outcome == "failed" for _, _, outcome, _ in raw)
    return 1 if failed or (options.record and wrong) else 0


def problems(raw: Raw) -> Sequence[str]:
    """Why these counts are no complete proof; the page is then left as it is."""
    found = [
        f"{number} {outcome}: {kind}, {row}"
        for kind, row, outcome, number in raw
        if outcome != "passed"
    ]
    expected = {kind.name for kind in KINDS}
    if os.geteuid() != 0:
        expected.remove("Windows")
    missing = expected - {kind for kind, _, _, _ in raw}
    return [*found, *(f"no case has run: {kind}" for kind in sorted(missing))]


def commit() -> str:
    """The commit that is checked out, and whether files differ from it."""
    number = _git("rev-parse", "--short=10", "HEAD")
    changed = _git(
        "status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/reliability.*"
    )
    return f"{number} with changes" if changed else number


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _on_linux(environment: dict[str, str]) -> tuple[Raw, int]:
    """The counts, and how many cases passed at their second try only: what fails on a busy machine
    is run again, alone, and named."""
    marked = [
        str(file)
        for file in sorted((ROOT / "tests").rglob("test_*.py"))
        if "mark.reliability(" in file.read_text("utf-8")
        and not _ELSEWHERE.intersection(file.relative_to(ROOT).parts)
    ]
    raw, code = _pytest(environment, *marked, "-n", "2", "--dist", "worksteal", "--cache-clear")
    failed = sum(number for _, _, outcome, number in raw if outcome == "failed")
    if code != 1 or not failed:
        return raw, 0
    print(f"==> {failed} failed; they are run again, alone", flush=True)
    second, _ = _pytest(environment, *marked, "-n", "0", "--last-failed")
    passed = sum(number for _, _, outcome, number in second if outcome == "passed")
    return [one for one in raw if one[2] != "failed"] + second, passed


def _pytest(environment: dict[str, str], *options: str) -> tuple[Raw, int]:
    """Runs the marked cases; returns their counts and the exit code."""
    COUNTS.unlink(missing_ok=True)
    command = (sys.executable, "-m", "pytest", "-q", "-m", "reliability and not installer")
    counting = ("--reliability", str(COUNTS), f"--timeout={_LONGEST_CASE}")
    done = subprocess.run([*command, *counting, *options], cwd=ROOT, env=environment, check=False)
    raw = json.loads(COUNTS.read_text("utf-8")) if COUNTS.exists() else []
    return [(kind, row, outcome, number) for kind, row, outcome, number in raw], done.returncode


def _on_windows(environment: dict[str, str]) -> Raw:
    """Without root, Wine cannot run; the page then has no such section."""
    if os.geteuid() != 0:
        return []
    for file in COMPILED.glob(f"*/{_WINDOWS_COUNTS}"):
        file.unlink()
    counting = ("--reliability", rf"{COMPILED_INSIDE}\{_WINDOWS_COUNTS}")
    command = (sys.executable, "-m", "tools.wine", *_WINDOWS, "--", *counting)
    subprocess.run(command, cwd=ROOT, env=environment, check=False)
    files = sorted(COMPILED.glob(f"*/{_WINDOWS_COUNTS}"))
    raw = [one for file in files for one in json.loads(file.read_text("utf-8"))]
    return [(kind, row, outcome, number) for kind, row, outcome, number in raw]


def _record(options: argparse.Namespace, raw: Raw, tested: str, again: int) -> None:
    machine = f"{os.cpu_count()} processors, {platform.system()}, Python"
    write(
        Results(
            date=datetime.now(UTC).date().isoformat(),
            version=__version__,
            machine=f"{machine} {platform.python_version()}",
            seed=options.seed,
            rounds=options.rounds,
            counts=counted(raw),
            commit=tested,
            again=again,
        )
    )
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
