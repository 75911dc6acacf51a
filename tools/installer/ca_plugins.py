"""Takes the CA plug-ins that a bank's settings name into its build, once each is verified.

A wheel is taken as it was read for the check: nothing is read twice. docs/ca-plugins.md says what a
plug-in has to be; `certclient.ca.plugins.loading` reads the list at run time.
"""

from __future__ import annotations

import email
import hashlib
import io
import sys
import zipfile
from collections.abc import Sequence
from configparser import ConfigParser
from dataclasses import dataclass, field
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from certclient.ca.plugins.loading import ALLOW_LIST, GROUP, AllowedPlugin, AllowList
from certclient.model.jws import public_key
from certclient.model.pem import public_keys_from_pem
from certclient.model.profile import BUILT_IN_PROTOCOLS
from tools.installer.settings import BuildSettings, BuildSettingsError, PluginSettings

_PURE = "-py3-none-any.whl"
_METADATA = ("METADATA", "entry_points.txt")
"""What the program needs of a wheel's .dist-info."""


@dataclass(frozen=True, slots=True)
class VerifiedPlugin:
    """A plug-in whose hash and signature are right. `files`: what the program contains of its
    wheel, by path; `modules`: the names of its modules."""

    allowed: AllowedPlugin
    files: dict[str, bytes] = field(repr=False)
    modules: tuple[str, ...]


def verified_plugins(settings: BuildSettings) -> Sequence[VerifiedPlugin]:
    """Reads and checks every plug-in of the settings.

    Raises BuildSettingsError: a file is missing, the wheel's hash or signature is wrong, or it is
    not a pure Python package that adds one module or package named like itself, needs no other
    distribution, and has the entry point.
    """
    found = [_verified(settings.folder, one) for one in settings.contents.ca_plugins]
    names = [one.allowed.name for one in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise BuildSettingsError(f"contents.ca_plugins: several are named {', '.join(twice)}")
    return found


def unpack(plugins: Sequence[VerifiedPlugin], folder: Path) -> None:
    """Unpacks the plug-ins in `folder`, as pip does."""
    folder.mkdir(parents=True, exist_ok=True)
    for plugin in plugins:
        for name, data in plugin.files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def write_allow_list(plugins: Sequence[VerifiedPlugin], folder: Path) -> None:
    """Writes the list by which the frozen program knows them."""
    allowed = AllowList(tuple(one.allowed for one in plugins))
    (folder / ALLOW_LIST).write_bytes(msgspec.json.format(msgspec.json.encode(allowed)))


def _verified(base: Path, plugin: PluginSettings) -> VerifiedPlugin:
    wheel = base / plugin.wheel
    try:
        data = wheel.read_bytes()
        signature = wheel.with_name(f"{wheel.name}.sig").read_bytes()
        (signer,) = public_keys_from_pem((base / plugin.signer).read_text(encoding="utf-8"))
        _check_signature(signer, signature, data)
        digest = hashlib.sha256(data).hexdigest()
        if digest != plugin.sha256.lower():
            raise BuildSettingsError(f"{wheel}: its SHA-256 is {digest}")
        return _unpacked(plugin, wheel, data, hashlib.sha256(signer).hexdigest())
    except InvalidSignature as error:
        raise BuildSettingsError(f"{wheel}: {plugin.signer} has not signed it") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise BuildSettingsError(f"{wheel}: {error}") from error


def _check_signature(spki: bytes, signature: bytes, data: bytes) -> None:
    """Raises InvalidSignature, or ValueError for a key that is too weak."""
    key = public_key(spki)
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, data)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    else:
        raise InvalidSignature


def _unpacked(plugin: PluginSettings, wheel: Path, data: bytes, signer: str) -> VerifiedPlugin:
    if plugin.name in BUILT_IN_PROTOCOLS:
        raise ValueError(f"{plugin.name} is certclient's own")
    if not wheel.name.endswith(_PURE):
        raise ValueError(f"a plug-in is pure Python: …{_PURE}")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}
    (info,) = {name.split("/")[0] for name in contents if ".dist-info/" in name}
    metadata = email.message_from_bytes(contents[f"{info}/METADATA"])
    distribution, version = str(metadata["Name"]), str(metadata["Version"])
    needed = [one for one in metadata.get_all("Requires-Dist", []) if not one.startswith("certc")]
    if needed:
        raise ValueError(f"it needs {', '.join(needed)}, which the program may not contain")
    _check_entry_point(contents[f"{info}/entry_points.txt"].decode(), plugin.name)
    code = {name: one for name, one in contents.items() if not name.startswith(f"{info}/")}
    _check_own(code, distribution)
    kept = {f"{info}/{name}": contents[f"{info}/{name}"] for name in _METADATA}
    allowed = AllowedPlugin(plugin.name, distribution, version, plugin.sha256.lower(), signer)
    return VerifiedPlugin(allowed, code | kept, _modules(code))


def _check_entry_point(text: str, name: str) -> None:
    points = ConfigParser(delimiters=("=",))
    points.read_string(text)
    if not points.has_option(GROUP, name):
        raise ValueError(f"it has no entry point {name} in {GROUP}")


def _check_own(code: dict[str, bytes], distribution: str) -> None:
    """One module or package, named like the distribution and like nothing else in the program."""
    name = distribution.replace("-", "_").replace(".", "_").lower()
    tops = {PurePosixPath(path).parts[0].removesuffix(".py") for path in code}
    if tops != {name}:
        raise ValueError(f"it has {', '.join(sorted(tops))}, and should have {name} alone")
    others = set(packages_distributions().get(name, ())) - {distribution}
    if name in sys.stdlib_module_names or name in ("certclient", "certclient_practice") or others:
        raise ValueError(f"{name} is the name of another module")
    for path in code:
        if ".." in PurePosixPath(path).parts or path.startswith("/") or "\\" in path:
            raise ValueError(f"the path {path}")


def _modules(code: dict[str, bytes]) -> tuple[str, ...]:
    found = set()
    for path in code:
        if path.endswith(".py"):
            parts = PurePosixPath(path).with_suffix("").parts
            found.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return tuple(sorted(found))
