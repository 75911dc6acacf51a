"""Builds the .deb for Debian 12: the wheel and its locked libraries in /usr/lib/certclient.

It runs on the system's Python and so gets Debian's security updates. Outside of that folder are
/usr/bin/certclient, the desktop entry (which registers the scheme `certclient:`), the icon, the
reminder's autostart, the banks' profiles in /etc/certclient/profiles, which an administrator may
edit, and the parts of `extras.py`.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from certclient.platform.desktop_entry import ENTRY_NAME, entry_text
from tools.installer.ca_plugins import unpack, verified_plugins
from tools.installer.linux import parts, qt
from tools.installer.linux.extras import TEMPLATES, add_extras
from tools.installer.linux.wheel import PackageError, run
from tools.installer.sbom import make_linux_sbom
from tools.installer.settings import ROOT, BuildSettings

PYTHON = (3, 11)
"""Debian 12's version; compiled extension modules load in no other."""

DEPENDS = (
    "python3 (>= 3.11)",
    "python3 (<< 3.12)",
    "libnss3",
    "libgnutls30 (>= 3.6.14)",
    "desktop-file-utils",
    "hicolor-icon-theme",
    # Libraries that Qt is linked with, or loads to open a window.
    "libc6 (>= 2.34)",
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libfreetype6",
    "libgl1",
    "libglib2.0-0",
    "libwayland-client0",
    "libwayland-cursor0",
    "libwayland-egl1",
    "libx11-xcb1",
    "libxcb-cursor0",
    "libxcb-glx0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-render0",
    "libxcb-shape0",
    "libxcb-shm0",
    "libxcb-sync1",
    "libxcb-xfixes0",
    "libxcb-xkb1",
    "libxcb1",
    "libxkbcommon-x11-0",
    "libxkbcommon0",
)
_SITE = "usr/lib/certclient"
_PROFILES = "etc/certclient/profiles"
_AUTOSTART = "etc/xdg/autostart/certclient-reminder.desktop"
_DOC = "usr/share/doc/certclient"


def make_deb(settings: BuildSettings, wheel: Path, results: Path, epoch: int) -> Path:
    """Builds the package and its bill of materials (`bill_of`) in the folder `results`; returns the
    package's path.

    `wheel`: from `make_wheel`, with or without the practice bank as the settings say. `epoch`:
    timestamp of all its files, in seconds since 1970. Raises VersionError, and PackageError
    (also if this Python is not the one that the package is for).
    """
    if sys.version_info[:2] != PYTHON:
        raise PackageError("the .deb is for Debian 12 and is built with Python 3.11 there")
    results.mkdir(parents=True, exist_ok=True)
    version = debian_version(settings.version)
    practice_bank = settings.contents.practice_bank
    with TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        _libraries(root / _SITE, wheel, parts.lock_file(Path(folder), practice_bank=practice_bank))
        _desktop(root, settings)
        _profiles(root, settings)
        _documents(root, settings, version, epoch)
        add_extras(root, epoch, () if practice_bank else ("practice",))
        bill = make_linux_sbom(settings, root, root / _SITE, epoch)
        unpack(verified_plugins(settings), root / _SITE)
        _control(root, settings, version)
        _settle(root, epoch)
        package = results / f"certclient_{version}_amd64.deb"
        # xz, as every dpkg reads it; one thread, as the output depends on the number of threads.
        compression = ("-Zxz", "-z3", "--threads-max=1")
        run(
            ("dpkg-deb", "--root-owner-group", *compression, "--build", str(root), str(package)),
            SOURCE_DATE_EPOCH=str(epoch),
        )
    bill_of(package).write_text(bill, encoding="utf-8")
    return package


def bill_of(package: Path) -> Path:
    """The path of the package's bill of materials, beside it."""
    return package.with_name(f"{package.name}.cdx.json")


def debian_version(version: str) -> str:
    """Converts a PEP 440 version to Debian's syntax, in the same order: `~` sorts before the end.

    >>> debian_version("1.0.0rc1")
    '1.0.0~rc1'
    """
    return re.sub(r"(?<=\d)(a|b|rc|\.dev)(?=\d)", r"~\1", version).replace("~.dev", "~dev")


