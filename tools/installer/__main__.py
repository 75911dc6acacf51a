"""`make installer`: python -m tools.installer [--settings FILE] [--short] [--folder FOLDER].

Settings come from installer/build.toml; what is made goes to build/installer.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.installer import build
from tools.installer.freeze import FreezeError, PartError
from tools.installer.settings import DEFAULT, Places, SettingsError, read_settings
from tools.installer.signing import SigningError, make_signer

_FAILURES = (
    FreezeError,
    PartError,
    SettingsError,
    SigningError,
    OSError,
    subprocess.SubprocessError,
)


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 and a text on stderr if there is no installer."""
    parser = argparse.ArgumentParser(description="Makes the installer.")
    parser.add_argument("--settings", type=Path, default=DEFAULT)
    parser.add_argument("--folder", type=Path, default=Places().folder)
    given = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        settings = read_settings(given.settings)
        places = Places(given.folder.absolute())
        signer = make_signer(settings, places, given.settings)
        build.make_payload(settings, places, signer, epoch=build.epoch(os.environ))
    except _FAILURES as error:
        print(f"make installer: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
