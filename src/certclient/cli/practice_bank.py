"""A practice bank in a process of its own, for a rehearsal; see docs/practice.md."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.practice import OBTAINING, PracticeCode
from certclient.model.secret import Secret
from certclient.platform.own_processes import end, output_of, start_piped
from certclient.platform.rehearsal import profiles_in

_LAST_LINE = "Login:"
"""`practice serve` prints its addresses; this one last."""


@dataclass
class PracticeBank:
    """`program`: the command line that starts certclient. `folder`: the rehearsal's.

    Every method raises CertclientError(PRACTICE_BANK) if a command fails.
    """

    program: Sequence[str]
    folder: Path
    addresses: list[str] = field(default_factory=list)
    """What `practice serve` has printed, a line each."""
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self, *customers: str) -> None:
        """Starts the bank on free ports of 127.0.0.1, with these customers, and writes its profile;
        returns when it serves.

        The bank ends when this process ends, however that happens: with its standard input.
        """
        file = profiles_in(self.folder) / "practice.toml"
        ports = ("--port", "0", "--login-port", "0")
        known = [part for user_id in customers for part in ("--customer", user_id)]
        command = ("serve", *ports, "--profile", str(file), "--stop-with-input", *known)
        try:
            self._process = start_piped(self._command(*command))
        except OSError as error:
            raise _failed("serve") from error
        for line in self._process.stdout or ():
            self.addresses.append(line.rstrip())
            if line.startswith(_LAST_LINE):
                return
        raise _failed("serve")

    def operate(self, *arguments: str) -> str:
        """Runs a command of the operator (`issue`, `issue-code`); returns its output."""
        output = output_of(self._command(*arguments))
        if output is None:
            raise _failed(arguments[0])
        return output

    def code(self) -> PracticeCode:
        """A new issue code for OBTAINING."""
        return PracticeCode(OBTAINING, Secret(self.operate("issue-code", OBTAINING).strip()))

    def stop(self) -> None:
        """Ends the bank, if it runs. Never raises."""
        process = self._process
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        end(process)

    def _command(self, *arguments: str) -> list[str]:
        return [*self.program, "practice", "--data", str(self.folder / "bank"), *arguments]


def _failed(command: str) -> CertclientError:
    return CertclientError(ErrorCode.PRACTICE_BANK, reason=f"certclient practice {command}")
