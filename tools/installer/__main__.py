"""`make installer`: makes what customers and administrators install.

    python -m tools.installer [--settings FILE] [--folder FOLDER] [--quick]
    python -m tools.installer compare ONE OTHER

Settings come from installer/build.toml; what is made goes to build/installer.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.installer.build import Build, epoch, make_all
from tools.installer.compare import differences
from tools.installer.freeze import FreezeError
from tools.installer.icon import IconError
from tools.installer.linux.wheel import PackageError
from tools.installer.msi import MsiError
from tools.installer.nsis import SetupError
from tools.installer.settings import DEFAULT, Places, SettingsError, read_settings
from tools.installer.signing import SigningError, make_signer
from tools.wine.cache import PartError

_FAILURES = (
    FreezeError,
    IconError,
    MsiError,
    OSError,
    PackageError,
    PartError,
    SettingsError,
    SetupError,
    SigningError,
    subprocess.SubprocessError,
)


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 and a text on stderr if there is no installer, or the two folders differ."""
    if arguments[:1] == ["compare"]:
        return _compare(arguments[1:])
    parser = argparse.ArgumentParser(description="Makes the installer.")
    parser.add_argument("--settings", type=Path, default=DEFAULT)
    parser.add_argument("--folder", type=Path, default=Places().folder)
    parser.add_argument("--quick", action="store_true", help="larger, and faster to make")
    given = parser.parse_args(arguments)
    if os.geteuid() != 0:
        print("make installer: Wine in a chroot needs root: sudo make installer", file=sys.stderr)
        return 1
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        settings = read_settings(given.settings)
        places = Places(given.folder.absolute())
        signer = make_signer(settings, places, given.settings)
        make_all(Build(settings, places, signer, epoch(os.environ), quick=given.quick))
    except _FAILURES as error:
        print(f"make installer: {error}", file=sys.stderr)
        return 1
    return 0


def _compare(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Compares two builds without their signatures.")
    parser.add_argument("one", type=Path)
    parser.add_argument("other", type=Path)
    given = parser.parse_args(arguments)
    found = list(differences(given.one, given.other))
    print("\n".join(found) or "The same, apart from signatures.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
