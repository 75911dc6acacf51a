"""A D-Bus session bus of its own, with a real or a mute Secret Service on it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_MUTE = """
import jeepney, jeepney.io.blocking
bus = jeepney.io.blocking.open_dbus_connection("SESSION")
bus.send_and_get_reply(jeepney.message_bus.RequestName("org.freedesktop.secrets"))
print("ready", flush=True)
while True:
    bus.receive()
"""


@contextmanager
def session_bus(folder: Path, *, services: bool = False) -> Iterator[dict[str, str]]:
    """Runs a bus; gives the environment variable with its address.

    `services`: programs that this computer offers may be started by the bus.
    """
    config = folder / "bus.conf"
    activation = "<standard_session_servicedirs/>" if services else ""
    config.write_text(
        "<busconfig><type>session</type>"
        f"<listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>{activation}"
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/>'
        '<allow eavesdrop="true"/>'
        '<allow own="*"/></policy></busconfig>'
    )
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(folder)}
    command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"]
    with _started(command, environment) as output:
        yield {"DBUS_SESSION_BUS_ADDRESS": output.readline().strip()}


@contextmanager
def mute_secret_service(bus: Mapping[str, str]) -> Iterator[None]:
    """Owns the Secret Service's name on `bus` and answers nothing."""
    with _started([sys.executable, "-c", _MUTE], bus) as output:
        assert output.readline().strip() == "ready"
        yield


@contextmanager
def gnome_keyring(bus: Mapping[str, str], home: Path, password: str | None) -> Iterator[None]:
    """A real gnome-keyring on `bus`, unlocked with `password`; locked if it is None."""
    environment = {**bus, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    unlock = ["--unlock"] if password is not None else []
    command = ["gnome-keyring-daemon", "--foreground", "--components=secrets", *unlock]
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdin is not None
        process.stdin.write(password or "")
        process.stdin.close()
        _wait_for_name(bus)
        yield
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _wait_for_name(bus: Mapping[str, str]) -> None:
    command = ["dbus-send", "--session", "--print-reply", "--reply-timeout=20000"]
    names = ["--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.GetNameOwner"]
    for _ in range(200):
        done = subprocess.run(
            [*command, *names, "string:org.freedesktop.secrets"],
            env={**os.environ, **bus},
            capture_output=True,
            check=False,
        )
        if done.returncode == 0:
            return
    raise AssertionError("gnome-keyring did not start")


@contextmanager
def _started(command: list[str], environment: Mapping[str, str]) -> Iterator[IO[str]]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        with process.stdout:
            yield process.stdout
    finally:
        process.kill()
        process.wait()
