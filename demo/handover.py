"""From the bank's page to the app: the desktop entry that opens `certclient:` links."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from certclient.platform.desktop_entry import register
from demo.terminal_user import write_terminal_user
from demo.world import World

_CERTCLIENT = Path(sys.executable).parent / "certclient"
_APP_SECONDS = 60.0


class HandoverError(Exception):
    """The link started no program, or the program did not end in time."""


@dataclass(frozen=True)
class Handover:
    """Links open `certclient` in a simulated terminal.

    `environment` is for the browser. `screen` is the file with the terminal's output, written when
    the program ends.
    """

    environment: Mapping[str, str]
    screen: Path

    def app_ended(self) -> tuple[str, int]:
        """Waits for the program that a link started; returns its output and exit code.

        Raises HandoverError after 60 seconds.
        """
        deadline = time.monotonic() + _APP_SECONDS
        while not self.screen.exists():
            if time.monotonic() > deadline:
                raise HandoverError("the link opened no program")
            time.sleep(0.05)
        text, _, code = self.screen.read_text(encoding="utf-8").rpartition("\n")
        return text, int(code)


def to_a_terminal(world: World, profile: Path) -> Handover:
    """Registers `certclient open-link` for links, in a terminal that answers yes."""
    screen, person = world.folder / "screen.txt", world.folder / "person"
    program = [str(_CERTCLIENT), "--profile", str(profile), "open-link"]
    write_terminal_user(person, screen, ["y"], program)
    _register(world, person)
    # xdg-open looks up a program only if DISPLAY is set; the headless Chromium does not use it.
    display = {"DISPLAY": world.environment.get("DISPLAY", ":none")}
    return Handover({**world.environment, **display}, screen)


def to_the_windows(world: World, profile: Path) -> None:
    """Registers the windowed app for links."""
    script = world.folder / "certclient-window"
    command = shlex.join([str(_CERTCLIENT), "--profile", str(profile)])
    script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    _register(world, script)


def _register(world: World, program: Path) -> None:
    home = world.home
    register([str(program)], home / ".local" / "share", home / ".config")
