"""Finds and reads the profiles of banks: with the installer, or in an administrator's folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.profile_file import profile_from_text

_MAX_BYTES = 1 << 20


def load_profile(path: Path) -> Profile:
    """Reads one profile file.

    Raises CertclientError: PROFILE_NOT_FOUND (data `file`), PROFILE_INVALID (data `file`, `key`,
    `reason`; see `profile_from_text`).
    """
    return profile_from_text(_text(path), source=str(path))


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