def _libraries(site: Path, wheel: Path, lock: Path) -> None:
    pip = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "install")
    options = ("--no-deps", "--no-compile", "--only-binary=:all:", f"--target={site}")
    run((*pip, *options, "--require-hashes", "-r", str(lock)))
    run((*pip, *options, str(wheel)))
    shutil.rmtree(site / "bin", ignore_errors=True)  # scripts containing this machine's paths
    qt.trim(site)
    # pip's records of this installation: they contain paths of the build, or names of removed
    # files.
    for record in site.glob("*.dist-info"):
        for name in ("RECORD", "direct_url.json", "REQUESTED"):
            (record / name).unlink(missing_ok=True)


def _desktop(root: Path, settings: BuildSettings) -> None:
    product = settings.product
    _write(root / "usr/bin/certclient", TEMPLATES.joinpath("certclient").read_text("utf-8"), 0o755)
    entry = entry_text(["/usr/bin/certclient"], product.title_en, product.title_ja)
    _write(root / "usr/share/applications" / ENTRY_NAME, entry)
    titles = {"title_en": product.title_en, "title_ja": product.title_ja}
    _write(root / _AUTOSTART, _filled("certclient-reminder.desktop", **titles))
    _copy(settings.icon, root / "usr/share/icons/hicolor/scalable/apps/certclient.svg")


def _profiles(root: Path, settings: BuildSettings) -> None:
    for profile in settings.profiles:
        _copy(profile, root / _PROFILES / profile.name)


def _documents(root: Path, settings: BuildSettings, version: str, epoch: int) -> None:
    _copy(ROOT / "LICENSE", root / _DOC / "LICENSE")
    _write(root / _DOC / "copyright", TEMPLATES.joinpath("copyright").read_text("utf-8"))
    product, day = settings.product, format_datetime(datetime.fromtimestamp(epoch, UTC))
    changes = (
        f"certclient ({version}) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n"
        f" -- {product.publisher} <{product.contact}>  {day}\n"
    )
    _write_gzip(root / _DOC / "changelog.gz", changes)
    _copy(ROOT / "CHANGELOG.md", root / _DOC / "CHANGELOG.md")
    # A process of its own, in the project's folder: Sphinx looks for our extension from there.
    site = (sys.executable, "-m", "tools.docs", "--out", str(root / _DOC / "html"))
    run(site, PYTHONPATH=str(ROOT))


def _control(root: Path, settings: BuildSettings, version: str) -> None:
    folder = root / "DEBIAN"
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    control = _filled(
        "control",
        version=version,
        maintainer=f"{settings.product.publisher} <{settings.product.contact}>",
        size=str(sum(path.stat().st_size for path in files) // 1024),
        depends=", ".join(DEPENDS),
    )
    _write(folder / "control", control)
    settled = [f"/{_PROFILES}/{profile.name}" for profile in settings.profiles]
    _write(folder / "conffiles", "".join(f"{path}\n" for path in (f"/{_AUTOSTART}", *settled)))
    sums = (
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}"
        f"  {path.relative_to(root)}\n"
        for path in files
    )
    _write(folder / "md5sums", "".join(sums))
    for name in ("postinst", "prerm", "postrm"):
        _write(folder / name, TEMPLATES.joinpath(name).read_text("utf-8"), 0o755)


def _settle(root: Path, epoch: int) -> None:
    """Sets the same modes and times regardless of the builder's umask and clock."""
    for path in (root, *root.rglob("*")):
        runs = path.parent.name in {"bin", "DEBIAN"} and os.access(path, os.X_OK)
        executable = path.is_dir() or runs
        if not path.is_symlink():
            path.chmod(0o755 if executable else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _filled(name: str, **values: str) -> str:
    return Template(TEMPLATES.joinpath(name).read_text("utf-8")).substitute(values)


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def _write_gzip(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def _copy(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, place)
