"""Finds and reads bank profiles, shipped with the program or in the administrator's folder."""

from __future__ import annotations

import os
import stat
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from certclient.configuration.unreadable import unreadable
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.faults import FaultError, Reason
from certclient.model.profile import Profile
from certclient.model.profile_file import Examination, examine_profile, profile_from_text
from certclient.platform import program_data
from certclient.platform.regular_files import read_regular
from certclient.platform.resources import resources_folder
from certclient.platform.trusted_paths import exposed_place

_MAX_BYTES = 1 << 20


def load_profile(path: Path) -> Profile:
    """Reads one profile file (UTF-8 TOML, at most 1 MiB).

    Raises CertclientError: PROFILE_NOT_FOUND (data `file`), PROFILE_INVALID (data `file`, `key`,
    `reason`; see `profile_from_text`).
    """
    return _with_modules(profile_from_text(_text(path), source=str(path)))


def examine_file(path: Path) -> Examination:
    """Reads one profile file and finds every fault in it. Raises PROFILE_NOT_FOUND."""
    try:
        text = _text(path)
    except CertclientError as error:
        if error.code is ErrorCode.PROFILE_NOT_FOUND:
            raise
        return Examination(None, (error,))
    return examine_profile(text, source=str(path))


def exposure(path: Path) -> CertclientError | None:
    """PROFILE_EXPOSED if unauthorised users may change a profile, as it sets trust anchors.

    On Windows, only profiles in %ProgramData% are checked: only administrators may change them.
    Beside a program installed for one user, profiles belong to that user, as the program does.
    """
    if exposed := _exposed(path):
        place, who = exposed
        return CertclientError(ErrorCode.PROFILE_EXPOSED, file=str(place), who=who)
    return None


def _with_modules(profile: Profile) -> Profile:
    """Fills in the PKCS#11 modules of a bank with USB tokens that names none for this system.

    Uses those of `known_modules` that are installed.
    """
    if profile.pkcs11_modules or Destination.USB.value not in profile.destinations:
        return profile
    installed = tuple(path for path in known_modules() if path.is_file())
    return replace(profile, pkcs11_modules=installed)


def known_modules() -> tuple[Path, ...]:
    """Returns the allow-list of PKCS#11 modules (`resources/pkcs11-modules.toml`).

    Empty on systems other than Windows.
    """
    if sys.platform != "win32":
        return ()
    text = (resources_folder() / "pkcs11-modules.toml").read_text(encoding="utf-8")
    return tuple(Path(path) for path in tomllib.loads(text)["windows"])


def _text(path: Path) -> str:
    try:
        content = read_regular(path, _MAX_BYTES)
    except FileNotFoundError as error:
        raise CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=str(path)) from error
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        raise _unusable(path, unreadable(error)) from error
    if len(content) > _MAX_BYTES:
        raise _unusable(path, FaultError(Reason.FILE_TOO_LARGE, most="1 MiB"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unusable(path, FaultError(Reason.FILE_NOT_UTF8)) from error


def _unusable(path: Path, fault: FaultError, key: str = "") -> CertclientError:
    data = {"reason": fault.reason.value, **fault.data}
    return CertclientError(ErrorCode.PROFILE_INVALID, file=str(path), key=key, **data)


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """A profile in one of the folders. `not_used`: files of the same name in folders of lower
    precedence. `error`: why the folder at `path` cannot be searched; None for a file.
    """

    path: Path
    not_used: tuple[Path, ...] = ()
    error: CertclientError | None = None


def profile_files(folders: Sequence[Path]) -> dict[str, ProfileFile]:
    """Maps profile id (the file's stem) to the file over all `folders`; earlier folders win.

    A folder that exists and cannot be searched is an entry of its own, under its path.
    """
    found: dict[str, ProfileFile] = {}
    for folder in folders:
        try:
            paths = sorted(path for path in folder.iterdir() if fnmatch(path.name, "*.toml"))
        except FileNotFoundError:
            continue
        except OSError as error:
            found[str(folder)] = ProfileFile(folder, error=_unusable(folder, unreadable(error)))
            continue
        for path in paths:
            first = found.setdefault(path.stem, ProfileFile(path))
            if first.path != path:
                found[path.stem] = replace(first, not_used=(*first.not_used, path))
    return found


def profile_places(folders: Sequence[Path]) -> Sequence[str]:
    """The places (`platform.change_stamps`) of which one changes whenever a profile in `folders`
    comes, goes or changes."""
    files = [file.path for file in profile_files(folders).values()]
    return [str(place) for place in dict.fromkeys((*folders, *files))]


def is_path(name: str) -> bool:
    """Whether a user who types `name` means a file and not a bank's id."""
    return "/" in name or "\\" in name or name.endswith(".toml")


def read_profile_file(file: ProfileFile) -> Profile:
    """Reads a profile that `profile_files` found.

    Raises CertclientError: PROFILE_INVALID, PROFILE_EXPOSED (data `file`: the place that other
    users may write to, `who`).
    """
    if file.error is not None:
        raise file.error
    try:
        return _named_after_its_file(file.path)
    except OSError as error:
        # A link that leads nowhere or in a circle, missing rights to the folder it leads to.
        raise _unusable(file.path, unreadable(error)) from error


def _named_after_its_file(path: Path) -> Profile:
    if not stat.S_ISREG(path.stat().st_mode):
        raise _unusable(path, FaultError(Reason.FILE_KIND))
    if exposed := exposure(path):
        raise exposed
    profile = load_profile(path)
    if profile.id != path.stem:
        raise _unusable(path, FaultError(Reason.FILE_NAME, expected=f"{profile.id}.toml"), "id")
    return profile


if sys.platform == "win32":

    def _exposed(path: Path) -> tuple[Path, str] | None:
        return program_data.exposed(path) if program_data.folder() in path.parents else None

else:

    def _exposed(path: Path) -> tuple[Path, str] | None:
        """The first place on the way to the file that others may change, and its mode.

        Not the folders that hold the program, nor those above them: whoever can change these can
        change the program itself. For the same reason, its owner may own profiles.
        """
        own = {folder for one in _program_folders() for folder in (one, *one.parents)}
        owners = {0, os.geteuid(), *(one.stat().st_uid for one in _program_folders())}
        found = exposed_place(path, owners, skip=own)
        return (found.path, found.who) if found is not None else None

    def _program_folders() -> Sequence[Path]:
        package = Path(__file__).parents[1]
        return (package, package.resolve(), Path(sys.executable).parent.resolve())
