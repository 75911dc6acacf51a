"""Processes of the program that start at once: forks of one that has imported everything.

    with quick_programs(environment) as programs:
        done = programs.certclient("list", "--json")

A PKCS#11 module survives no fork, so the process that is forked never loads one. Each program is
a process of its own all the same: it loads the modules, and can be killed.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pkcs11 import Attribute, ObjectClass

from certclient import bootstrap
from support import crash_process
from support.forks import CompletedProgram
from support.tokens.running import RunningToken

TESTS = Path(__file__).parents[2]


class QuickPrograms:
    """Starts programs through the process that `main` runs in."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def certclient(self, *arguments: str, stdin: str = "") -> CompletedProgram:
        """The command line."""
        return self._run("certclient", arguments, stdin)

    def renew_and_be_killed(self, profile: Path, point: str) -> CompletedProgram:
        """`support.crash_process`: renews the token's certificate until `point`."""
        return self._run("crash", (str(profile), point, "renew", "usb"))

    def wipe(self, module: Path, token: str) -> None:
        """Deletes the token's objects."""
        done = self._run("wipe", (str(module), token))
        assert done.code == 0, done.err

    def count_keys(self, module: Path, token: str) -> int:
        """The token's private keys, whoever made them."""
        done = self._run("count", (str(module), token))
        assert done.code == 0, done.err
        return int(done.out)

    def _run(self, kind: str, arguments: tuple[str, ...], stdin: str = "") -> CompletedProgram:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([kind, arguments, stdin]) + "\n")
        self._process.stdin.flush()
        return CompletedProgram(**json.loads(self._process.stdout.readline()))


@contextmanager
def quick_programs(environment: Mapping[str, str]) -> Iterator[QuickPrograms]:
    """The starter, whose programs all have this environment."""
    paths = f"{TESTS}{os.pathsep}{TESTS.parent}"
    with subprocess.Popen(
        [sys.executable, "-m", "support.tokens.quick_programs"],
        env={**environment, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield QuickPrograms(process)
        finally:
            process.kill()


def _certclient(*arguments: str) -> int:
    sys.argv[1:] = arguments
    return bootstrap.main()


def _crash(*arguments: str) -> int:
    crash_process.main(*arguments)
    return 0


def _wipe(module: str, token: str) -> int:
    RunningToken(Path(module), label=token).wipe()
    return 0


def _count(module: str, token: str) -> int:
    with RunningToken(Path(module), label=token).other_software() as session:
        print(len(list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}))))
    return 0


_KINDS: Mapping[str, Callable[..., int]] = {
    "certclient": _certclient,
    "crash": _crash,
    "wipe": _wipe,
    "count": _count,
}


def _in_fork(kind: str, arguments: list[str], stdin: str) -> CompletedProgram:
    with contextlib.ExitStack() as files:
        streams = [files.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        streams[0].write(stdin.encode())
        streams[0].seek(0)
        child = os.fork()
        if child == 0:
            _be_program(kind, arguments, [stream.fileno() for stream in streams])
        _, status = os.waitpid(child, 0)
        for stream in streams[1:]:
            stream.seek(0)
        out, err = (stream.read().decode(errors="replace") for stream in streams[1:])
        return CompletedProgram(os.waitstatus_to_exitcode(status), out, err)


def _be_program(kind: str, arguments: list[str], streams: list[int]) -> None:
    """In the fork: never returns."""
    code = 70
    try:
        for target, stream in enumerate(streams):
            os.dup2(stream, target)
        input_file = io.BufferedReader(io.FileIO(0, closefd=False))
        sys.stdin = io.TextIOWrapper(input_file, encoding="utf-8")
        code = _KINDS[kind](*arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001  the program's edge: prints why it ends, as Python does
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    for line in sys.stdin:
        kind, arguments, stdin = json.loads(line)
        done = _in_fork(kind, arguments, stdin)
        print(json.dumps(vars(done)), flush=True)


if __name__ == "__main__":
    main()
