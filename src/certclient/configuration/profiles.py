"""Finds and reads the profiles of banks: with the installer, or in an administrator's folder."""

from __future__ import annotations

import stat
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.profile_file import profile_from_text
from certclient.platform import program_data

_MAX_BYTES = 1 << 20
_EXAMPLE = "example-"


def load_profile(path: Path) -> Profile:
    """Reads one profile file.

    Raises CertclientError: PROFILE_NOT_FOUND (data `file`), PROFILE_INVALID (data `file`, `key`,
    `reason`; see `profile_from_text`).
    """
    return _with_modules(profile_from_text(_text(path), source=str(path)))


def _with_modules(profile: Profile) -> Profile:
    """A bank with USB tokens whose profile names no module for this system means the well-known
    ones, as far as they are installed."""
    if profile.pkcs11_modules or Destination.USB.value not in profile.destinations:
        return profile
    installed = tuple(path for path in known_modules() if path.is_file())
    return replace(profile, pkcs11_modules=installed)


def known_modules() -> tuple[Path, ...]:
    """The allow-list of middleware for this operating system (`resources/pkcs11-modules.toml`)."""
    if sys.platform != "win32":
        return ()
    text = (files("certclient.resources") / "pkcs11-modules.toml").read_text(encoding="utf-8")
    return tuple(Path(path) for path in tomllib.loads(text)["windows"])


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _unreadable(path, "larger than 1 MiB")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=str(path)) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or type(error).__name__) from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, "not UTF-8") from error


def _unreadable(path: Path, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.PROFILE_INVALID, file=str(path), key="", reason=reason)


def profile_files(folders: Sequence[Path]) -> dict[str, Path]:
    """Profile id (the file's name) to path, over all `folders`; an earlier folder wins."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            found.setdefault(path.stem, path)
    return found


def find_profile(name: str, folders: Sequence[Path]) -> Profile:
    """The profile with the id or file path `name`; "" means the only one there is.

    Examples are never meant by "". Raises CertclientError: PROFILE_NOT_FOUND (data `file`: what
    was looked for, or which ones there are), PROFILE_INVALID, PROFILE_EXPOSED (data `file`:
    the place that others may write to, `who`).
    """
    if "/" in name or "\\" in name or name.endswith(".toml"):
        return load_profile(Path(name))
    files = profile_files(folders)
    if name and name not in files:
        raise CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=name)
    real = [profile for profile in files if not profile.startswith(_EXAMPLE)]
    if not name and len(real) != 1:
        raise CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=", ".join(real))
    return _named_after_its_file(files[name or real[0]])


def all_profiles(folders: Sequence[Path]) -> tuple[list[Profile], list[CertclientError]]:
    """Every bank that is set up, without examples, and why others could not be read."""
    found: list[Profile] = []
    errors: list[CertclientError] = []
    for name, path in profile_files(folders).items():
        if name.startswith(_EXAMPLE):
            continue
        try:
            found.append(_named_after_its_file(path))
        except CertclientError as error:
            errors.append(error)
    return found, errors


def _named_after_its_file(path: Path) -> Profile:
    _check_private(path)
    profile = load_profile(path)
    if profile.id != path.stem:
        raise CertclientError(
            ErrorCode.PROFILE_INVALID, file=str(path), key="id", reason="not the file's name"
        )
    return profile


def _check_private(path: Path) -> None:
    """A profile says whom to trust, so nobody but the administrator may write it.

    Windows: nobody else in the folder that is everybody's. Beside a program that was installed for
    one user it is that user's own, as the program is.
    """
    if exposed := _exposed(path):
        place, who = exposed
        raise CertclientError(ErrorCode.PROFILE_EXPOSED, file=str(place), who=who)


if sys.platform == "win32":

    def _exposed(path: Path) -> tuple[Path, str] | None:
        return program_data.exposed(path) if program_data.folder() in path.parents else None

else:

    def _exposed(path: Path) -> tuple[Path, str] | None:
        """The file or its folder, if others than its owner may write to it, and how (its mode)."""
        for place in (path.parent, path):
            mode = place.stat().st_mode
            if mode & (stat.S_IWGRP | stat.S_IWOTH):
                return place, stat.filemode(mode)
        return None
