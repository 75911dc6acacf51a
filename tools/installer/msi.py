"""Builds the MSI for company networks: per machine, silent, with the same payload as the setup.

Debian's wixl 0.101 creates it; msibuild then adds to its tables what wixl lacks: non-ASCII text,
both bounds of an upgrade's version ranges, the package code. docs/adr/0014-fleets.md has the
measurements.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.version import Version

from tools.installer import msi_times
from tools.installer.msi_source import (
    FITS,
    ICON,
    NOT_OLDER,
    NOTIFICATIONS_ROW,
    PAYLOAD,
    MsiPackage,
    source,
)
from tools.installer.settings import BuildSettings

Sign = Callable[[Path], None]
"""Signs a finished file in place."""

_CODE_PAGE_TABLE = "\n\n65001\t_ForceCodepage\n"
"""Sets the database's code page to UTF-8, which wixl cannot."""

_UPGRADE_COLUMNS = (
    *("UpgradeCode", "VersionMin", "VersionMax"),
    *("Language", "Attributes", "Remove", "ActionProperty"),
)
_VERSION_MIN_INCLUSIVE, _VERSION_MAX_INCLUSIVE = 0x100, 0x200
_MIGRATE_FEATURES, _ONLY_DETECT = 0x1, 0x2
_REPLACED = _MIGRATE_FEATURES | _VERSION_MIN_INCLUSIVE | _VERSION_MAX_INCLUSIVE

TOO_OLD = "64ビット版のWindows 10以降が必要です。 / 64-bit Windows 10 or newer is needed."
NEWER = (
    "すでに新しい版が入っています。古い版に戻すときは、先に新しい版をアンインストールしてください。"
    " / A newer version is installed. To go back to an older one, uninstall the newer one first."
)
"""Both are shown by Windows Installer, or written to its log if it runs silently."""


class MsiError(Exception):
    """The MSI could not be built. The text is the tool's output."""


def make_msi(
    settings: BuildSettings,
    payload: Path,
    results: Path,
    epoch: int,
    sign: Sign | None = None,
    icon: Path | None = None,
) -> Path:
    """Packs `payload` into an MSI in the folder `results` and returns its path.

    `epoch`: timestamp of all its files, in seconds since 1970. Before `sign`, the same payload
    gives the same bytes. `icon`: an .ico for Windows' list of programs. Raises MsiError.
    """
    results.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        work = Path(folder)
        _copy(payload, work / PAYLOAD, epoch)
        if icon is not None:
            shutil.copyfile(icon, work / ICON)
        package = MsiPackage(
            name=settings.product.name,
            publisher=settings.product.publisher,
            version=msi_version(settings.version),
            payload=work / PAYLOAD,
            has_icon=icon is not None,
        )
        built = work / "built.msi"
        (work / "source.wxs").write_bytes(source(package))
        _run(("wixl", "--arch", "x64", "--output", built.name, "source.wxs"), work)
        _complete(built, package, settings)
        _set_times(built, epoch)
        target = results / f"{settings.product.name}-{settings.version}.msi"
        shutil.copyfile(built, target)
    if sign is not None:
        sign(target)
    return target


def _set_times(msi: Path, epoch: int) -> None:
    try:
        msi_times.set_times(msi, epoch)
    except msi_times.TimesError as error:
        raise MsiError(f"{msi.name}: {error}") from error


def msi_version(version: str) -> str:
    """The three numbers that Windows Installer compares. Builds with the same three numbers (rc1
    and the release) replace each other in either order.

    >>> msi_version("1.2.3rc1")
    '1.2.3'
    """
    parsed = Version(version)
    return f"{parsed.major}.{parsed.minor}.{parsed.micro}"


def _copy(payload: Path, place: Path, epoch: int) -> None:
    """Copies `payload` with one modification time, which the cabinet stores."""
    shutil.copytree(payload, place)
    for path in place.rglob("*"):
        os.utime(path, (epoch, epoch))


def _complete(msi: Path, package: MsiPackage, settings: BuildSettings) -> None:
    """Adds to the tables what wixl cannot express."""
    for table in (_CODE_PAGE_TABLE, _upgrade_table(package)):
        file = msi.with_name("table.idt")
        file.write_text(table, encoding="utf-8", newline="\r\n")
        _run(("msibuild", msi.name, "-i", file.name), msi.parent)
    for query in _queries(settings):
        _run(("msibuild", msi.name, "-q", query), msi.parent)
    title, template = f"{package.name} {package.version}", "x64;1041"
    summary = (title, package.publisher, template, package.package_code)
    _run(("msibuild", msi.name, "-s", *summary), msi.parent)


def _upgrade_table(package: MsiPackage) -> str:
    """The whole table, as an .idt for import: its versions and attributes belong to the key, and
    msibuild's UPDATE fails for key columns."""
    rows = (
        _UPGRADE_COLUMNS,
        ("s38", "S20", "S20", "S255", "i4", "S255", "s72"),
        ("Upgrade", *_UPGRADE_COLUMNS[:5]),
        (package.upgrade_code, "0.0.0", package.version, "", str(_REPLACED), "", "OLDER"),
        (package.upgrade_code, package.version, "", "", str(_ONLY_DETECT), "", "NEWER"),
    )
    return "".join("\t".join(row) + "\n" for row in rows)


def _queries(settings: BuildSettings) -> Iterator[str]:
    yield _update("Property", "Value", "OLDER;NEWER;PROFILE", "SecureCustomProperties")
    yield _update("Shortcut", "Name", f"CERTCL~1|{settings.product.title_ja}", "start")
    yield _update("Shortcut", "Description", settings.product.title_en, "start")
    yield _update("Registry", "Value", settings.product.title_ja, NOTIFICATIONS_ROW)
    yield _update("LaunchCondition", "Description", TOO_OLD, FITS, "Condition")
    yield _update("LaunchCondition", "Description", NEWER, NOT_OLDER, "Condition")


def _update(table: str, column: str, value: str, row: str, key: str = "") -> str:
    """An UPDATE of one row. `key`: the key column, by default the one named after the table, as is
    usual in an MSI."""
    if "'" in value + row:
        raise MsiError(f"an MSI's query cannot hold an apostrophe: {value}")
    return f"UPDATE `{table}` SET `{column}`='{value}' WHERE `{key or table}`='{row}'"  # noqa: S608


def _run(command: Sequence[str], folder: Path) -> str:
    """Runs wixl or msibuild. Any output on stderr is an error: both only warn about an attribute or
    value that they do not know."""
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    said = done.stderr.strip()
    if done.returncode != 0 or said:
        raise MsiError(f"{' '.join(command)}\n{said or done.stdout}")
    return done.stdout
