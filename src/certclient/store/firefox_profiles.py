"""Firefox's profiles, which `profiles.ini` and `installs.ini` list."""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LISTS = ("profiles.ini", "installs.ini")
"""The files in a browser's folder that name its profiles."""

_LARGEST = 1 << 20
"""Bytes. A profile takes about a hundred."""


@dataclass(frozen=True, slots=True)
class FirefoxProfile:
    """A profile's folder and the name that about:profiles shows."""

    directory: Path
    name: str


def profiles_of(root: Path) -> Sequence[FirefoxProfile]:
    """Returns the profiles of the browser whose `profiles.ini` lies in `root`, defaults first.

    If that file is missing, damaged or names no profile (a full disk left it empty), each folder in
    `root` counts as a profile. Empty if there is no `root`. Raises OSError if `root` or a list
    cannot be read.
    """
    folders = folders_of(root)
    profiles, installations = (_read(root / name) for name in LISTS)
    if profiles is None:
        return folders
    defaults = [*_defaults(root, profiles, "install"), *_defaults(root, installations, "")]
    found = {profile.directory: profile for profile in _listed(root, profiles)}
    for default in defaults:
        found.setdefault(default, FirefoxProfile(default, default.name))
    if not found:
        return folders
    return sorted(found.values(), key=lambda profile: profile.directory not in defaults)


def folders_of(root: Path) -> Sequence[FirefoxProfile]:
    """Returns each folder in `root` as a profile; empty if there is no `root`. Raises OSError."""
    try:
        children = sorted(root.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [FirefoxProfile(child, child.name) for child in children if child.is_dir()]


def _listed(root: Path, parser: configparser.ConfigParser) -> Iterator[FirefoxProfile]:
    """IsRelative=0 marks an absolute path; `root / path` is then the path alone."""
    for name in parser.sections():
        path = parser[name].get("path", "")
        if name.lower().startswith("profile") and path:
            yield FirefoxProfile(root / path, parser[name].get("name", "") or path)


def _defaults(root: Path, parser: configparser.ConfigParser | None, prefix: str) -> Iterator[Path]:
    """The default profiles of the installations of the browser."""
    for name in parser.sections() if parser is not None else ():
        default = parser[name].get("default", "") if parser is not None else ""
        if name.lower().startswith(prefix) and default:
            yield root / default


def _read(file: Path) -> configparser.ConfigParser | None:
    """Reads an INI file as Firefox writes it; keeps bytes that are not UTF-8.

    None if it is missing or damaged. Raises OSError if it cannot be read.
    """
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    try:
        if not file.is_file():
            return None
        with file.open("rb") as stream:
            text = stream.read(_LARGEST).decode("utf-8-sig", "surrogateescape")
        parser.read_string(text.replace("\0", ""))
    except (FileNotFoundError, configparser.Error):
        return None
    return parser
