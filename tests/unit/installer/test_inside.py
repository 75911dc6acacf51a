"""The bill of materials names what is inside of libraries, in the version that they tell."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest

from certclient.ui.dialogs.about.notices import third_party_notices
from tools.installer.inside import (
    ELSEWHERE_ON_LINUX,
    Library,
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
    """A version resource with something around it."""
    high, low = numbers[0] << 16 | numbers[1], numbers[2] << 16 | numbers[3]
    words = (0xFEEF04BD, 0x00010000, high, low)
    return b"MZ\0" + b"".join(word.to_bytes(4, "little") for word in words) + b"\0" * 40


def found(libraries: list[Library]) -> dict[str, str]:
    return {library.name: library.version for library in libraries}


def test_python_s_parts_are_named_as_their_files_tell(tmp_path: Path) -> None:
    """(That the real ones do: tests/windows/test_windows_bill.py.)"""
    (tmp_path / "pyexpat.pyd").write_bytes(b"\0expat_2.6.4\0")
    (tmp_path / "sqlite3.dll").write_bytes(resource(3, 45, 3, 0))
    (tmp_path / "_lzma.pyd").write_bytes(b"nothing")
    (tmp_path / "libffi-8.dll").write_bytes(b"nothing")
    parts = list(in_python(tmp_path, NEWS))
    assert found(parts) == {"expat": "2.6.4", "sqlite": "3.45.3", "xz": "", "libffi": "3.4.4"}
    told_by = {part.name: (part.told_by, part.is_certain) for part in parts}
    assert told_by["expat"] == ("pyexpat.pyd", True)
    assert told_by["libffi"] == ("CPython's NEWS.txt", False)


@pytest.mark.parametrize("content", [b"nothing", b"\0expat_2.6.4\0 \0expat_2.7.0\0"])
def test_a_file_that_does_not_tell_stops_the_build(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pyexpat.pyd").write_bytes(content)
    with pytest.raises(VersionError, match=r"pyexpat\.pyd does not tell the version of expat"):
        list(in_python(tmp_path, NEWS))


def test_two_versions_of_microsoft_s_runtime_are_two_parts(tmp_path: Path) -> None:
    """CPython and Qt bring their own."""
    for name in ("MSVCP140.dll", "VCRUNTIME140_1.dll"):
        (tmp_path / name).write_bytes(resource(14, 44, 35211, 0))
    (tmp_path / "VCRUNTIME140.dll").write_bytes(resource(14, 42, 34226, 3))
    assert [part.version for part in microsofts(tmp_path)] == ["14.44.35211.0", "14.42.34226.3"]


def test_a_program_without_a_version_has_none() -> None:
    assert file_version(b"MZ nothing") == ""


def test_qt_tells_its_version() -> None:
    ours = version("PySide6-Essentials")
    assert found(list(qts(CORE))) == {"qtbase": ours, "qtsvg": ours}


def test_what_qt_s_libraries_tell_counts_before_its_attributions() -> None:
    parts = {part.name: part for part in in_qt(CORE, GUI, [], ELSEWHERE_ON_LINUX)}
    for name, file in (("LibPNG", GUI), ("PCRE2", CORE)):
        assert parts[name].is_certain
        assert parts[name].told_by == file.name
        assert f"{parts[name].version}".encode() in file.read_bytes()
    assert parts["PCRE2 - Stack-less Just-In-Time Compiler"].version == parts["PCRE2"].version
    assert not parts["HarfBuzz-NG"].is_certain


def test_every_part_that_the_notices_name_is_in_the_bill() -> None:
    noted = [part.title for part in third_party_notices() if part.title.startswith("Qt: ")]
    names = found(list(in_qt(CORE, GUI, ["qjpeg"])))
    assert len(noted) == len(names) + 1 > 30, "XSVG is QtSvg's"
    assert [name for name in names if not any(name in title for title in noted)] == []


def test_what_does_not_ship_is_not_named() -> None:
    assert "LibJPEG-turbo" not in found(list(in_qt(CORE, GUI, ["qico", "qsvg"])))
    assert "Freetype 2" not in found(list(in_qt(CORE, GUI, [], ELSEWHERE_ON_LINUX)))
