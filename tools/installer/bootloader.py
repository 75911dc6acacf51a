"""Compiles the bootloader of the frozen programs, which runs before Python.

It is PyInstaller's bootloader, unchanged from its source package, except that our own entry point
replaces main.c: installer/native first checks every file of the program.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from certclient.i18n.catalogue import Language, load
from certclient.model.errors import CertclientError, ErrorCode
from tools.installer.settings import ROOT
from tools.wine.archives import unpack
from tools.wine.cache import PartError
from tools.wine.sandbox import Sandbox

NATIVE = ROOT / "installer" / "native"
LOCK = ROOT / "requirements" / "installer.txt"
PROGRAMS = {"run.exe": "", "runw.exe": "-DWINDOWED -mwindows"}
"""PyInstaller's file names and our compiler options: with a console, and without."""

_HERE = "(file)"
_COMPILER = "x86_64-w64-mingw32-gcc-win32"
_COMMON = "-O2 -municode -DUNICODE -D_UNICODE -DWIN32"
_THEIRS = f"{_COMMON} -DNDEBUG -D_WIN32_WINNT=0x0601 -DHAVE_WCSDUP -mms-bitfields -w"
_OURS = f"{_COMMON} -D_WIN32_WINNT=0x0A00 -Wall -Wextra -Werror"
_LINKED = "-s -Wl,--stack,2000000 -Wl,--no-insert-timestamp -static-libgcc"
_LIBRARIES = "-luser32 -lcomctl32 -ladvapi32 -lgdi32"


def made_from() -> str:
    """A key that changes whenever a source, a compiler option or a text changes."""
    digest = hashlib.sha256("".join([_THEIRS, _OURS, _LINKED, *pin(), texts()]).encode())
    for source in sorted(NATIVE.glob("*.[ch]")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def make_bootloader(folder: Path, system: Path, mount_point: Path) -> None:
    """Compiles run.exe and runw.exe into `folder`, with the compiler in the Debian `system`.

    Raises PartError if the source cannot be downloaded or does not compile.
    """
    with tempfile.TemporaryDirectory() as place:
        source = _download(Path(place))
        (source / "texts.h").write_text(texts(), encoding="utf-8")
        mounts = {"/theirs": source, "/ours": NATIVE}
        process = Sandbox((system,), mounts, mount_point, keep=folder).start(
            ("sh", "-c", _script())
        )
        output, _ = process.communicate()
    if process.returncode != 0:
        raise PartError(f"the bootloader does not compile\n{output[-3000:]}")


def _script() -> str:
    lines = ["set -e", "mkdir /tmp/made", "cd /tmp/made"]
    for program, kind in PROGRAMS.items():
        lines += [
            f"ls /theirs/src/*.c /theirs/zlib/*.c | grep -v /main.c | xargs -P2 -n8 "
            f"{_COMPILER} -c {_THEIRS} {kind} -I/theirs/src -I/theirs/zlib",
            f"{_COMPILER} -c {_OURS} {kind} -I/theirs/src -I/theirs /ours/*.c",
            f"{_COMPILER} -municode {kind} {_LINKED} -o /keep/{program} *.o {_LIBRARIES}",
            "rm *.o",
        ]
    return "\n".join(lines)


def texts() -> str:
    """The contents of texts.h: what the program shows before Python runs.

    Texts of the catalogues: for the start, and for CC-PROGRAM-CHANGED (`%ls` for the file).
    """
    lines = []
    for language in Language:
        catalogue = load(language)
        words = catalogue.error(CertclientError(ErrorCode.PROGRAM_CHANGED, file=_HERE))
        rows = [words.sentence, "", words.next_step, "", *words.details, f"[{words.code}]"]
        text = "\r\n".join(rows).replace("%", "%%").replace(_HERE, "%ls")
        suffix = language.value.upper()
        lines += [f"#define STARTING_{suffix} {_literal(catalogue.text('start.starting'))}"]
        lines += [f"#define TITLE_{suffix} {_literal(words.title)}"]
        lines += [f"#define TEXT_{suffix} {_literal(text)}"]
    return "\n".join(lines) + "\n"


def _literal(text: str) -> str:
    """A wide string literal for C, in pure ASCII.

    One literal per UTF-16 unit: in a longer one, a hexadecimal digit after an escape would become
    part of it.
    """
    units = text.encode("utf-16-le")
    codes = (int.from_bytes(units[i : i + 2], "little") for i in range(0, len(units), 2))
    return " ".join(f'L"\\x{code:04x}"' for code in codes)


def pin() -> list[str]:
    """The lines of the lock that pin PyInstaller, including its hashes."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("pyinstaller=="))
    end = start + 1
    while lines[end].startswith(" "):
        end += 1
    return lines[start:end]


def _download(folder: Path) -> Path:
    """Returns the folder `bootloader` of the source package; pip checks its hash."""
    lock = folder / "lock.txt"
    lock.write_text("\n".join(pin()) + "\n", encoding="utf-8")
    options = ("--no-deps", "--no-binary=:all:", "--no-build-isolation", "--require-hashes")
    command = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "download")
    done = subprocess.run(
        (*command, *options, "-d", str(folder), "-r", str(lock)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PartError(f"no source of PyInstaller's bootloader\n{done.stdout[-3000:]}")
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        unpack(tar, folder)
    (unpacked,) = folder.glob("*/bootloader")
    return unpacked
