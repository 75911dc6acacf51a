"""The SBOM lists components bundled inside libraries, with the versions found in those files."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest

from certclient.ui.dialogs.about.notices import third_party_notices
from tools.installer.inside import (
    ELSEWHERE_ON_LINUX,
    BundledLibrary,
    VersionError,
    in_python,
    in_qt,
    microsofts,
    qts,
)
from tools.installer.pe import file_version

QT = Path(str(files("PySide6"))) / "Qt" / "lib"
CORE, GUI = QT / "libQt6Core.so.6", QT / "libQt6Gui.so.6"
NEWS = "Updates copy of libffi bundled with Windows\n  installs to 3.4.4. Earlier: SQLite."


def resource(*numbers: int) -> bytes:
    """A version resource surrounded by other bytes."""
    high, low = numbers[0] << 16 | numbers[1], numbers[2] << 16 | numbers[3]
    words = (0xFEEF04BD, 0x00010000, high, low)
    return b"MZ\0" + b"".join(word.to_bytes(4, "little") for word in words) + b"\0" * 40


def found(libraries: list[BundledLibrary]) -> dict[str, str]:
    return {library.name: library.version for library in libraries}


def test_versions_of_libraries_in_python_come_from_their_files(tmp_path: Path) -> None:
    """(tests/windows/test_windows_bill.py checks the real files.)"""
    (tmp_path / "pyexpat.pyd").write_bytes(b"\0expat_2.6.4\0")
    (tmp_path / "sqlite3.dll").write_bytes(resource(3, 45, 3, 0))
    (tmp_path / "_lzma.pyd").write_bytes(b"nothing")
    (tmp_path / "libffi-8.dll").write_bytes(b"nothing")
    parts = list(in_python(tmp_path, NEWS))
    assert found(parts) == {"expat": "2.6.4", "sqlite": "3.45.3", "xz": "", "libffi": "3.4.4"}
    sources = {part.name: (part.version_source, part.is_certain) for part in parts}
    assert sources["expat"] == ("pyexpat.pyd", True)
    assert sources["libffi"] == ("CPython's NEWS.txt", False)


@pytest.mark.parametrize("content", [b"nothing", b"\0expat_2.6.4\0 \0expat_2.7.0\0"])
def test_build_fails_on_a_missing_or_ambiguous_version(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pyexpat.pyd").write_bytes(content)
    with pytest.raises(VersionError, match=r"pyexpat\.pyd does not tell the version of expat"):
        list(in_python(tmp_path, NEWS))


def test_two_versions_of_the_microsoft_runtime_are_two_components(tmp_path: Path) -> None:
    """CPython and Qt each ship their own."""
    for name in ("MSVCP140.dll", "VCRUNTIME140_1.dll"):
        (tmp_path / name).write_bytes(resource(14, 44, 35211, 0))
    (tmp_path / "VCRUNTIME140.dll").write_bytes(resource(14, 42, 34226, 3))
    assert [part.version for part in microsofts(tmp_path)] == ["14.44.35211.0", "14.42.34226.3"]


def test_program_without_version_resource_has_no_version() -> None:
    assert file_version(b"MZ nothing") == ""


def test_reads_the_version_of_qt_from_its_library() -> None:
    ours = version("PySide6-Essentials")
    assert found(list(qts(CORE))) == {"qtbase": ours, "qtsvg": ours}


def test_versions_in_qt_libraries_take_precedence_over_attributions() -> None:
    parts = {part.name: part for part in in_qt(CORE, GUI, [], ELSEWHERE_ON_LINUX)}
    for name, file in (("LibPNG", GUI), ("PCRE2", CORE)):
        assert parts[name].is_certain
        assert parts[name].version_source == file.name
        assert f"{parts[name].version}".encode() in file.read_bytes()
    assert parts["PCRE2 - Stack-less Just-In-Time Compiler"].version == parts["PCRE2"].version
    assert not parts["HarfBuzz-NG"].is_certain


def test_sbom_lists_every_component_in_the_notices() -> None:
    noted = [part.title for part in third_party_notices() if part.title.startswith("Qt: ")]
    names = found(list(in_qt(CORE, GUI, ["qjpeg"])))
    assert len(noted) == len(names) + 1 > 30, "XSVG belongs to QtSvg"
    assert [name for name in names if not any(name in title for title in noted)] == []


def test_sbom_omits_components_that_do_not_ship() -> None:
    assert "LibJPEG-turbo" not in found(list(in_qt(CORE, GUI, ["qico", "qsvg"])))
    assert "Freetype 2" not in found(list(in_qt(CORE, GUI, [], ELSEWHERE_ON_LINUX)))
