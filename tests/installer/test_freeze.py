"""The frozen program works, and starts with its own files only."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from support.frozen_code import python_code
from support.small_build import unknown_signer
from tools.installer.build import LICENSES
from tools.installer.settings import ROOT, read_settings
from tools.installer.short import ShortBuild
from tools.installer.sums import sha256

from .conftest import InstalledProgram

COMPILER = "x86_64-w64-mingw32-gcc-win32"
NOTE = r"C:\loaded.txt"
UNSIGNED, FOREIGN = "unsigned", "signed by somebody else"


def test_command_line_starts_and_finds_bank_profile(program: InstalledProgram) -> None:
    assert program.starts()
    code, text = program.run("list")
    assert code == 0
    assert "例信用金庫" in text or "Rei Shinkin" in text


def test_practice_bank_is_listed_and_runs(program: InstalledProgram) -> None:
    code, text = program.run("--help")
    assert code == 0
    assert "  renew " in text
    assert "  practice " in text
    code, text = program.run("practice", "--data", r"C:\bank", "certificates")
    assert code == 0, text


def test_token_module_is_loaded_by_a_child_of_the_program(program: InstalledProgram) -> None:
    """A DLL of Windows in the place of a vendor's: the child loads it, and says that it is none."""
    system = program.windows.path(r"C:\windows\system32")
    with replaced(system / "eTPKCS11.dll", (system / "version.dll").read_bytes()):
        code, text = program.run("list", "--json")
    assert code == 0, text
    errors = [store["error"] for store in json.loads(text)["stores"] if store["error"]]
    assert [error["code"] for error in errors] == ["CC-STORE-MODULE"]


def test_unneeded_files_are_left_out(frozen: ShortBuild) -> None:
    names = [str(path.relative_to(frozen.payload)) for path in frozen.payload.rglob("*")]
    unwanted = ("Quick", "Qml", "WebEngine", "opengl32sw", "d3dcompiler", "tkinter")
    assert [name for name in names if any(word in name for word in unwanted)] == []
    texts = [name for name in names if "PySide6/translations/" in name]
    assert [Path(name).name for name in texts] == ["qtbase_ja.qm"]
    assert any(name.endswith("certclient_ja.qm") for name in names)


@pytest.mark.parametrize("name", ["LICENSE.txt", "THIRD-PARTY-NOTICES.txt"])
def test_licence_texts_are_beside_programs(frozen: ShortBuild, name: str) -> None:
    text = (frozen.payload / name).read_bytes()
    assert len(text) > 10_000
    assert text == (LICENSES / name).read_bytes()


def test_programs_contain_no_build_path(frozen: ShortBuild) -> None:
    """Neither the path under Wine (Z:) nor the one on Linux, even inside the packed modules."""
    programs = sorted(frozen.payload.glob("*.exe"))
    assert len(programs) == 2
    for program in programs:
        code = python_code(program)
        assert b"certclient\\ui\\shell\\app.py" in code["certclient.ui.shell.app"], (
            "the modules can be read"
        )
        for name, content in code.items():
            assert not re.search(rb"(?i)z:\\\w+\\", content), name
            assert str(ROOT).encode() not in content, name
        whole = program.read_bytes()
        assert b"Z:\\project" not in whole
        assert str(ROOT).encode() not in whole


@contextmanager
def replaced(file: Path, content: bytes) -> Iterator[None]:
    """Gives `file` this content, and restores the earlier state at the end."""
    before = file.read_bytes() if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    try:
        yield
    finally:
        file.unlink()
        if before is not None:
            file.write_bytes(before)


@pytest.fixture(scope="module")
def foreign_dlls(
    program: InstalledProgram, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """A foreign DLL that leaves a note when it is loaded: unsigned, and with another signer's valid
    signature."""
    made = program.windows.run(
        COMPILER, "-shared", "-municode", "-o", "/keep/stranger.dll", "/native/unknown_program.c"
    )
    assert made.returncode == 0, made.stdout
    dll = program.windows.shared / "stranger.dll"
    unsigned = dll.read_bytes()
    unknown_signer(tmp_path_factory.mktemp("stranger")).sign(dll)
    return {UNSIGNED: unsigned, FOREIGN: dll.read_bytes()}


def was_loaded(program: InstalledProgram) -> bool:
    return program.windows.path(NOTE).exists()


@pytest.mark.parametrize("kind", [UNSIGNED, FOREIGN])
def test_loading_foreign_dll_is_detected(
    program: InstalledProgram, foreign_dlls: dict[str, bytes], kind: str
) -> None:
    place = program.windows.path(r"C:\strange.dll")
    with replaced(place, foreign_dlls[kind]):
        program.windows.wine("rundll32", r"C:\strange.dll,Nothing")
    assert was_loaded(program)
    program.windows.path(NOTE).unlink()


@pytest.mark.parametrize(
    ("beside", "name", "kind"),
    [
        ("program", "version.dll", UNSIGNED),
        ("program", "userenv.dll", FOREIGN),
        ("program", "imageformats/stranger.dll", UNSIGNED),
        ("program", "platforms/qwindows.dll", FOREIGN),
        ("libraries", "cryptbase.dll", FOREIGN),
        ("libraries", "winspool.drv", UNSIGNED),
    ],
)
def test_foreign_dll_stops_program_before_it_is_loaded(
    program: InstalledProgram, foreign_dlls: dict[str, bytes], name: str, beside: str, kind: str
) -> None:
    folder = program.folder if beside == "program" else program.libraries
    with replaced(folder / name, foreign_dlls[kind]):
        assert program.refuses(name)
    assert not was_loaded(program)


def test_qt_configuration_file_stops_program(program: InstalledProgram) -> None:
    qt = (program.libraries / "Qt6Core.dll").read_bytes()
    names = set(re.findall("/(qt[0-9]?[.]conf)", qt.decode("utf-16-le", errors="replace")))
    assert names == {"qt.conf", "qt6.conf"}, "the names that this Qt looks for"
    for name in names:
        with replaced(program.folder / name, b"[Paths]\nPlugins=C:/elsewhere\n"):
            assert program.refuses(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("python312.dll", UNSIGNED), ("_ctypes.pyd", UNSIGNED), ("Qt6Core.dll", FOREIGN)],
)
def test_replaced_library_is_not_loaded(
    program: InstalledProgram, foreign_dlls: dict[str, bytes], name: str, kind: str
) -> None:
    with replaced(program.libraries / name, foreign_dlls[kind]):
        assert program.refuses(f"{program.settings.contents_folder}/{name}")
    assert not was_loaded(program)


