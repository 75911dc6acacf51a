"""The setup for one user: writes what `installer/nsis/setup.nsi` includes, and runs makensis.

Bit for bit the same from the same payload (makensis writes no time, `SetDateSave` is off).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tools.installer.banner import make_banner
from tools.installer.settings import ROOT, Settings

SOURCES = ROOT / "installer" / "nsis"
CONSOLE_PROGRAM = "certclient.exe"
WINDOWS_PROGRAM = "certclientw.exe"
AVAILABLE = "profiles-available"
"""Where the setup puts every bank's profile; the chosen ones are copied to `profiles`."""

_LIST = "installed.lst"
_DATA = "certclient"
"""The folders of `certclient.folders`, whatever the product is called."""


class SetupError(Exception):
    """The setup could not be made. The text says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """One setup to be made.

    `payload`: the frozen program, with its libraries in one folder `app-<version>` and the banks in
    `profiles`. `icon`: an .ico file. `sign`: a command, run with the file as last argument, that
    signs it in place; () leaves it unsigned. `quick`: larger and faster to make, for tests.
    """

    settings: Settings
    payload: Path
    icon: Path
    output: Path
    sign: Sequence[str] = ()
    quick: bool = False


def setup_name(settings: Settings) -> str:
    """The file's name without .exe; `<that>-<profile id>.exe` chooses a bank."""
    return f"{settings.product.name}-setup"


def make_setup(order: Order, work: Path) -> Path:
    """Makes `order.output`; `work` is a folder for what is written on the way.

    Raises SetupError: the payload is not as described, or makensis (or the signer) fails. And
    IconError.
    """
    work.mkdir(parents=True, exist_ok=True)
    order.output.parent.mkdir(parents=True, exist_ok=True)
    files = _Files.of(order.payload)
    (work / _LIST).write_bytes("".join(f"{line}\r\n" for line in files.lines()).encode("utf-16-le"))
    make_banner(order.settings.icon, work / "banner.bmp")
    (work / "build.nsh").write_text(_defines(order, files, work), encoding="utf-8")
    (work / "files.nsh").write_text(_macros(files, work / _LIST), encoding="utf-8")
    folders = (f"-X!addincludedir {_quoted(folder)}" for folder in (SOURCES, work))
    command = ("makensis", "-V2", "-WX", "-NOCD", "-INPUTCHARSET", "UTF8", *folders)
    done = subprocess.run(
        (*command, str(SOURCES / "setup.nsi")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(ROOT)},  # for a signer of ours
    )
    if done.returncode != 0:
        raise SetupError(f"makensis failed\n{done.stdout[-3000:]}")
    return order.output


@dataclass(frozen=True, slots=True)
class _Files:
    """`paths` below `payload`, sorted; `contents`: the name of the libraries' folder."""

    payload: Path
    contents: str
    paths: tuple[PurePosixPath, ...]

    @classmethod
    def of(cls, payload: Path) -> _Files:
        paths = sorted(
            PurePosixPath(path.relative_to(payload).as_posix())
            for path in payload.rglob("*")
            if path.is_file()
        )
        contents = {path.parts[0] for path in paths if path.parts[0].startswith("app-")}
        if len(contents) != 1:
            raise SetupError(f"{payload}: one folder app-<version> is wanted, not {contents or 0}")
        for name in (CONSOLE_PROGRAM, WINDOWS_PROGRAM):
            if PurePosixPath(name) not in paths:
                raise SetupError(f"{payload}: {name} is missing")
        return cls(payload, contents.pop(), tuple(paths))

    @property
    def profiles(self) -> list[str]:
        return [path.stem for path in self.paths if path.parts[0] == "profiles"]

    @property
    def top(self) -> list[str]:
        """Files beside the programs; the programs last, as they make a version the current one."""
        names = [path.name for path in self.paths if len(path.parts) == 1]
        return sorted(names, key=lambda name: (name.endswith(".exe"), name))

    def lines(self) -> Iterator[str]:
        """What is removed when this version goes: files, then folders, the inner ones first."""
        installed = [_installed(path) for path in self.paths]
        yield from (_windows(path) for path in installed)
        folders = {parent for path in installed for parent in path.parents if parent.name}
        deepest_first = sorted(folders, key=lambda folder: (-len(folder.parts), folder))
        yield from (f"{_windows(folder)}\\" for folder in deepest_first)

    @property
    def size(self) -> int:
        """Bytes."""
        return sum((self.payload / path).stat().st_size for path in self.paths)


