"""The real program, as it is shipped, killed at moments that a seed chooses: `make torture N=300`.

Nothing of the program is replaced here: tokens' modules run in children of their own, and a kill
meets whatever it is doing, such as a write within NSS.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from certclient.cli.exit_codes import DONE
from certclient.model.certificate import Certificate
from support.softhsm import PIN
from support.torture.computer import STORES, Computers, KilledComputer
from support.torture.results import count_as
from support.torture.selection import everything, generator, rounds

AGAIN = 0.5
"""How often the next run is killed, too."""
GUARD = 600
"""Seconds that any run may take."""
USUAL = 2.0
"""Seconds that a renewal takes; in `make torture`, this machine's are measured."""


@pytest.fixture(scope="module")
def longest() -> list[float]:
    """How long a renewal takes on this machine, once that is known."""
    return [] if everything() else [USUAL]


@pytest.mark.reliability("random moments", "{place}")
@pytest.mark.parametrize(("number", "place"), [(n, STORES[n % 2]) for n in range(rounds(few=2))])
def test_killed_at_a_random_moment(
    request: pytest.FixtureRequest,
    computers: Computers,
    longest: list[float],
    number: int,
    place: str,
) -> None:
    random = generator("round", number)
    computer, old = computers.with_certificate(place)
    if not longest:
        longest.append(run(computer, None, "renew", computer.user_id, "--yes"))
        count_as(request, f"{place}, undisturbed, to measure it")
        computer.assert_one_certificate_logs_in(old)
        return
    moment = random.uniform(0, longest[0])
    run(computer, moment, "renew", computer.user_id, "--yes")
    count_as(request, f"{place}, {phase_of(computer, old)}")
    while random.random() < AGAIN:
        assert computer.usable(), "a certificate to log in with exists at all times"
        run(computer, random.uniform(0, longest[0]), "resume")
    computer.resume()
    finish(computer, old)


def run(computer: KilledComputer, moment: float | None, *arguments: str) -> float:
    """Starts the real command and kills it `moment` seconds after it has begun its log and made the
    journal, unless it has ended by then. Returns how long it ran from there on."""
    log = computer.home / ".local/state/certclient/log/certclient.log"
    logged = size(log)
    options = ("--pin-stdin",) if computer.destination == "usb" else ()
    profile = ("--profile", str(computer.profile_path))
    with subprocess.Popen(
        [sys.executable, "-m", "certclient", *arguments, *options, *profile],
        env=computer.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.write(f"{PIN}\n")
            process.stdin.flush()
        started = time.monotonic()
        while size(log) == logged or not computer.journal_path.exists():
            if process.poll() is not None:
                break
            if time.monotonic() - started > GUARD:
                process.kill()
                raise AssertionError("it has not begun")
            time.sleep(0.005)
        begun = time.monotonic()
        try:
            process.wait(GUARD if moment is None else moment)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(GUARD)
            assert moment is not None, "it does not end"
    computer.refresh()
    return time.monotonic() - begun


def size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def phase_of(computer: KilledComputer, old: Certificate) -> str:
    """Where the first kill met the renewal."""
    if computer.open_procedures():
        return "while it was under way"
    return "before it had begun" if computer.usable() == [old] else "after its end"


def finish(computer: KilledComputer, old: Certificate) -> None:
    """A kill before the journal's first record is a renewal that has not begun."""
    if computer.usable() == [old]:
        computer.assert_as_before(old)
        assert computer.certclient("renew", computer.user_id, "--yes").code == DONE
    computer.assert_one_certificate_logs_in(old)