def test_dlls_in_current_folder_are_ignored(
    program: InstalledProgram, foreign_dlls: dict[str, bytes]
) -> None:
    folder = program.windows.path(r"C:\elsewhere")
    with ExitStack() as stack:
        for name in ("python312.dll", "version.dll", "libssl-3.dll", "userenv.dll"):
            stack.enter_context(replaced(folder / name, foreign_dlls[FOREIGN]))
        command = r"cd /d C:\elsewhere && C:\app\certclient.exe list"
        done = program.windows.wine("cmd", "/c", command)
    assert done.returncode == 0, done.stdout
    assert not was_loaded(program)


@pytest.mark.parametrize("name", ["colorama.py", "sitecustomize.pyc", "flask/__init__.py"])
def test_foreign_module_beside_libraries_is_not_imported(
    program: InstalledProgram, name: str
) -> None:
    file = program.libraries / name
    with replaced(file, b"open(r'C:/loaded.txt', 'w').close()\n"):
        assert program.refuses(name)
    if file.parent != program.libraries:
        shutil.rmtree(file.parent)
    assert not was_loaded(program)


def test_changed_data_file_stops_program(program: InstalledProgram) -> None:
    name = "certclient/resources/pkcs11-modules.toml"
    file = program.libraries / name
    with replaced(file, file.read_bytes() + b"\n"):
        assert program.refuses(name)
    with replaced(program.libraries / "installed.lst", b"the setup's own list\n"):
        assert program.starts()


def test_missing_file_is_named(program: InstalledProgram) -> None:
    file = program.libraries / "Qt6Svg.dll"
    content = file.read_bytes()
    file.unlink()
    assert program.refuses("Qt6Svg.dll")
    file.write_bytes(content)
    assert program.starts()


def declare_own_libraries(program: InstalledProgram, *names: str) -> None:
    key = r"HKCU\Software\certclient"
    if names:
        value = ("/v", "OwnLibraries", "/t", "REG_MULTI_SZ", "/d", r"\0".join(names))
        done = program.windows.wine("reg", "add", key, *value, "/f")
    else:
        done = program.windows.wine("reg", "delete", key, "/v", "OwnLibraries", "/f")
    assert done.returncode == 0


def test_user_may_replace_declared_qt_libraries_only(
    program: InstalledProgram,
) -> None:
    """LGPL 3, section 4. Appended bytes change only the hash of a DLL, not its function."""
    qt, python = program.libraries / "Qt6Svg.dll", program.libraries / "select.pyd"
    declare_own_libraries(program, "Qt6Svg.dll", "select.pyd")
    with replaced(qt, qt.read_bytes() + b"mine"):
        assert program.starts()
    with replaced(python, python.read_bytes() + b"mine"):
        assert program.refuses("select.pyd")
    declare_own_libraries(program)
    with replaced(qt, qt.read_bytes() + b"mine"):
        assert program.refuses("Qt6Svg.dll")


def test_embedded_list_matches_folder(frozen: ShortBuild) -> None:
    libraries = frozen.payload / read_settings().contents_folder
    expected = {
        f"{sha256(path)} {path.relative_to(libraries).as_posix()}"
        for path in libraries.rglob("*")
        if path.is_file()
    }
    for program in frozen.payload.glob("*.exe"):
        content = program.read_bytes()
        begin = content.index(f"{read_settings().contents_folder}\n".encode())
        lines = content[begin:].split(b"\n", len(expected) + 1)[1:-1]
        texts = (line.decode().replace("\\", "/") for line in lines)
        assert {text[:65] + text[67:] for text in texts} == expected
