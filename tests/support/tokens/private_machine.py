"""Runs a command on a private machine: namespaces of its own for network, mounts, IPC, processes.

Services of token modules have fixed ports (vpcd), sockets (pcscd), shared memory and folders
(opencryptoki). There, none of them meets another worker's or this computer's, and all of them end
with the command, whatever happens.
"""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_NAMESPACES = ("--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc")
_SET_UP = "ip link set lo up && mount -t tmpfs tmpfs /run && mkdir -p /run/lock"
_LONGEST_RUN = 1500
"""Seconds; a guard against hanging only."""


@functools.cache
def unavailable() -> str:
    """Why this computer allows no private machine; "" if it does."""
    done = subprocess.run(_inside(["true"]), capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"no namespaces: {done.stderr.strip()}"


def run_on_private_machine(
    command: Sequence[str], folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs `command` in `folder` with `variables` added to the environment; captures its output."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        _inside(command),
        cwd=folder,
        env={**kept, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        timeout=_LONGEST_RUN,
    )


def _inside(command: Sequence[str]) -> list[str]:
    """The shell stays as process 1; all processes end with it."""
    user = () if os.geteuid() == 0 else ("--map-root-user",)
    script = f'{_SET_UP} && "$@"; exit $?'
    return ["unshare", *user, *_NAMESPACES, "sh", "-c", script, "sh", *command]
