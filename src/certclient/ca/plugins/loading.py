"""Finds a plug-in by its name, loads it and checks its form.

Installed with Python (Linux, a developer's computer), any distribution can bring a plug-in: whoever
installs one into the program's environment could change the program as well. The frozen program of
Windows loads only what its build has put into it: its allow-list is a file of the program
(`resources/ca-plugins.json`), protected by the program's signature like every other one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import cast

import msgspec

from certclient.ca.client import CaAbilities
from certclient.ca.plugins.interface import INTERFACE, CaPlugin
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.stored_json import UnreadableError, from_json
from certclient.platform.resources import resources_folder

GROUP = "certclient.cas"
ALLOW_LIST = "ca-plugins.json"


class AllowedPlugin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plug-in that the build has verified.

    `name`: of the entry point; `distribution`: with its `version`; `sha256`: of its wheel, and
    `signer`: SHA-256 of the public key (DER SubjectPublicKeyInfo) that signed it, in hex.
    """

    name: str
    distribution: str
    version: str
    sha256: str
    signer: str


class AllowList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`resources/ca-plugins.json` of a frozen program."""

    plugin: tuple[AllowedPlugin, ...] = ()


def allowed_plugins() -> Sequence[AllowedPlugin] | None:
    """The only plug-ins that this program may load; None for any that is installed.

    Raises CA_PLUGIN for a frozen program whose list cannot be read.
    """
    if not getattr(sys, "frozen", False):
        return None
    text = resources_folder() / ALLOW_LIST
    try:
        return from_json(text.read_bytes(), AllowList).plugin
    except FileNotFoundError:
        return ()
    except (OSError, UnreadableError) as error:
        raise _unusable(ALLOW_LIST, "broken", str(error)) from error


def load_plugin(name: str, allowed: Sequence[AllowedPlugin] | None) -> CaPlugin:
    """The plug-in `name`, one of `allowed` (None: any).

    Raises CA_PLUGIN (data `protocol`, `problem`, `reason`, `key`): it is not installed, not
    allowed here, cannot be imported, or was made for another version of the interface.
    """
    point = _entry_point(name, allowed)
    try:
        loaded = point.load()
    except (Exception, SystemExit) as error:
        raise _unusable(name, "broken", f"{type(error).__name__}: {error}") from error
    return _checked(name, loaded)


def _entry_point(name: str, allowed: Sequence[AllowedPlugin] | None) -> EntryPoint:
    found = list(entry_points(group=GROUP, name=name))
    if allowed is not None:
        listed = [(one.distribution, one.version) for one in allowed if one.name == name]
        if not listed:
            raise _unusable(name, "not-allowed", "not in this program's list")
        found = [one for one in found if one.dist and (one.dist.name, one.dist.version) in listed]
    if not found:
        raise _unusable(name, "missing", ", ".join(sorted(entry_points(group=GROUP).names)))
    if len(found) > 1:
        homes = ", ".join(sorted(one.dist.name for one in found if one.dist))
        raise _unusable(name, "broken", f"several distributions have it: {homes}")
    return found[0]


def _checked(name: str, loaded: object) -> CaPlugin:
    made_for = getattr(loaded, "interface", None)
    if made_for != INTERFACE:
        raise _unusable(name, "broken", f"interface {made_for!r} instead of {INTERFACE}")
    if not isinstance(getattr(loaded, "abilities", None), CaAbilities):
        raise _unusable(name, "broken", "no abilities")
    for method in ("check_options", "client"):
        if not callable(getattr(loaded, method, None)):
            raise _unusable(name, "broken", f"no function {method}")
    return cast("CaPlugin", loaded)


def _unusable(name: str, problem: str, reason: str) -> CertclientError:
    data = {"protocol": name, "problem": problem, "reason": reason[:300], "key": "ca.protocol"}
    return CertclientError(ErrorCode.CA_PLUGIN, **data)
