"""Programs of a few kilobytes for setup tests; all code that runs before Python is the real code.

They check their files (installer/native) like the frozen program and start only with their own
libraries; tests/installer/native/fake_program.c replaces the rest.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

from tools.installer import bootloader
from tools.installer.nsis import CONSOLE_PROGRAM, WINDOWS_PROGRAM
from tools.installer.settings import ROOT
from tools.installer.sums import sha256
from tools.wine.cache import Cache, default_folder
from tools.wine.parts import Parts, prepare
from tools.wine.sandbox import Sandbox

_SOURCES = ROOT / "tests" / "installer" / "native"
_PROGRAMS = {CONSOLE_PROGRAM: "", WINDOWS_PROGRAM: "-DWINDOWED -mwindows"}
_GCC = "x86_64-w64-mingw32-gcc-win32 -municode -D_WIN32_WINNT=0x0A00 -Wall -Wextra -Werror -Os -s"
_LD = "-static-libgcc -Wl,--no-insert-timestamp"
_THEIRS, _OURS = "/project/installer/native", "/project/tests/installer/native"
_COMPILE = (
    "set -e"
    + "".join(
        f"\nmkdir /keep/{name} && cd /keep/{name} && "
        f"{_GCC} {options} -c -I{_OURS} -I/keep {_THEIRS}/*.c {_OURS}/fake_program.c"
        for name, options in _PROGRAMS.items()
    )
    + f"\n{_GCC} {_LD} -o /keep/reader.exe {_OURS}/reader.c -luser32"
)
_LINK = "set -e\ncd /keep\nx86_64-w64-mingw32-windres list.rc list.o" + "".join(
    f"\n{_GCC} {options} {_LD} -o {name} /objects/{name}/*.o list.o -ladvapi32 -luser32 -lgdi32"
    for name, options in _PROGRAMS.items()
)


@cache
def parts() -> Parts:
    """Built once per machine."""
    return prepare(_cache())


def sandbox() -> Sandbox:
    return parts().windows(_cache().mount_point())


def add_fakes(payload: Path, contents: str, work: Path) -> None:
    """Adds both programs to `payload`, each with the list of files in its folder `contents`, as
    installer/certclient.spec writes it. `work`: a folder for intermediate files."""
    lines = [contents]
    for path in sorted(path for path in (payload / contents).rglob("*") if path.is_file()):
        name = str(path.relative_to(payload / contents)).replace("/", "\\")
        lines.append(f"{sha256(path)} - {name}")
    (work / "files.lst").write_bytes("".join(f"{line}\n" for line in lines).encode())
    (work / "list.rc").write_text("FILES RCDATA files.lst\n", encoding="ascii")
    _run(_LINK, work, {"/objects": _objects()})
    for name in _PROGRAMS:
        shutil.copyfile(work / name, payload / name)


def build_fakes() -> None:
    """Compiles them in a Windows built for it, unless both are cached. This can take minutes."""
    _objects()


def screen_reader() -> Path:
    """The program compiled from native/reader.c."""
    return _objects() / "reader.exe"


@cache
def _objects() -> Path:
    return _cache().part("stand-in", f"{parts().root.name} {_digest()}", _compile)


def _compile(folder: Path) -> None:
    (folder / "texts.h").write_text(bootloader.texts(), encoding="utf-8")
    _run(_COMPILE, folder, {})


def _digest() -> str:
    """Changes with every input of the compilation."""
    digest = hashlib.sha256(f"{bootloader.made_from()} {_COMPILE}".encode())
    for source in sorted(_SOURCES.glob("*.[ch]")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _run(script: str, keep: Path, mounts: dict[str, Path]) -> None:
    """Runs a script in the Debian with the compiler."""
    made = sandbox()
    process = replace(made, keep=keep, mounts={**made.mounts, **mounts}).start(("sh", "-c", script))
    output, _ = process.communicate()
    assert process.returncode == 0, output


def _cache() -> Cache:
    return Cache(default_folder(os.environ, Path.home()))
