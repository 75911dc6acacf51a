"""`make installer`: builds the packages that customers and administrators install.

    python -m tools.installer [--settings FILE] [--folder FOLDER] [--quick] [--if-needed]
    python -m tools.installer compare ONE OTHER
    python -m tools.installer apt FOLDER PACKAGE.deb... [--settings FILE]

The settings come from installer/build.toml; the results go to build/installer.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools.installer import made_from
from tools.installer.ages import AgeError
from tools.installer.bank_profiles import check_profiles
from tools.installer.build import Build, BuildError, epoch, make_all, print_line
from tools.installer.compare import compare
from tools.installer.freeze import FreezeError, prepare
from tools.installer.icon import IconError
from tools.installer.inside import VersionError
from tools.installer.linux.apt import make_repository
from tools.installer.linux.wheel import PackageError
from tools.installer.msi import MsiError
from tools.installer.nsis import SetupError
from tools.installer.release_key import ReleaseKeyError, release_key
from tools.installer.settings import DEFAULT, BuildSettingsError, Places, read_settings
from tools.installer.signing import SigningError, make_signer
from tools.installer.wine_freeze import freeze_in
from tools.wine.cache import Cache, PartError, default_folder

_FAILURES = (
    AgeError,
    BuildError,
    FreezeError,
    IconError,
    MsiError,
    OSError,
    PackageError,
    ReleaseKeyError,
    PartError,
    BuildSettingsError,
    SetupError,
    SigningError,
    VersionError,
    made_from.ForeignBuildError,
    subprocess.SubprocessError,
)


def main(arguments: Sequence[str]) -> int:
    """Returns 1, with a text on stderr, if the build fails. `compare`, `apt`: see `_compare` and
    `_apt`."""
    if arguments[:1] == ["compare"]:
        return _compare(arguments[1:])
    if arguments[:1] == ["apt"]:
        return _apt(arguments[1:])
    parser = argparse.ArgumentParser(
        description="Makes the installer.",
        epilog="`compare` compares two builds, `apt` makes an apt repository: see their --help.",
    )
    parser.add_argument("--settings", type=Path, default=DEFAULT)
    parser.add_argument("--folder", type=Path, default=Places().folder)
    parser.add_argument("--quick", action="store_true", help="larger, and faster to make")
    parser.add_argument("--if-needed", action="store_true", help="not if it would be the same")
    given = parser.parse_args(arguments)
    if os.geteuid() != 0:
        print("make installer: Wine in a chroot needs root: run it with sudo", file=sys.stderr)
        return 1
    # Qt draws the icon and the banner; a build machine need not have a screen.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        settings = read_settings(given.settings)
        places = Places(given.folder.absolute())
        signer = make_signer(settings, places, given.settings)
        build = Build(settings, places, signer, epoch(os.environ), quick=given.quick)
        if given.if_needed and made_from.is_current(build):
            print_line(f"{places.results} is what a build would make again")
        else:
            if given.if_needed:
                made_from.check_replaceable(build)
            _make(build)
    except _FAILURES as error:
        print(f"make installer: {error}", file=sys.stderr)
        return 1
    return 0


def _make(build: Build) -> None:
    check_profiles(build.settings, datetime.now(UTC))
    cache = Cache(default_folder(os.environ, Path.home()))
    made_from.forget(build)
    # Taken before the build: a source that changes meanwhile makes the results outdated.
    stamp = made_from.stamp(build)
    make_all(build, freeze_in(prepare(cache), cache.mount_point()))
    made_from.note(build, stamp)


def _apt(arguments: Sequence[str]) -> int:
    """Returns 1, with a text on stderr, if the repository cannot be made."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.installer apt",
        description="Adds packages to an apt repository in a folder, and signs it.",
    )
    parser.add_argument("folder", type=Path, help="the repository, made if it is not there")
    parser.add_argument("packages", type=Path, nargs="+", metavar="PACKAGE.deb")
    parser.add_argument("--settings", type=Path, default=DEFAULT)
    given = parser.parse_args(arguments)
    try:
        settings = read_settings(given.settings)
        key = release_key(settings, Places())
        if key.is_test:
            print_line("TEST SIGNATURE: no signing.release_key is configured")
        origin, now = settings.product.publisher, datetime.now(UTC)
        make_repository(given.folder, given.packages, key, origin=origin, now=now)
    except _FAILURES as error:
        print(f"apt: {error}", file=sys.stderr)
        return 1
    return 0


def _compare(arguments: Sequence[str]) -> int:
    """Returns 1 if the builds differ, 2 if they cannot be compared."""
    parser = argparse.ArgumentParser(description="Compares two builds without their signatures.")
    parser.add_argument("one", type=Path, help="a build's folder, as --folder names it")
    parser.add_argument("other", type=Path, help="another one's")
    given = parser.parse_args(arguments)
    try:
        found = compare(given.one, given.other)
    except OSError as error:
        print(f"compare: {error}", file=sys.stderr)
        return 2
    for line in (*found.not_compared, *found.differences):
        print(line)
    if not found.differences:
        print("The rest is the same, apart from signatures.")
    return 1 if found.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
