"""Finds third-party libraries inside the files that ship, with their versions.

The versions are read from the files with the standard library alone, without loading them; a test
compares them with the versions that the Windows Python itself reports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from certclient.ui.dialogs.about.notices import read_components
from tools.installer.pe import file_version

ATTRIBUTIONS = Path(__file__).resolve().parent / "licenses" / "qt-attributions.txt"


class VersionError(Exception):
    """A file no longer contains a library's version in the known form. The text names both."""


@dataclass(frozen=True, slots=True)
class BundledLibrary:
    """`licence`: an SPDX expression. `maker`: vendor and product, as in CPEs, or "". `version`: ""
    if unknown. `version_source`: the source of the version; `is_certain`: whether that file
    ships."""

    name: str
    version: str
    licence: str
    maker: str = ""
    version_source: str = ""
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class _Place:
    """A library and the file that contains it. `file`: a glob pattern; `version`: reads the version
    from the file's bytes, None if the file does not contain it."""

    name: str
    licence: str
    maker: str
    file: str
    version: Callable[[bytes], str] | None


def _version_by_pattern(pattern: bytes) -> Callable[[bytes], str]:
    """Reads the version by the only match of `pattern`; "" for no match, or for different ones."""

    def version(content: bytes) -> str:
        found = set(re.findall(pattern, content))
        return str(found.pop(), "ascii") if len(found) == 1 else ""

    return version


def _resource(numbers: int) -> Callable[[bytes], str]:
    """Reads the version from Windows' version resource, its first `numbers` numbers."""

    def version(content: bytes) -> str:
        return ".".join(file_version(content).split(".")[:numbers])

    return version


_OPENSSL = rb"OpenSSL (\d+\.\d+\.\d+)[^\n\0]{0,3} \d+ [A-Z][a-z]{2} \d{4}"
_ZLIB = rb"\0(1\.\d+\.\d+(?:\.\d+)?)\0"
_IN_PYTHON = (
    _Place(
        "openssl", "Apache-2.0", "openssl:openssl", "libcrypto-3.dll", _version_by_pattern(_OPENSSL)
    ),
    _Place("sqlite", "blessing", "sqlite:sqlite", "sqlite3.dll", _resource(3)),
    _Place(
        "expat",
        "MIT",
        "libexpat_project:libexpat",
        "pyexpat.pyd",
        _version_by_pattern(rb"expat_(\d+\.\d+\.\d+)\0"),
    ),
    _Place("zlib", "Zlib", "zlib:zlib", "python3[0-9]*.dll", _version_by_pattern(_ZLIB)),
    _Place(
        "bzip2",
        "bzip2-1.0.6",
        "bzip:bzip2",
        "_bz2.pyd",
        _version_by_pattern(rb"\0(\d+\.\d+\.\d+), \d+-[A-Z][a-z]{2}-\d{4}\0"),
    ),
    _Place(
        "libmpdec", "BSD-2-Clause", "", "_decimal.pyd", _version_by_pattern(rb"\0(\d+\.\d+\.\d+)\0")
    ),
    _Place("xz", "0BSD", "tukaani:xz", "_lzma.pyd", None),
)
_FFI = "libffi-8.dll"
_FFI_NEWS = re.compile(r"libffi bundled with Windows\s+installs to (\d+(?:\.\d+)+)")


def in_python(contents: Path, news: str) -> Iterator[BundledLibrary]:
    """Libraries that CPython for Windows bundles, as far as the folder `contents` has them.

    `news`: text of CPython's NEWS.txt, the only source of libffi's version. Raises VersionError.
    """
    for place in _IN_PYTHON:
        for file in contents.glob(place.file):
            yield _library(place, file)
    if (contents / _FFI).is_file():
        match = _FFI_NEWS.search(news)  # the newest comes first
        version, source = (match[1], "CPython's NEWS.txt") if match else ("", "")
        yield BundledLibrary(
            "libffi", version, "MIT", "libffi_project:libffi", source, is_certain=False
        )


