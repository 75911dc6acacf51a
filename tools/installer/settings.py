"""Reads a bank's settings for its installer (installer/build.toml); names a build's folders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT = ROOT / "installer" / "build.toml"
CONTENTS = ROOT / "installer" / "contents.toml"
OUTPUT = ROOT / "build" / "installer"
VERSION_LINE = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
"""Matches the version in src/certclient/__init__.py."""
_ASCII_NAME = r"[A-Za-z0-9][A-Za-z0-9 .,&-]*"
_STAGES = {"a": 1000, "b": 2000, "rc": 3000, "release": 9000}


class BuildSettingsError(Exception):
    """The settings cannot be used. The text names the file and what is wrong."""


def _about(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


_AsciiName = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": f"^{_ASCII_NAME}$"})]


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The program's names. `name` and `publisher` are ASCII, as wixl drops other characters."""

    name: Annotated[_AsciiName, _about("ASCII: names of the results, folder, registry entries.")]
    title_ja: Annotated[str, _about("Start menu and installer windows, in Japanese.")]
    title_en: Annotated[str, _about("Start menu and installer windows, in English.")]
    publisher: Annotated[_AsciiName, _about("Who publishes the program; ASCII.")]
    contact: Annotated[str, _about("E-mail address for questions about the packages.")]
    icon: Annotated[str, _about("Path of a square SVG, relative to this file.")]


class PluginSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CA plug-in (docs/ca-plugins.md), whose signature is in the file `<wheel>.sig`."""

    name: Annotated[str, _about("The entry point, and `ca.protocol` of a profile.")]
    wheel: Annotated[str, _about("Path of its wheel, pure Python.")]
    sha256: Annotated[str, _about("SHA-256 of the wheel, hexadecimal.")]
    signer: Annotated[
        str, _about("Path of a PEM public key (Ed25519, P-256, RSA): whoever signed the wheel.")
    ]


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is included."""

    profiles: Annotated[
        tuple[str, ...],
        _about("Paths of the banks' profiles; the first one is the default."),
        msgspec.Meta(extra_json_schema={"minItems": 1}),
    ]
    practice_bank: Annotated[
        bool, _about("Whether 練習する (`certclient practice`) is included: a practice bank.")
    ] = True
    known_old: Annotated[
        tuple[str, ...],
        _about(
            "Releases of CPython and OpenSSL, older than installer/contents.toml allows, that "
            'were assessed: "OpenSSL 3.0.15", for example.'
        ),
    ] = ()
    ca_plugins: Annotated[
        tuple[PluginSettings, ...], _about("The only CA plug-ins that the program may load.")
    ] = ()


class SigningSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the program is signed; without a key, with a test CA of the build.

    A passphrase or PIN is never stored here: the build prompts for it or reads it from
    CERTCLIENT_SIGNING_PIN.
    """

    key: Annotated[
        str, _about("A PEM file, or a PKCS#11 URI (RFC 7512) for `module`; empty: a test CA.")
    ] = ""
    certificates: Annotated[str, _about("A PEM file, the leaf first.")] = ""
    module: Annotated[str, _about("Path of the PKCS#11 module that holds the key.")] = ""
    timestamp: Annotated[str, _about("URL of an RFC 3161 server; empty: none.")] = ""
    anchors: Annotated[
        str,
        _about(
            "A PEM file with the anchors with which the build checks its signatures; empty: the "
            "last of `certificates`."
        ),
    ] = ""
    timestamp_anchors: Annotated[
        str, _about("The same for time stamps; empty: the anchors of this machine.")
    ] = ""
    release_key: Annotated[
        str,
        _about(
            "Fingerprint of an OpenPGP key in GnuPG, for SHA256SUMS.sig and apt; empty: a test key."
        ),
    ] = ""


class SettingsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of a bank's build of certclient (docs/deploy.md)."""

    product: Annotated[Product, _about("The program's names.")]
    contents: Annotated[Contents, _about("What is included.")]
    signing: Annotated[SigningSettings, _about("How the program is signed.")] = SigningSettings()


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
        file = msgspec.toml.decode(path.read_bytes(), type=SettingsFile)
    except (OSError, msgspec.MsgspecError) as error:
        raise BuildSettingsError(f"{path}: {error}") from error
    settings = BuildSettings(path.parent, file.product, file.contents, file.signing, _version())
    _check(settings, path)
    return settings


def _check(settings: BuildSettings, path: Path) -> None:
    product = settings.product
    for key, text in (("name", product.name), ("publisher", product.publisher)):
        if not re.fullmatch(_ASCII_NAME, text):
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
