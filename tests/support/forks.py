"""Processes of the program that start at once: forks of one that has imported what they need.

    def test_x(forks: ForkServer) -> None:
        done = forks.run("certclient", "list", environment=environment)

Each program is a process of its own all the same: it loads PKCS#11 modules, ends as an interpreter
does, can be killed, and has its caller's environment, folder, umask and standard input. What it
does not show is a start: a module that nobody imports, the encoding of the streams, warnings, and
variables that the interpreter or a library reads when it is loaded. For these, start
`python -m certclient`.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import certclient
from support.unprivileged import give_up_rights

_TESTS = Path(__file__).parents[1]
_OURS = (str(_TESTS), str(_TESTS.parent))
_LARGEST_MESSAGE = 1 << 17
_LARGEST_INPUT = 1 << 15
"""Bytes; a pipe takes them without a reader."""
_LIBRARIES = ("keyring", "requests", "rich.console", "rich.table")
"""What our modules import only when they need it."""
_LEFT_OUT = ("certclient.ui", "certclient.__main__")
"""Qt survives no fork."""


@dataclass(frozen=True)
class CompletedProgram:
    """A program that has ended; `code` below 0: killed by that signal."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON value and nothing else."""
        return json.loads(self.out)


class ForkServer:
    """Starts programs through the process that `main` runs in; waits for each."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._one_at_a_time = threading.Lock()

    def run(
        self,
        module: str,
        *arguments: str,
        environment: Mapping[str, str],
        stdin: str = "",
        modes_apply: bool = False,
    ) -> CompletedProgram:
        """Runs what `python -W error -m MODULE ARGUMENTS` runs. `modes_apply`: the program respects
        file modes even if this user is root."""
        with ExitStack() as stack:
            out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
            streams = [stack.enter_context(_pipe_with(stdin.encode())), out.fileno(), err.fileno()]
            request = [[module, *arguments], dict(environment), str(Path.cwd()), _umask()]
            code = self._run([*request, modes_apply], streams)
            texts = []
            for stream in (out, err):
                stream.seek(0)
                texts.append(stream.read().decode())
            return CompletedProgram(code, *texts)

    def _run(self, request: list[Any], streams: list[int]) -> int:
        with self._one_at_a_time:
            socket.send_fds(self._connection, [json.dumps(request).encode()], streams)
            answer = self._connection.recv(_LARGEST_MESSAGE)
        assert answer, "the server of forks has ended"
        return int(answer)


@contextmanager
def fork_server(preload: Path | None = None) -> Iterator[ForkServer]:
    """A server, whose programs can import the tests' modules as well only if they are its own.

    `preload`: a library of all its programs (LD_PRELOAD).
    """
    preloaded = {} if preload is None else {"LD_PRELOAD": str(preload)}
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, its:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-P", "-m", "support.forks", str(its.fileno())],
            env={
                **os.environ,
                **preloaded,
                "LANG": "C.UTF-8",
                "LC_ALL": "",
                "PYTHONPATH": ":".join(_OURS),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[its.fileno()],
        )
        its.close()
        with process:
            yield ForkServer(ours)
            ours.close()


@pytest.fixture(scope="session")
def forks() -> Iterator[ForkServer]:
    """The server of this test process."""
    with fork_server() as server:
        yield server


@contextmanager
def _pipe_with(data: bytes) -> Iterator[int]:
    """The end of a pipe from which `data` can be read."""
    assert len(data) <= _LARGEST_INPUT
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "wb") as file:
        file.write(data)
        file.close()
        yield reading


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _serve(connection: socket.socket) -> list[str]:
    """Forks for each request until the connection ends. Returns in the forks alone, as the program
    that is to run: module and arguments."""
    while True:
        message, streams, _, _ = socket.recv_fds(connection, _LARGEST_MESSAGE, 3)
        if not message:
            sys.exit()
        child = os.fork()
        if child == 0:
            connection.close()
            return _become(json.loads(message), streams)
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        connection.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(request: list[Any], streams: list[int]) -> list[str]:
    command: list[str]
    command, environment, folder, umask, modes_apply = request
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    os.umask(umask)
    if modes_apply:
        give_up_rights()
    if not command[0].startswith("support."):
        sys.path[:] = [folder, *(path for path in sys.path if path not in _OURS)]
    return command


def _our_modules() -> Iterator[str]:
    """The modules of the program without those of its windows."""
    (source,) = certclient.__path__
    for path in sorted(Path(source).rglob("*.py")):
        name = ".".join(("certclient", *path.relative_to(source).with_suffix("").parts))
        if not name.startswith(_LEFT_OUT):
            yield name.removesuffix(".__init__")


def main(connection: int) -> None:
    """Serves, and in each fork runs its program, which ends as the interpreter ends one."""
    for name in (*_our_modules(), *_LIBRARIES, "support.crash_process"):
        # Windows' modules. Whatever else cannot be imported, a program that needs it reports.
        with suppress(ImportError, OSError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    assert threading.active_count() == 1, "a fork takes no threads along"
    loaded = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert not any(name in loaded for name in ("softhsm", "libsoftokn", "p11-kit")), loaded
    with socket.socket(fileno=connection) as requests:
        module, *sys.argv[1:] = _serve(requests)
    sys.modules.pop(module, None)  # was imported here for its imports only
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
