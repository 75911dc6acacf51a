"""The environment of a module's child process: what it needs, and no more."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

_POSIX = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR"),
    *("LD_LIBRARY_PATH", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"),
    *("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"),
)
_WINDOWS = (
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "OS", "TEMP", "TMP"),
    *("USERNAME", "USERDOMAIN", "USERPROFILE", "PUBLIC", "HOMEDRIVE", "HOMEPATH"),
    *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "ALLUSERSPROFILE", "PROGRAMFILES"),
    *("PROGRAMFILES(X86)", "PROGRAMW6432", "COMMONPROGRAMFILES", "COMMONPROGRAMFILES(X86)"),
    *("COMMONPROGRAMW6432", "COMPUTERNAME", "SESSIONNAME", "NUMBER_OF_PROCESSORS"),
)
_WINE = ("WINEPREFIX", "WINEDEBUG", "WINEDLLOVERRIDES")
_PYTHON = ("PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE")
_SYSTEM = frozenset((*_POSIX, *_WINDOWS, *_WINE, *_PYTHON))
"""Where a process finds its folders, its language, its screen (a vendor's PIN window) and its bus;
where the child's Python keeps what it has compiled."""

_PREFIXES = (
    "LC_",
    "XDG_",
    "PROCESSOR_",
    # Middleware: SoftHSM, OpenSC, PC/SC, p11-kit, tpm2-pkcs11 and what is below it, opencryptoki,
    # NSS, YubiKey, SafeNet.
    "SOFTHSM",
    "OPENSC_",
    "PCSC",
    "P11_KIT_",
    "PKCS11",
    "TPM2",
    "TSS2_",
    "TCTI",
    "OPENCRYPTOKI",
    "OCK_",
    "NSS_",
    "YKCS11_",
    "ETOKEN",
)

_SEARCHED = 1 << 25
"""Bytes of a module's file that are searched for names of variables."""


def child_environment(
    module: Path, environment: Mapping[str, str], packages: Collection[str]
) -> dict[str, str]:
    """Returns the part of `environment` for the child of `module`.

    A variable passes if it is one of the system's or of known middleware, or if the module's own
    file contains its name, as that of a program which asks for it does. `packages`: the folders
    from which the child imports this program.
    """
    passed = {name: value for name, value in environment.items() if _known(name)}
    others = environment.keys() - passed.keys()
    passed |= {name: environment[name] for name in _named_in(module, others)}
    passed["PYTHONPATH"] = os.pathsep.join(packages)
    return passed


def package_folders() -> list[str]:
    """The folders from which this program is imported; the child needs no site-packages' hooks."""
    own = str(Path(__file__).parents[3])
    others = (os.path.abspath(place) for place in sys.path if place)
    return list(dict.fromkeys((own, *others)))


def _known(name: str) -> bool:
    upper = name.upper() if sys.platform == "win32" else name
    return upper in _SYSTEM or upper.startswith(_PREFIXES)


def _named_in(module: Path, names: Collection[str]) -> list[str]:
    """Those of `names` that stand in the file as C strings, in ASCII or UTF-16.

    None of Python's or the loader's, which would change how the child itself runs.
    """
    ours = ("PYTHON", "LD_")
    candidates = [name for name in names if len(name) > 2 and not name.upper().startswith(ours)]
    if not candidates:
        return []
    try:
        with module.open("rb") as file:
            content = file.read(_SEARCHED)
    except (OSError, ValueError):
        return []
    named = {match.decode() for match in _C_STRING.findall(content)}
    return [name for name in candidates if name in named or _has_wide(content, name)]


_C_STRING = re.compile(rb"\0([A-Za-z_][A-Za-z0-9_]{2,63})(?=\0)")
"""A string in a program that may be the name of a variable."""


def _has_wide(content: bytes, name: str) -> bool:
    """Whether the name stands in a program for Windows in UTF-16."""
    if sys.platform != "win32":
        return False
    return f"\0{name}\0".encode("utf-16-le", errors="surrogatepass") in content
