"""Finds the administrator's decisions on this computer; `model.policy` says what they mean.

Windows: the registry, `HKLM\\Software\\Policies\\certclient` before the same key of HKCU, value by
value. Both are written by group policy; a user may write to neither. Where neither names a bank,
the one that the MSI was given (PROFILE=) counts, which it keeps in `HKLM\\Software\\certclient`.
Elsewhere: /etc/certclient/policy.toml, which must belong to root.
"""

from __future__ import annotations

import os
import stat
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from certclient.model.policy import (
    PROFILE,
    VALUES,
    Found,
    Policy,
    Raw,
    ValueKind,
    invalid,
    policy_from,
)

FILE = Path("/etc/certclient/policy.toml")

_MAX_BYTES = 1 << 16
_ROOT = 0


def read_policy() -> Policy:
    """The policy of this computer and user; the defaults where nobody decided anything.

    Raises CertclientError(POLICY_INVALID) with data `source`, `name`, `reason`: a value that is
    not known, of a wrong type or content; a place that cannot be read; a file that others than
    root may write to.
    """
    if sys.platform == "win32":
        return policy_from(_registry())
    return policy_from(values_in(FILE))


def values_in(path: Path, owner: int = _ROOT) -> Mapping[str, Found]:
    """The values in a TOML file; none where there is no file. `owner`: whose it must be (uid).

    Raises CertclientError(POLICY_INVALID) as `read_policy`.
    """
    text = _text(path, owner)
    if text is None:
        return {}
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise invalid(str(path), "", str(error)) from error
    return {name: Found(_raw(path, name, value), str(path)) for name, value in table.items()}


def _text(path: Path, owner: int) -> str | None:
    """What is in the file, None where there is none. Looks at the open file and its folder, so
    that nobody exchanges it between the look and the reading."""
    try:
        with path.open("rb") as file:
            _check_owner(path, os.fstat(file.fileno()), owner)
            _check_owner(path, path.parent.stat(), owner)
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise invalid(str(path), "", error.strerror or type(error).__name__) from error
    if len(content) > _MAX_BYTES:
        raise invalid(str(path), "", "larger than 64 KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise invalid(str(path), "", "not UTF-8") from error


def _check_owner(path: Path, state: os.stat_result, owner: int) -> None:
    """Of the file or its folder: who may write there decides what the policy is."""
    if state.st_uid != owner or state.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise invalid(str(path), "", "others than its administrator may write to it")


def _raw(path: Path, name: str, value: object) -> Raw:
    """The TOML value in the registry's types: true and false are switches, numbers stand in lists
    only."""
    if name not in VALUES:
        raise invalid(str(path), name, "unknown value")
    if VALUES[name] is ValueKind.SWITCH and not isinstance(value, bool):
        raise invalid(str(path), name, "true or false is wanted")
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(type(item) in (str, int) for item in value):
        return tuple(str(item) for item in value)
    raise invalid(str(path), name, "text, or a list of texts or numbers, is wanted")


if sys.platform == "win32":
    import winreg

    KEY = r"Software\Policies\certclient"
    PACKAGE_KEY = r"Software\certclient"
    """The MSI's own (tools/installer/msi_source.py), with other values that are none of policy."""

    _PLACES = (("HKCU", winreg.HKEY_CURRENT_USER), ("HKLM", winreg.HKEY_LOCAL_MACHINE))
    """The later one wins."""

    def _registry() -> Mapping[str, Found]:
        found = _of_the_package()
        for name, hive in _PLACES:
            found |= _values_below(hive, rf"{name}\{KEY}")
        return found

    def _of_the_package() -> dict[str, Found]:
        """The bank that the MSI was given; "" is written where it was given none."""
        source = rf"HKLM\{PACKAGE_KEY}"
        try:
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, PACKAGE_KEY, 0, access) as key:
                data, kind = winreg.QueryValueEx(key, PROFILE)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise invalid(source, PROFILE, error.strerror or type(error).__name__) from error
        return {PROFILE: Found(_stored(source, PROFILE, data, kind), source)} if data else {}

    def _values_below(hive: int, source: str) -> dict[str, Found]:
        try:
            # The same key for every program: a 32-bit view has no policies of its own.
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
            with winreg.OpenKey(hive, KEY, 0, access) as key:
                subkeys, count, _ = winreg.QueryInfoKey(key)
                if subkeys:
                    raise invalid(source, winreg.EnumKey(key, 0), "unknown key")
                values = [winreg.EnumValue(key, number) for number in range(count)]
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise invalid(source, "", error.strerror or type(error).__name__) from error
        found = {_name(name): (data, kind) for name, data, kind in values}
        return {n: Found(_stored(source, n, *value), source) for n, value in found.items()}

    def _name(name: str) -> str:
        """As we write it: to the registry, upper and lower case are the same."""
        return next((known for known in VALUES if known.lower() == name.lower()), name)

    def _stored(source: str, name: str, data: object, kind: int) -> Raw:
        if kind == winreg.REG_DWORD and isinstance(data, int):
            return data
        if kind == winreg.REG_SZ and isinstance(data, str):
            return data
        if kind == winreg.REG_MULTI_SZ and isinstance(data, list):
            return tuple(str(line) for line in data)
        raise invalid(source, name, "REG_SZ, REG_MULTI_SZ or REG_DWORD is wanted")
