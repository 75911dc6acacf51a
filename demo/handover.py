"""From the bank's page to the app: the desktop entry that opens certclient: links."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from certclient.platform.desktop_entry import register
from demo.terminal_person import write_person
from demo.world import World

_CERTCLIENT = Path(sys.executable).parent / "certclient"
_APP_SECONDS = 60.0


class HandoverError(Exception):
    """The link opened no program, or that did not end in time."""


@dataclass(frozen=True)
class Handover:
    """Links are opened by a person at a terminal; `screen` has what was on it, at the end."""

    environment: Mapping[str, str]
    screen: Path

    def app_ended(self) -> tuple[str, int]:
        """Waits for the program that a link opened: its screen, its exit code."""
        deadline = time.monotonic() + _APP_SECONDS
        while not self.screen.exists():
            if time.monotonic() > deadline:
                raise HandoverError("the link opened no program")
            time.sleep(0.05)
        text, _, code = self.screen.read_text(encoding="utf-8").rpartition("\n")
        return text, int(code)


def to_a_terminal(world: World, profile: Path) -> Handover:
    """Links go to `certclient open-link`, whose question a person answers with yes."""
    screen, person = world.folder / "screen.txt", world.folder / "person"
    program = [str(_CERTCLIENT), "--profile", str(profile), "open-link"]
    write_person(person, screen, ["y"], program)
    _register(world, person)
    # xdg-open looks for a program only where there is a display; Chromium here draws on none.
    display = {"DISPLAY": world.environment.get("DISPLAY", ":none")}
    return Handover({**world.environment, **display}, screen)


def to_the_windows(world: World, profile: Path) -> None:
    """Links go to the app's windows."""
    script = world.folder / "certclient-window"
    command = shlex.join([str(_CERTCLIENT), "--profile", str(profile)])
    script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    _register(world, script)


def _register(world: World, program: Path) -> None:
    home = world.home
    register([str(program)], home / ".local" / "share", home / ".config")
