"""A fresh Windows (Wine in a chroot) that a test keeps running and controls from Linux.

`tools.wine.Sandbox` runs one command and keeps nothing; here many commands run in the same
Windows, with a screen that `xdotool` and `import` on Linux can access.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tools.wine.sandbox import PREFIX, Sandbox

_SECONDS = 1200


@dataclass(frozen=True)
class FreshWindows:
    """`process`: the PID, seen from outside, of a process inside; `shared`: a folder outside
    that Windows programs see as Z:\\keep."""

    process: int
    shared: Path
    environment: dict[str, str]

    def run(
        self, *command: str, seconds: float = _SECONDS, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs a Linux program inside, for example `wine`, and waits until it ends.

        The output goes to a file, because processes that Windows starts meanwhile, such as the
        desktop, would keep a pipe open.
        """
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                self.entering(*command, environment=environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=seconds,
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Like `run`, but does not wait and discards the output."""
        return subprocess.Popen(
            self.entering(*command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wine(self, *command: str, seconds: float = _SECONDS) -> subprocess.CompletedProcess[bytes]:
        return self.run("wine", *command, seconds=seconds)

    def path(self, windows_path: str) -> Path:
        """The path outside of a file inside, valid while this Windows runs."""
        drive, _, rest = windows_path.replace("\\", "/").partition(":/")
        place = f"{PREFIX}/drive_c/{rest}" if drive.lower() == "c" else f"/{rest}"
        return Path(f"/proc/{self.process}/root{place}")

    def registry(self, key: str) -> dict[str, dict[str, str]]:
        """Keys below `key` with their values as `reg` exports them; {} if `key` does not exist."""
        self.wine("reg", "export", key, r"Z:\keep\export.reg", "/y")
        file = self.shared / "export.reg"
        if not file.exists():
            return {}
        text = file.read_text(encoding="utf-16")
        file.unlink()
        return read_export(text)

    @contextmanager
    def small_disk(self, folder: str, kilobytes: int) -> Iterator[None]:
        """Meanwhile `folder` is a separate, empty disk of this size."""
        root = os.readlink(f"/proc/{self.process}/root")
        place = root + str(self.path(folder)).removeprefix(f"/proc/{self.process}/root")
        inside = ("nsenter", f"--target={self.process}", "--mount")
        disk = ("-t", "tmpfs", "-o", f"size={kilobytes}k", "none", place)
        subprocess.run((*inside, "mount", *disk), check=True)
        try:
            yield
        finally:
            subprocess.run((*inside, "umount", "--lazy", place), check=True)

    def runs(self, name: str) -> list[str]:
        """The PIDs, as seen inside, of programs whose command line contains `name`."""
        found = []
        for file in self.path("Z:/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # it has just ended
                if name.encode() in file.read_bytes():
                    found.append(file.parent.name)
        return found

    def kill(self, name: str) -> None:
        """Kills such programs, like the task manager."""
        for number in self.runs(name):
            self.run("sh", "-c", f"kill -9 {number}")

    def settle(self) -> None:
        """Waits until every Windows program has ended."""
        self.run("wineserver", "-w")

    def entering(self, *command: str, environment: Mapping[str, str] | None = None) -> list[str]:
        """The command line, outside, that runs a Linux program inside."""
        more = {**self.environment, **(environment or {})}
        variables = [f"{name}={value}" for name, value in more.items()]
        namespaces = ("nsenter", f"--target={self.process}", "--mount", "--pid", "--root")
        return [*namespaces, "env", "-i", "-C", "/", *variables, *command]


def read_export(text: str) -> dict[str, dict[str, str]]:
    """Parses a `.reg` file: maps keys to names and values as written there."""
    keys: dict[str, dict[str, str]] = {}
    values: dict[str, str] = {}
    for line in text.replace("\\\r\n  ", "").replace("\\\n  ", "").splitlines():
        if line.startswith("["):
            values = keys.setdefault(line.strip("[]"), {})
        elif "=" in line:
            name, _, value = _split(line)
            values[name] = value
    return keys


def _split(line: str) -> tuple[str, str, str]:
    if line.startswith('"'):
        name, equals, value = line[1:].partition('"=')
        return name, equals, value
    return line.partition("=")


@contextmanager
def fresh_windows(sandbox: Sandbox, shared: Path, display: str = "") -> Iterator[FreshWindows]:
    """`shared` becomes Z:\\keep; `display`: an X server of this machine without access control."""
    environment = {**sandbox.environment, **({"DISPLAY": display} if display else {})}
    process = replace(sandbox, keep=shared).start(("sleep", "infinity"))
    try:
        yield FreshWindows(_innermost(process), shared, environment)
    finally:
        process.kill()
        process.communicate()


def _innermost(process: subprocess.Popen[str]) -> int:
    """The PID, as seen outside, of the `sleep` in the chroot."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        number = process.pid
        while children := _children(number):
            number = children[0]
        if _name(number) == "sleep":
            return number
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)
    raise AssertionError("the sandbox did not come up")


def _children(number: int) -> list[int]:
    try:
        text = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in text.split()]


def _name(number: int) -> str:
    try:
        return Path(f"/proc/{number}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
