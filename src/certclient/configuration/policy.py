"""Reads the administrator's policy on this computer; `model.policy` interprets the values.

Windows: the registry; each value in `HKLM\\Software\\Policies\\certclient` overrides the same one
in HKCU. Group Policy writes both keys; users can write neither. If neither names a bank, the bank
passed to the MSI (PROFILE=) applies, which the MSI stores in `HKLM\\Software\\certclient`.
Elsewhere: /etc/certclient/policy.toml, which must be owned by root.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from certclient.configuration.unreadable import unreadable
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.faults import FaultError, Reason, unknown_key
from certclient.model.policy import (
    PROFILE,
    VALUES,
    Policy,
    Raw,
    StoredValue,
    ValueKind,
    invalid,
    policy_from,
)
from certclient.model.shape import kind_of
from certclient.model.toml_text import TomlSyntaxError, TomlText, parse, places
from certclient.platform.regular_files import read_regular
from certclient.platform.trusted_paths import exposed_place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FILE = Path("/etc/certclient/policy.toml")

P = ParamSpec("P")
R = TypeVar("R")

_MAX_BYTES = 1 << 16
_MOST_FAULTS = 100
"""Of one file: nobody reads more, and each unknown name is compared with all known ones."""
_ROOT = 0


def read_policy() -> Policy:
    """Returns the policy for this computer and user; values that are not set have their defaults.

    Raises CertclientError(POLICY_INVALID) with data `source`, `name`, `reason` for an unknown
    value, a wrong type or content, a key or file that cannot be read, and a file that users other
    than root may write to.
    """
    if sys.platform == "win32":
        return policy_from(_registry())
    return policy_from(values_in(FILE))


def values_in(path: Path, owner: int = _ROOT) -> Mapping[str, StoredValue]:
    """Returns the values in a TOML file; empty if there is no file.

    `owner`: the uid that must own the file and its folder. Raises CertclientError(POLICY_INVALID)
    as `read_policy`.
    """
    parsed = _parsed(path, owner)
    return {name: _stored_value(path, name, parsed) for name in parsed.table}


def policy_places() -> Sequence[str]:
    """The places (`platform.change_stamps`) of which one changes whenever the policy does."""
    if sys.platform == "win32":
        return [rf"{hive}\{key}" for hive in ("HKCU", "HKLM") for key in (KEY, PACKAGE_KEY)]
    return [str(FILE), str(FILE.parent)]


def examine_policy(path: Path | None = None) -> tuple[Policy | None, Sequence[CertclientError]]:
    """The policy in a file that need not be this computer's, or None and its faults (at most 100).

    `path`: a TOML file, whoever owns it; None for this computer's policy, as `read_policy` reads
    it. Raises CertclientError(PROFILE_NOT_FOUND) with data `file` if `path` does not exist.
    """
    if path is not None and not os.path.lexists(path):
        raise CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=str(path))
    faults: list[CertclientError] = []
    stored = _examined(path, faults)
    for name, value in stored.items():
        _collect(faults, policy_from, {name: value})
    return (None if faults else policy_from(stored)), faults


def _examined(path: Path | None, faults: list[CertclientError]) -> Mapping[str, StoredValue]:
    if path is None and sys.platform == "win32":
        return _collect(faults, _registry) or {}
    parsed = _collect(faults, _parsed, path or FILE, None if path else _ROOT)
    if parsed is None:
        return {}
    values = {
        name: _collect(faults, _stored_value, path or FILE, name, parsed) for name in parsed.table
    }
    return {name: value for name, value in values.items() if value is not None}


def _collect(
    faults: list[CertclientError], make: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R | None:
    """The result of `make`; None, with its error in `faults`, if there is none, or if there are
    _MOST_FAULTS already."""
    if len(faults) == _MOST_FAULTS:
        return None
    try:
        return make(*args, **kwargs)
    except CertclientError as error:
        faults.append(error)
        return None


def _parsed(path: Path, owner: int | None) -> TomlText:
    """Empty if there is no file. `owner`: None if anybody may own it."""
    try:
        return parse(_text(path, owner) or "")
    except TomlSyntaxError as error:
        raise invalid(str(path), "", error, **places(error.position)) from error


def _stored_value(path: Path, name: str, parsed: TomlText) -> StoredValue:
    position = parsed.position(name)
    try:
        return StoredValue(_raw(name, parsed.table[name]), str(path), position)
    except FaultError as error:
        raise invalid(str(path), name, error, **places(position)) from error


def _text(path: Path, owner: int | None) -> str | None:
    """Returns the file's text, or None if there is no file.

    Checks the open file, so that nobody can replace it between check and read, and the way to it.
    """

    def check(state: os.stat_result) -> None:
        if owner is not None:
            _check_owner(path, state, owner)
            _check_way(path, owner)

    try:
        content = read_regular(path, _MAX_BYTES, check)
    except FileNotFoundError as error:
        if not path.is_symlink():
            return None
        raise _unreadable(str(path), "", error) from error
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        raise _unreadable(str(path), "", error) from error
    if len(content) > _MAX_BYTES:
        raise invalid(str(path), "", FaultError(Reason.FILE_TOO_LARGE, most="64 KiB"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise invalid(str(path), "", FaultError(Reason.FILE_NOT_UTF8)) from error


def _check_way(path: Path, owner: int) -> None:
    """Checks every place on the way: whoever can write to one of them controls the policy."""
    if sys.platform == "win32":
        return
    if exposed := exposed_place(path, {_ROOT, owner}):
        raise invalid(str(path), "", FaultError(Reason.FILE_EXPOSED, found=str(exposed.path)))


def _check_owner(path: Path, state: os.stat_result, owner: int) -> None:
    if state.st_uid != owner or state.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise invalid(str(path), "", FaultError(Reason.FILE_EXPOSED, found=str(path)))


def _unreadable(source: str, name: str, error: OSError | ValueError) -> CertclientError:
    return invalid(source, name, unreadable(error))


def _raw(name: str, value: object) -> Raw:
    """Converts a TOML value to the registry's types. Raises FaultError.

    true and false are only valid for switches, numbers only in lists.
    """
    if name not in VALUES:
        raise unknown_key(name, VALUES)
    if VALUES[name] is ValueKind.SWITCH and not isinstance(value, bool):
        raise _wrong_type("boolean", value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(type(item) in (str, int) for item in value):
        return tuple(str(item) for item in value)
    raise _wrong_type("text" if VALUES[name] is ValueKind.TEXT else "text-or-list", value)


def _wrong_type(expected: str, value: object) -> FaultError:
    return FaultError(Reason.WRONG_TYPE, expected=expected, found=kind_of(value))


if sys.platform == "win32":
    import winreg

    KEY = r"Software\Policies\certclient"
    PACKAGE_KEY = r"Software\certclient"
    """The MSI's own (tools/installer/msi_source.py), with other values that are none of policy."""

    _PLACES = (("HKCU", winreg.HKEY_CURRENT_USER), ("HKLM", winreg.HKEY_LOCAL_MACHINE))
    """The later one wins."""

    def _registry() -> Mapping[str, StoredValue]:
        found = _of_the_package()
        for name, hive in _PLACES:
            found |= _values_below(hive, rf"{name}\{KEY}")
        return found

    def _of_the_package() -> dict[str, StoredValue]:
        """The bank passed to the MSI, which writes "" if there was none."""
        source = rf"HKLM\{PACKAGE_KEY}"
        try:
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, PACKAGE_KEY, 0, access) as key:
                data, kind = winreg.QueryValueEx(key, PROFILE)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unreadable(source, PROFILE, error) from error
        return {PROFILE: StoredValue(_stored(source, PROFILE, data, kind), source)} if data else {}

    def _values_below(hive: int, source: str) -> dict[str, StoredValue]:
        try:
            # Always the 64-bit view, so that 32-bit and 64-bit programs read the same policy.
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
            with winreg.OpenKey(hive, KEY, 0, access) as key:
                subkeys, count, _ = winreg.QueryInfoKey(key)
                if subkeys:
                    raise invalid(source, winreg.EnumKey(key, 0), FaultError(Reason.REGISTRY_KEY))
                values = [winreg.EnumValue(key, number) for number in range(count)]
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unreadable(source, "", error) from error
        found = {_name(name): (data, kind) for name, data, kind in values}
        return {n: StoredValue(_stored(source, n, *value), source) for n, value in found.items()}

    def _name(name: str) -> str:
        """The name in this program's spelling, as registry names are case-insensitive."""
        return next((known for known in VALUES if known.lower() == name.lower()), name)

    def _stored(source: str, name: str, data: object, kind: int) -> Raw:
        if kind == winreg.REG_DWORD and isinstance(data, int):
            return data
        if kind == winreg.REG_SZ and isinstance(data, str):
            return data
        if kind == winreg.REG_MULTI_SZ and isinstance(data, list):
            return tuple(str(line) for line in data)
        raise invalid(source, name, FaultError(Reason.REGISTRY_TYPE))
