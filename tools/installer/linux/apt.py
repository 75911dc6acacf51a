"""Makes a signed apt repository of .deb files, for a bank's web server (docs/deploy.md)."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from tools.installer.linux.wheel import PackageError
from tools.installer.release_key import PUBLIC_KEY, ReleaseKey
from tools.installer.sums import sha256

SUITE = "stable"
_POOL = "pool"
_INDEX = "main/binary-amd64"


def make_repository(
    folder: Path, packages: Iterable[Path], key: ReleaseKey, *, origin: str, now: datetime
) -> None:
    """Adds `packages` to the repository in `folder` and signs its index anew.

    Packages that are already there stay, so that an earlier version can still be installed.
    `origin`: who publishes it; `now`: aware. Raises PackageError, ReleaseKeyError.
    """
    pool, suite = folder / _POOL, folder / "dists" / SUITE
    pool.mkdir(parents=True, exist_ok=True)
    (suite / _INDEX).mkdir(parents=True, exist_ok=True)
    for package in packages:
        shutil.copyfile(package, pool / package.name)
    listed = "\n".join(_entry(package) for package in sorted(pool.glob("*.deb"))).encode()
    (suite / _INDEX / "Packages").write_bytes(listed)
    (suite / _INDEX / "Packages.gz").write_bytes(gzip.compress(listed, mtime=0))
    key.export(folder / PUBLIC_KEY)
    release = suite / "Release"
    release.write_text(_release(suite, origin, now), encoding="utf-8")
    # Replaced last: until then, clients see the earlier index or are told to try again.
    made = suite / "InRelease.new"
    key.sign_inline(release, made)
    made.replace(suite / "InRelease")


def _entry(package: Path) -> str:
    """A paragraph of the file Packages (Debian Policy 5.3, repository format)."""
    done = subprocess.run(
        ("dpkg-deb", "--field", str(package)), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise PackageError(f"{package.name} is no Debian package\n{done.stderr}")
    return (
        f"{done.stdout.rstrip()}\n"
        f"Filename: {_POOL}/{package.name}\n"
        f"Size: {package.stat().st_size}\n"
        f"SHA256: {sha256(package)}\n"
    )


def _release(suite: Path, origin: str, now: datetime) -> str:
    fields = {
        "Origin": origin,
        "Label": "certclient",
        "Suite": SUITE,
        "Codename": SUITE,
        "Architectures": "amd64",
        "Components": "main",
        "Date": format_datetime(now.astimezone(UTC), usegmt=True),
    }
    lines = [f"{name}: {value}" for name, value in fields.items()]
    indexes = sorted((suite / _INDEX).iterdir())
    sums = [f" {sha256(one)} {one.stat().st_size} {_INDEX}/{one.name}" for one in indexes]
    return "\n".join([*lines, "SHA256:", *sums, ""])
