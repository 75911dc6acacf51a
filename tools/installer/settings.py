"""Reads a bank's settings for its installer (installer/build.toml); names a build's folders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT = ROOT / "installer" / "build.toml"
CONTENTS = ROOT / "installer" / "contents.toml"
OUTPUT = ROOT / "build" / "installer"
VERSION_LINE = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
"""Matches the version in src/certclient/__init__.py."""
_STAGES = {"a": 1000, "b": 2000, "rc": 3000, "release": 9000}


class BuildSettingsError(Exception):
    """The settings cannot be used. The text names the file and what is wrong."""


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`name` and `publisher` are ASCII, as wixl drops other characters; the titles are for users.

    `contact`: an e-mail address for questions; `icon`: a square SVG.
    """

    name: str
    title_ja: str
    title_en: str
    publisher: str
    contact: str
    icon: str


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`profiles`: the banks, the first one is the default; `practice_bank`: whether to include
    it."""

    profiles: tuple[str, ...]
    practice_bank: bool = False


class SigningSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`key`: a PEM file or a PKCS#11 URI (RFC 7512) for `module`; "" means a test CA of the build.

    `certificates`: PEM, the leaf first. `timestamp`: URL of an RFC 3161 server, "" for none.
    `anchors` and `timestamp_anchors`: PEM, the trust anchors with which the build checks its
    signatures; "" means the last of `certificates`, and this machine's trust anchors, respectively.
    A passphrase or PIN is never stored here: the build prompts for it or reads it from
    CERTCLIENT_SIGNING_PIN.
    """

    key: str = ""
    certificates: str = ""
    module: str = ""
    timestamp: str = ""
    anchors: str = ""
    timestamp_anchors: str = ""


class _SettingsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    product: Product
    contents: Contents
    signing: SigningSettings = SigningSettings()


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """The settings of a build. `folder`: base of their relative paths; `version`: as in PEP 440."""

    folder: Path
    product: Product
    contents: Contents
    signing: SigningSettings
    version: str

    @property
    def numeric_version(self) -> str:
        """Four numbers, as Windows' version resources require, in the order of the versions.

        The last number puts rc1 before its release. (An MSI compares the first three only.)
        """
        version = Version(self.version)
        stage, number = version.pre or ("release", version.post or 0)
        return f"{version.major}.{version.minor}.{version.micro}.{_STAGES[stage] + number}"

    @property
    def contents_folder(self) -> str:
        """Name of the folder with the frozen program's libraries, beside certclient.exe. It
        contains the version: an update is installed beside the old one, and each program finds its
        own."""
        return f"app-{self.version}"

    @property
    def profiles(self) -> tuple[Path, ...]:
        """Paths of the banks' profiles, the default first."""
        return tuple(self.folder / name for name in self.contents.profiles)

    @property
    def icon(self) -> Path:
        """Path of the SVG."""
        return self.folder / self.product.icon


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of a build, below `folder`."""

    folder: Path = OUTPUT

    @property
    def payload(self) -> Path:
        """The program as the setup and the MSI install it: certclient.exe, certclientw.exe,
        `app-<version>`, `profiles`, licence texts."""
        return self.folder / "payload"

    @property
    def results(self) -> Path:
        """The files for download; exists only if the build is complete."""
        return self.folder / "results"

    @property
    def work(self) -> Path:
        """Intermediate files."""
        return self.folder / "work"


def read_settings(path: Path = DEFAULT) -> BuildSettings:
    """Reads and checks a settings file.

    Raises SettingsError: a file is missing, a key is unknown or missing, a value has a wrong type,
    the product's names are not ASCII, or there is no profile.
    """
    try:
        file = msgspec.toml.decode(path.read_bytes(), type=_SettingsFile)
    except (OSError, msgspec.MsgspecError) as error:
        raise BuildSettingsError(f"{path}: {error}") from error
    settings = BuildSettings(path.parent, file.product, file.contents, file.signing, _version())
    _check(settings, path)
    return settings


def _check(settings: BuildSettings, path: Path) -> None:
    product = settings.product
    for key, text in (("name", product.name), ("publisher", product.publisher)):
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 .,&-]*", text):
            raise BuildSettingsError(f"{path}: product.{key} must be ASCII letters and digits")
    for file in (*settings.profiles, settings.icon):
        if not file.is_file():
            raise BuildSettingsError(f"{path}: {file} is not there")
    if not settings.profiles:
        raise BuildSettingsError(f"{path}: contents.profiles names no bank")


def _version() -> str:
    """Reads the version from the source: an import would run the program's code."""
    text = (ROOT / "src" / "certclient" / "__init__.py").read_text(encoding="utf-8")
    found = VERSION_LINE.search(text)
    if found is None:
        raise BuildSettingsError("src/certclient/__init__.py names no version")
    return found[1]
