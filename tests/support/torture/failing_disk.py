"""A disk on which calls that write to chosen files fail with EIO (`failing_disk.c`).

def test_x(computers: Computers, failing_disk: FailingDisk) -> None:
    computer, old = computers.with_certificate("NSS")
    done = failing_disk.run(computer, computer.journal_path, Failure(12, once=True), "renew")
    assert failing_disk.happened

The program is the real one, as is SQLite: only the system's calls end as on a disk that is dying.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from support.forks import CompletedProgram, ForkServer, fork_server
from support.torture.computer import KilledComputer

_SOURCE = Path(__file__).with_name("failing_disk.c")


@dataclass(frozen=True)
class Failure:
    """The call number `at`, from 0 on, fails, and all later ones do as well unless `once`."""

    at: int
    once: bool


@dataclass(frozen=True)
class FailingDisk:
    """`forks`: a server whose programs have the library. `log`: what they called last."""

    forks: ForkServer
    log: Path

    def run(
        self, computer: KilledComputer, files: Path, failure: Failure, *arguments: str
    ) -> CompletedProgram:
        """Runs `certclient`; files whose path begins with that of `files` are on the disk."""
        self.log.unlink(missing_ok=True)
        variables = {
            "FAILING_DISK": str(files),
            "FAILING_LOG": str(self.log),
            "FAILING_FROM": str(failure.at),
        }
        if failure.once:
            variables["FAILING_UNTIL"] = str(failure.at + 1)
        environment = {**computer.environment, **variables}
        there = replace(computer, environment=environment, forks=self.forks)
        return there.certclient(*arguments)

    @property
    def happened(self) -> bool:
        """Whether a call of the last program has failed."""
        return "failed" in self.log.read_text("utf-8")


@pytest.fixture(scope="session")
def _preloaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    library = tmp_path_factory.mktemp("failing-disk") / "failing_disk.so"
    gcc = shutil.which("gcc")
    assert gcc is not None
    flags = ("-shared", "-fPIC", "-std=gnu17", "-O1", "-Wall", "-Werror")
    subprocess.run([gcc, *flags, "-o", library, _SOURCE], check=True, timeout=300)
    with fork_server(library) as server:
        yield server


@pytest.fixture
def failing_disk(_preloaded: ForkServer, tmp_path: Path) -> FailingDisk:
    """The disk; nothing fails yet."""
    return FailingDisk(_preloaded, tmp_path / "calls")
