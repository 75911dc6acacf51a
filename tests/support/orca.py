"""Debian's Orca, which reads the windows of this process; what it speaks is taken from its log.

Needs a display and a D-Bus session of its own; `tests/ui/test_on_screen.py` provides both.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.wizards import until

_SPOKEN = re.compile(
    r"^[\d:.]+ - SPEECH OUTPUT: '(.*?)'(?: voice=\w+| )?\{", re.DOTALL | re.MULTILINE
)
_READY = "Screen reader on."

_CUSTOMIZATIONS = """
import orca.debug
orca.debug.debugFile.reconfigure(line_buffering=True)
"""
"""Orca loads this file when it starts. It fills a buffer of 8 kB otherwise."""


@dataclass(frozen=True)
class Orca:
    """`log`: what Orca writes with --debug-file."""

    log: Path

    @property
    def spoken(self) -> list[str]:
        """Each text that was given to the speech synthesizer, in one line."""
        if not self.log.exists():
            return []
        texts = _SPOKEN.findall(self.log.read_text(encoding="utf-8", errors="replace"))
        return [" ".join(text.split()) for text in texts]

    def said(self, text: str) -> bool:
        """Whether `text` was spoken so far."""
        return any(text in one for one in self.spoken)

    def says(self, text: str, times: int = 1) -> None:
        """Waits until `text` was spoken so many times."""
        until(
            lambda: sum(text in one for one in self.spoken) >= times,
            lambda: f"{text!r} not spoken: {self.spoken}",
        )


@contextmanager
def orca(folder: Path) -> Iterator[Orca]:
    """Runs Orca with its own settings in `folder`, and without a speech synthesizer."""
    reader = Orca(folder / "orca.log")
    process = subprocess.Popen(
        ("orca", f"--debug-file={reader.log}"),
        env=_environment(folder),
        stdout=sys.stderr,
        stderr=sys.stderr,
    )
    try:
        until(lambda: _READY in reader.spoken or process.poll() is not None)
        assert process.poll() is None, "Orca did not start"
        yield reader
    finally:
        process.kill()
        process.wait()


def _environment(folder: Path) -> dict[str, str]:
    home = folder / "home"
    settings = home / ".local" / "share" / "orca"
    settings.mkdir(parents=True)
    (settings / "orca-customizations.py").write_text(_CUSTOMIZATIONS, encoding="utf-8")
    # Orca does not start if its user runs another one. That one is on another bus.
    pgrep = folder / "bin" / "pgrep"
    pgrep.parent.mkdir()
    pgrep.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    pgrep.chmod(0o755)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "PATH": f"{pgrep.parent}:{os.environ['PATH']}",
        "GSETTINGS_BACKEND": "memory",
        "LC_ALL": "C.UTF-8",
        "SPEECHD_SOCKET": str(folder / "no-speech"),
    }