def microsofts(contents: Path) -> Iterator[BundledLibrary]:
    """The Visual C++ runtimes, one for each version: CPython's and Qt's may differ. Raises
    VersionError."""
    licence = "LicenseRef-Microsoft-Distributable-Code"
    found: dict[str, BundledLibrary] = {}
    for pattern in ("MSVCP140*.dll", "VCRUNTIME140*.dll"):
        place = _Place("visual-c++-runtime", licence, "", pattern, _resource(4))
        for file in sorted(contents.glob(pattern)):
            part = _library(place, file)
            found.setdefault(part.version, part)
    yield from found.values()


_QT = _version_by_pattern(rb"\0Qt (\d+\.\d+\.\d+) \(")
_ICU = _version_by_pattern(rb"\0(\d+\.\d+)\0")
_IN_QT = {
    "LibPNG": _version_by_pattern(rb"\0(1\.6\.\d+)\0"),
    "PCRE2": _version_by_pattern(rb"\0(\d+\.\d+) \d{4}-\d\d-\d\d\0"),
}
_ONLY_IN = {"LibJPEG-turbo": "qjpeg"}
"""Libraries that only one plug-in contains."""
_MAKERS = {
    "Data Compression Library (zlib)": "zlib:zlib",
    "Freetype 2": "freetype:freetype",
    "HarfBuzz-NG": "harfbuzz_project:harfbuzz",
    "LibJPEG-turbo": "libjpeg-turbo:libjpeg-turbo",
    "LibPNG": "libpng:libpng",
    "PCRE2": "pcre:pcre2",
}
ELSEWHERE_ON_LINUX = ("D3D12", "Data Compression", "Freetype 2", "Mipmap generator for D3D12")
"""Prefixes of the libraries that Qt for Linux takes from the system, or does not use."""
_VERSION = re.compile(r" v?(\d+(?:\.\d+)+)$")
"""The version at the end of an attribution's title. (Some have a commit or a date instead.)"""


def qts(core: Path, modules: Iterable[str] = ("qtbase", "qtsvg")) -> Iterator[BundledLibrary]:
    """Qt's own modules, all of the version in `core`, the library QtCore. Raises VersionError."""
    for name in modules:
        yield _library(_Place(name, "LGPL-3.0-only", "qt:qt", core.name, _QT), core)


def icu(uc: Path) -> BundledLibrary:
    """The ICU that Qt for Linux bundles; `uc`: its library libicuuc. Raises VersionError."""
    return _library(_Place("icu", "Unicode-3.0", "unicode:icu", uc.name, _ICU), uc)


def in_qt(
    core: Path, gui: Path, plugins: Collection[str], elsewhere: tuple[str, ...] = ()
) -> Iterator[BundledLibrary]:
    """Libraries that Qt contains according to its own attributions, except those whose names begin
    with one of `elsewhere`. `plugins`: stems of the plug-ins that ship, e.g. `qico`.

    The attributions belong to one version of Qt (qt_attributions.py); a version that QtCore
    (`core`) or QtGui (`gui`) contains takes precedence. Raises VersionError.
    """
    libraries = {"PCRE2": core, "LibPNG": gui}
    for component in read_components(ATTRIBUTIONS.read_text(encoding="utf-8")):
        name, *versions = _VERSION.split(component.title.removeprefix("Qt: "))
        version = versions[0] if versions else ""
        of = name.partition(" - ")[0]
        if name.startswith(elsewhere) or _ONLY_IN.get(name, "") not in {"", *plugins}:
            continue
        maker = _MAKERS.get(name, "")
        if of in libraries:
            file = libraries[of]
            place = _Place(name, component.licence, maker, file.name, _IN_QT[of])
            yield _library(place, file)
        else:
            source = ATTRIBUTIONS.name if version else ""
            yield BundledLibrary(name, version, component.licence, maker, source, is_certain=False)


def _library(place: _Place, file: Path) -> BundledLibrary:
    if place.version is None:
        return BundledLibrary(place.name, "", place.licence, place.maker)
    version = place.version(file.read_bytes())
    if not version:
        raise VersionError(f"{file} does not tell the version of {place.name}: see {__file__}")
    return BundledLibrary(place.name, version, place.licence, place.maker, file.name)