def _installed(path: PurePosixPath) -> PurePosixPath:
    if path.parts[0] == "profiles":
        return PurePosixPath(AVAILABLE, *path.parts[1:])
    return path


def _defines(order: Order, files: _Files, work: Path) -> str:
    settings = order.settings
    product = settings.product
    values = {
        "SOURCES": str(SOURCES),
        "OUTPUT": str(order.output),
        "ICON": str(order.icon),
        "BANNER": str(work / "banner.bmp"),
        "PRODUCT": product.name,
        "PUBLISHER": product.publisher,
        "CONTACT": product.contact,
        "TITLE_JA": product.title_ja,
        "TITLE_EN": product.title_en,
        "VERSION": settings.version,
        "NUMERIC_VERSION": settings.numeric_version,
        "SETUP_NAME": setup_name(settings),
        "CONSOLE_PROGRAM": CONSOLE_PROGRAM,
        "WINDOWS_PROGRAM": WINDOWS_PROGRAM,
        "CONTENTS": files.contents,
        "DEFAULT_PROFILE": settings.profiles[0].stem,
        "SIZE_KB": str(-(-files.size // 1024)),
        "DATA": _DATA,
    }
    lines = [f"!define {name} {_quoted(value)}" for name, value in values.items()]
    lines += ["!define QUICK"] if order.quick else []
    if order.sign:
        lines.append(f"!define SIGN `{_shell(order.sign)}`")
    return "\n".join(lines) + "\n"


def _macros(files: _Files, listing: Path) -> str:
    moves = [f'  Push "{_escaped(name)}"\n  Call MoveIn' for name in files.top]
    forget = [f'  Delete "$INSTDIR\\{_escaped(name)}.new"' for name in files.top]
    forget.append('  Delete "$INSTDIR\\uninstall.exe.new"')
    return "\n".join(
        [
            "; Written by tools/installer/nsis.py.",
            "!macro FILES",
            *_file_commands(files, listing),
            "!macroend",
            "!macro CHANGE_OVER",
            *moves,
            "!macroend",
            "!macro FORGET_NEW",
            *forget,
            "!macroend",
            *_questions(files),
            "",
        ]
    )


def _file_commands(files: _Files, listing: Path) -> Iterator[str]:
    """The list comes first: what was begun can be taken away again."""
    yield f'  SetOutPath "$INSTDIR\\{files.contents}"'
    yield f'  File "/oname={_LIST}" "{listing}"'
    folder = PurePosixPath(files.contents)
    for path in files.paths:
        target = _installed(path)
        if target.parent != folder:
            folder = target.parent
            below = f"\\{_windows(folder)}" if folder.name else ""
            yield f'  SetOutPath "$INSTDIR{_escaped(below)}"'
        name = target.name if folder.name else f"{target.name}.new"
        yield f'  File "/oname={_escaped(name)}" "{files.payload / path}"'


def _questions(files: _Files) -> Iterator[str]:
    """Functions that answer a name on the stack with itself, if they know it, or with "0".

    (Two names are the same to NSIS, as to Windows, whatever their case.)
    """
    kept = [_windows(_installed(p)) for p in files.paths if p.parts[0] != files.contents]
    yield from _question("IsKept", kept)
    yield from _question("un.IsKept", [])
    yield from _question("IsProfile", files.profiles)


def _question(name: str, answers: Sequence[str]) -> Iterator[str]:
    yield f"Function {name}"
    yield "  Exch $0"
    for number, answer in enumerate(answers):
        yield f"  StrCmp $0 {_quoted(answer)} 0 no_{number}"
        yield f"  StrCpy $0 {_quoted(answer)}"
        yield "  Goto done"
        yield f"  no_{number}:"
    yield '  StrCpy $0 "0"'
    yield "  done:" if answers else ""
    yield "  Exch $0"
    yield "FunctionEnd"


def _windows(path: PurePosixPath) -> str:
    return "\\".join(path.parts)


def _quoted(value: object) -> str:
    return f'"{_escaped(str(value))}"'


def _escaped(text: str) -> str:
    return text.replace("$", "$$").replace('"', '$\\"')


def _shell(command: Sequence[str]) -> str:
    """For the shell that makensis calls, in an NSIS string between backquotes."""
    words = " ".join(f'"{word}"' for word in command)
    if any(letter in words for letter in "`$'"):
        raise SetupError("the signing command may hold neither quotes nor $")
    return words
