"""The NSS databases of this user's browsers on Linux, each with the names of its browsers."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from certclient.model.errors import CertclientError
from certclient.store.firefox_profiles import LISTS, FirefoxProfile, folders_of, profiles_of
from certclient.store.pkcs11.database_files import (
    CERTIFICATES,
    KEYS,
    examine,
    inaccessible,
    shown_path,
)

_SHARED = {
    "google-chrome": "Google Chrome",
    "chromium": "Chromium",
    "microsoft-edge": "Microsoft Edge",
    "BraveSoftware": "Brave",
    "vivaldi": "Vivaldi",
    "opera": "Opera",
}
"""Folders in `$XDG_CONFIG_HOME` of the browsers that share `~/.pki/nssdb`, and their names."""

_PROGRAMS = {
    "google-chrome": "Google Chrome",
    "google-chrome-stable": "Google Chrome",
    "chromium": "Chromium",
    "microsoft-edge": "Microsoft Edge",
    "brave-browser": "Brave",
    "vivaldi": "Vivaldi",
    "opera": "Opera",
}
"""Programs of these browsers."""

_CHROMIUM = "Chromium"
"""The name if no browser that reads the folder is found."""

_APPS = {
    "com.google.Chrome": "Google Chrome",
    "org.chromium.Chromium": "Chromium",
    "io.github.ungoogled_software.ungoogled_chromium": "Chromium",
    "com.microsoft.Edge": "Microsoft Edge",
    "com.brave.Browser": "Brave",
    "com.vivaldi.Vivaldi": "Vivaldi",
    "com.opera.Opera": "Opera",
    "org.mozilla.firefox": "Firefox",
    "io.gitlab.librewolf-community": "LibreWolf",
    "net.waterfox.waterfox": "Waterfox",
    "chromium": "Chromium",
    "brave": "Brave",
    "opera": "Opera",
    "firefox": "Firefox",
}
"""Flatpaks and snaps by id. Those of other programs are listed if they hold certificates."""

_MOZILLA = {
    "mozilla/firefox": "Firefox",
    "librewolf/librewolf": "LibreWolf",
}
"""Folders of profiles below `$XDG_CONFIG_HOME`, of newer versions."""

_MOZILLA_AT_HOME = {
    ".mozilla/firefox": "Firefox",
    ".librewolf": "LibreWolf",
    ".waterfox": "Waterfox",
}


_ALWAYS_EXPECTED = "Firefox"
"""A browser so common that its folder is missed even if nobody can tell whether it is there."""


@dataclass(frozen=True, slots=True)
class BrowserDatabase:
    """A folder with an NSS database, or for one.

    `browser`: the names of the browsers that read it, such as "Google Chrome / Chromium", and the
    kind of package. `profile`: the name of a Firefox profile. `offered`: whether the browsers look
    for new certificates there. `problem`: why nobody can tell whether there is a database.
    """

    directory: Path
    browser: str
    profile: str = ""
    offered: bool = True
    problem: CertclientError | None = None

    @property
    def full_name(self) -> str:
        """Browser and profile."""
        return f"{self.browser}: {self.profile}" if self.profile else self.browser


Which = Callable[[str], str | None]
"""Finds a program on the PATH, like shutil.which."""


def find_databases(
    environment: Mapping[str, str], home: Path, which: Which = shutil.which
) -> Sequence[BrowserDatabase]:
    """Returns the databases of this user's browsers; the one for new certificates comes first.

    `home` is absolute. Each folder is listed once, even if links lead to it. The shared folder of
    Chrome and Chromium is listed before it exists if such a browser is installed or if there is no
    other database. Creates nothing and never raises.
    """
    if os.path.isdir(home) and not os.access(home, os.X_OK):
        return [BrowserDatabase(default_directory(environment, home), _CHROMIUM)]
    found = [*_shared(environment, home, which), *_others(environment, home)]
    if all(database.problem for database in found):
        found.insert(0, BrowserDatabase(default_directory(environment, home), _CHROMIUM))
    return _each_once(found)


def watched_places(environment: Mapping[str, str], home: Path) -> Sequence[str]:
    """Returns the files and folders of which one usually changes when a browser gets a database or
    a profile; `home` is absolute. Those within a snap or Flatpak are not among them."""
    shared = [home / ".pki" / "nssdb", _modern(environment, home)]
    databases = [folder / name for folder in shared for name in (CERTIFICATES, KEYS)]
    configuration = _configuration(environment, home)
    roots = [
        *(home / path for path in _MOZILLA_AT_HOME),
        *(configuration / path for path in _MOZILLA),
    ]
    lists = [root / name for root in roots for name in LISTS]
    places = [*databases, *roots, *lists, home / "snap", home / ".var" / "app"]
    return [str(place) for place in places]


def titles(databases: Sequence[BrowserDatabase]) -> Sequence[str]:
    """Returns a name for each database that no other one has; "" for a single one.

    The browser's name, if needed with the profile's, if needed with the folder.
    """
    if len(databases) == 1:
        return [""]
    return [_title(one, databases) for one in databases]


def _title(database: BrowserDatabase, databases: Sequence[BrowserDatabase]) -> str:
    same_browser = [one for one in databases if one.browser == database.browser]
    if len(same_browser) == 1 or (same_browser[0] is database and not database.profile):
        return database.browser
    if [one.full_name for one in same_browser].count(database.full_name) == 1 and database.profile:
        return database.full_name
    return f"{database.full_name}: {shown_path(database.directory)}"


def default_directory(environment: Mapping[str, str], home: Path) -> Path:
    """Returns the folder in which Chrome and Chromium keep this user's certificates.

    `~/.pki/nssdb` if it exists, else `$XDG_DATA_HOME/pki/nssdb` if that exists, else the first,
    yet to be created. Chromium looks in this order: creating the first when only the second exists
    would hide the user's certificates from Chromium. One that cannot be looked into exists.
    """
    classic = home / ".pki" / "nssdb"
    modern = _modern(environment, home)
    return modern if not _there(classic) and _is_folder(modern) else classic


def _modern(environment: Mapping[str, str], home: Path) -> Path:
    return _xdg(environment, "XDG_DATA_HOME", home / ".local" / "share") / "pki" / "nssdb"


def _xdg(environment: Mapping[str, str], name: str, default: Path) -> Path:
    """XDG Base Directory Specification: a relative path is ignored."""
    folder = Path(environment.get(name, ""))
    return folder if folder.is_absolute() else default


def _configuration(environment: Mapping[str, str], home: Path) -> Path:
    return _xdg(environment, "XDG_CONFIG_HOME", home / ".config")


# The database that Chrome, Chromium, Edge and others share.


def _shared(environment: Mapping[str, str], home: Path, which: Which) -> list[BrowserDatabase]:
    """Returns the folder in use first, then the other one if it exists, too."""
    installed = _installed(environment, home, which)
    names = " / ".join(installed or [_CHROMIUM])
    default = default_directory(environment, home)
    found = [BrowserDatabase(default, names)] if installed or _there(default) else []
    for folder in (home / ".pki" / "nssdb", _modern(environment, home)):
        if folder != default and _there(folder) and _certificates_in(folder):
            found.append(BrowserDatabase(folder, names, offered=False))
    return found


def _installed(environment: Mapping[str, str], home: Path, which: Which) -> list[str]:
    """Returns the names of the browsers that share the folder and are used or installed here."""
    configuration = _configuration(environment, home)
    used = {name for folder, name in _SHARED.items() if os.path.isdir(configuration / folder)}
    programs = {name for program, name in _PROGRAMS.items() if _outside_snap(which(program))}
    return [name for name in _SHARED.values() if name in used | programs]


def _outside_snap(program: str | None) -> bool:
    """Whether this program was found and is not a snap, which has a database of its own."""
    return bool(program) and not os.path.realpath(program or "").startswith(
        ("/snap/", "/usr/bin/snap")
    )


# All others.


def _others(environment: Mapping[str, str], home: Path) -> Iterator[BrowserDatabase]:
    for path, name in _MOZILLA_AT_HOME.items():
        yield from _mozilla(home / path, name)
    for path, name in _MOZILLA.items():
        yield from _mozilla(_configuration(environment, home) / path, name)
    yield from _packages(home / "snap", "snap", _in_snap)
    yield from _packages(home / ".var" / "app", "Flatpak", _in_flatpak)


def _mozilla(root: Path, browser: str) -> Iterator[BrowserDatabase]:
    """Returns the profiles below `root` that have a database."""
    profiles: Sequence[FirefoxProfile] = ()
    try:
        profiles = profiles_of(root)
    except OSError as error:
        if browser == _ALWAYS_EXPECTED or os.path.lexists(root):
            yield BrowserDatabase(root, browser, problem=inaccessible(root, error))
        with suppress(OSError):
            profiles = folders_of(root)
    for profile in profiles:
        if _holds_database(profile.directory):
            yield BrowserDatabase(profile.directory, browser, profile.name)


def _holds_database(directory: Path) -> bool:
    """Whether there is a database, or something that keeps us from looking."""
    return any(_there(directory / name) for name in (CERTIFICATES, KEYS))


def _packages(
    folder: Path, kind: str, inside: Callable[[Path, str], Iterator[BrowserDatabase]]
) -> Iterator[BrowserDatabase]:
    """Returns the databases of snaps or Flatpaks, of which each has a folder of its own."""
    try:
        apps = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        yield BrowserDatabase(folder, kind, problem=inaccessible(folder, error))
        return
    for app in apps:
        known = _APPS.get(app.name)
        name = f"{known or app.name} ({kind})"
        if not os.access(app, os.R_OK | os.X_OK):
            if known:
                denied = PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(app))
                yield BrowserDatabase(app, name, problem=inaccessible(app, denied))
            continue
        for database in inside(app, name):
            if known or database.problem:
                yield database
            elif _certificates_in(database.directory):
                yield replace(database, offered=False)


def _in_snap(app: Path, name: str) -> Iterator[BrowserDatabase]:
    """`current` is a link to the folder of the installed revision: a name that lasts."""
    places = ("current/.pki/nssdb", "current/.local/share/pki/nssdb", "common/.pki/nssdb")
    yield from _existing(app, places, name)
    for root in ("common/.mozilla/firefox", "current/.mozilla/firefox"):
        yield from _mozilla(app / root, name)


def _in_flatpak(app: Path, name: str) -> Iterator[BrowserDatabase]:
    places = (".pki/nssdb", "data/pki/nssdb", "data/.pki/nssdb", ".local/share/pki/nssdb")
    yield from _existing(app, places, name)
    for root in (".mozilla/firefox", "config/mozilla/firefox", ".librewolf", ".waterfox"):
        yield from _mozilla(app / root, name)


def _existing(app: Path, places: Sequence[str], name: str) -> Iterator[BrowserDatabase]:
    for place in places:
        if _there(app / place):
            yield BrowserDatabase(app / place, name)


def _certificates_in(directory: Path) -> bool:
    """Whether a database that no browser uses holds certificates, or may hold some."""
    try:
        if not examine(directory).present:
            return False
        address = (directory / CERTIFICATES).absolute().as_uri() + "?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=1)) as database:
            return database.execute("SELECT 1 FROM nssPublic LIMIT 1").fetchone() is not None
    except (CertclientError, OSError, sqlite3.Error):
        return True


def _each_once(databases: Sequence[BrowserDatabase]) -> Sequence[BrowserDatabase]:
    """Drops folders that a link or another name has already led to."""
    unique: dict[object, BrowserDatabase] = {}
    for database in databases:
        unique.setdefault(_identity(database.directory), database)
    return list(unique.values())


def _identity(directory: Path) -> object:
    try:
        status = directory.stat()
    except OSError:
        return os.path.realpath(directory)
    return status.st_dev, status.st_ino


def _there(place: Path) -> bool:
    """Whether something has this name or keeps us from looking: a dead link, a missing right.

    That includes a dead link or a file in place of the folder above it.
    """
    try:
        place.lstat()
    except FileNotFoundError:
        return place.parent.is_symlink() and not place.parent.exists()
    except NotADirectoryError:
        return place.parent.parent.is_dir()
    except OSError:
        return True
    return True


def _is_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except OSError:
        return True
