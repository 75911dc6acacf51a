"""What a bank decides about its installer (installer/build.toml), and where a build puts things."""

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
"""In src/certclient/__init__.py."""
_STAGES = {"a": 1000, "b": 2000, "rc": 3000, "release": 9000}


class SettingsError(Exception):
    """The settings cannot be used. The text names the file and what is wrong."""


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`name` and `publisher` are ASCII, as an MSI loses other letters; titles are what people read.

    `contact` is an e-mail address for questions, `icon` a square SVG.
    """

    name: str
    title_ja: str
    title_en: str
    publisher: str
    contact: str
    icon: str


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`profiles`: the banks, the first is the default; `practice_bank`: whether it is in it."""

    profiles: tuple[str, ...]
    practice_bank: bool = False


class Signing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`key`: a PEM file or a PKCS#11 URI (RFC 7512) for `module`; "" means a CA of the build's own.

    `certificates`: PEM, the leaf first. `timestamp`: address of an RFC 3161 server, "" for none.
    `anchors` and `timestamp_anchors`: PEM, what the chains have to lead to when the build checks
    what it signed; "" means the last of `certificates`, and what this machine trusts.
    A passphrase or PIN is never here: it is asked for, or comes from CERTCLIENT_SIGNING_PIN.
    """

    key: str = ""
    certificates: str = ""
    module: str = ""
    timestamp: str = ""
    anchors: str = ""
    timestamp_anchors: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    product: Product
    contents: Contents
    signing: Signing = Signing()


@dataclass(frozen=True, slots=True)
class Settings:
    """One build. `folder` is where the settings' relative paths begin; `version` is PEP 440's."""

    folder: Path
    product: Product
    contents: Contents
    signing: Signing
    version: str

    @property
    def numeric_version(self) -> str:
        """Four numbers, as Windows' version resources want them, in the order of the versions.

        The last one tells rc1 from the release after it. (An MSI compares the first three only.)
        """
        version = Version(self.version)
        stage, number = version.pre or ("release", version.post or 0)
        return f"{version.major}.{version.minor}.{version.micro}.{_STAGES[stage] + number}"

    @property
    def contents_folder(self) -> str:
        """Where the frozen program keeps its libraries, beside certclient.exe. Named after the
        version: an update is written beside the old one's, and each program finds its own."""
        return f"app-{self.version}"

    @property
    def profiles(self) -> tuple[Path, ...]:
        return tuple(self.folder / name for name in self.contents.profiles)

    @property
    def icon(self) -> Path:
        return self.folder / self.product.icon


@dataclass(frozen=True, slots=True)
class Places:
    """Below `folder`: the frozen program (certclient.exe for the command line, certclientw.exe for
    the windows, `app-<version>`, `profiles`, licence texts), as NSIS and the MSI install it; and
    what is handed out."""

    folder: Path = OUTPUT

    @property
    def payload(self) -> Path:
        return self.folder / "payload"

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def work(self) -> Path:
        """What a build writes on its way."""
        return self.folder / "work"


def read_settings(path: Path = DEFAULT) -> Settings:
    """Raises SettingsError: not there, unknown or missing key, wrong type, no profile."""
    try:
        file = msgspec.toml.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError) as error:
        raise SettingsError(f"{path}: {error}") from error
    settings = Settings(path.parent, file.product, file.contents, file.signing, _version())
    _check(settings, path)
    return settings


def _check(settings: Settings, path: Path) -> None:
    product = settings.product
    for key, text in (("name", product.name), ("publisher", product.publisher)):
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 .,&-]*", text):
            raise SettingsError(f"{path}: product.{key} must be ASCII letters and digits")
    for file in (*settings.profiles, settings.icon):
        if not file.is_file():
            raise SettingsError(f"{path}: {file} is not there")
    if not settings.profiles:
        raise SettingsError(f"{path}: contents.profiles names no bank")


def _version() -> str:
    """Read, not imported: a build must not run the program."""
    text = (ROOT / "src" / "certclient" / "__init__.py").read_text(encoding="utf-8")
    found = VERSION_LINE.search(text)
    if found is None:
        raise SettingsError("src/certclient/__init__.py names no version")
    return found[1]
