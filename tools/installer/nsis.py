"""Builds the per-user setup: generates the files that `installer/nsis/setup.nsi` includes, and runs
makensis.

The same payload gives the same bytes (makensis writes no times, as `SetDateSave` is off).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tools.installer.banner import make_banner
from tools.installer.settings import ROOT, BuildSettings

SOURCES = ROOT / "installer" / "nsis"
CONSOLE_PROGRAM = "certclient.exe"
WINDOWS_PROGRAM = "certclientw.exe"
AVAILABLE = "profiles-available"
"""The folder with every bank's profile; the setup copies the chosen ones to `profiles`."""

_LIST = "installed.lst"
_UNINSTALLER = PurePosixPath("uninstall.exe")
_CLUSTER = 4096
"""Bytes: a file's size on the disk is a multiple of this."""


class SetupError(Exception):
    """The setup could not be built. The text says why."""


@dataclass(frozen=True, slots=True)
class SetupJob:
    """One setup to build.

    `payload`: the frozen program, with its libraries in one folder `app-<version>` and the banks in
    `profiles`. `icon`: an .ico file. `sign`: a command that signs the file given as its last
    argument in place; () leaves it unsigned. `environment`: variables for that command beside ours,
    such as a PIN. `quick`: larger but faster to build, for tests.
    """

    settings: BuildSettings
    payload: Path
    icon: Path
    output: Path
    sign: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    quick: bool = False


def setup_name(settings: BuildSettings) -> str:
    """The setup's file name without .exe. Renamed to `<that>-<profile id>.exe`, it chooses a
    bank."""
    return f"{settings.product.name}-setup"


def maker_version() -> str:
    """The version of Debian's package with the NSIS stub that the setup contains, for example
    `3.08-3+deb12u1`."""
    done = subprocess.run(("makensis", "-VERSION"), capture_output=True, text=True, check=True)
    return done.stdout.strip().removeprefix("v")


def make_setup(order: SetupJob, work: Path) -> Path:
    """Builds `order.output` and returns it; `work`: a folder for intermediate files.

    Raises IconError, and SetupError if the payload is not as described, or makensis or the signing
    command fails.
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
        # Both for the signing command (tools/installer/sign.py), which makensis starts.
        env={**os.environ, "PYTHONPATH": str(ROOT), **order.environment},
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
    def installed(self) -> list[PurePosixPath]:
        """The installed location of each of `paths`, in the same order."""
        return [_installed(path) for path in self.paths]

    @property
    def folders(self) -> list[PurePosixPath]:
        """The folders of `installed`, the deepest first."""
        found = {parent for path in self.installed for parent in path.parents if parent.name}
        return sorted(found, key=lambda folder: (-len(folder.parts), folder))

    @property
    def listing(self) -> PurePosixPath:
        return PurePosixPath(self.contents, _LIST)

    def lines(self) -> Iterator[str]:
        """The lines of installed.lst: what is removed with this version. Folders end in a
        backslash."""
        yield from (_windows(path) for path in self.installed)
        yield from (f"{_windows(folder)}\\" for folder in self.folders)

    @property
    def change_over(self) -> list[PurePosixPath]:
        """The files in the order in which they are moved into place. The list comes first, so that
        an interrupted change-over can be undone. The programs come last, as each makes this version
        the current one; the one with windows before the other, as a link or the logon may just have
        started it."""
        programs = [PurePosixPath(WINDOWS_PROGRAM), PurePosixPath(CONSOLE_PROGRAM)]
        others = [path for path in self.installed if path not in programs]
        return [self.listing, *others, *programs]

    @property
    def size(self) -> int:
        """Bytes that the files take on the disk."""
        sizes = ((self.payload / path).stat().st_size for path in self.paths)
        return sum(-(-size // _CLUSTER) * _CLUSTER for size in sizes)


def _installed(path: PurePosixPath) -> PurePosixPath:
    if path.parts[0] == "profiles":
        return PurePosixPath(AVAILABLE, *path.parts[1:])
    return path


def _defines(order: SetupJob, files: _Files, work: Path) -> str:
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
        "SIZE_KB": str(files.size // 1024),
        "INCOMING": f"{product.name}-incoming",
    }
    lines = [f"!define {name} {_quoted(value)}" for name, value in values.items()]
    lines += ["!define QUICK"] if order.quick else []
    if order.sign:
        lines.append(f"!define SIGN `{_shell(order.sign)}`")
    return "\n".join(lines) + "\n"


def _macros(files: _Files, listing: Path) -> str:
    top = [path for path in files.paths if path.parts[0] != files.contents]
    banks = [path for path in top if path.parts[0] == "profiles"]
    return "\n".join(
        [
            "; Written by tools/installer/nsis.py.",
            *_macro("FILES", _file_commands(files, files.paths, listing)),
            *_macro("PROFILES", _file_commands(files, banks)),
            *_macro("FLUSH", _calls("Flush", [*files.change_over, _UNINSTALLER])),
            *_macro("CHANGE_OVER", _change_over(files)),
            # Files at the top that stay when another version is removed.
            *_question("IsKept", [_windows(_installed(path)) for path in top]),
            *_question("IsOurs", [*files.lines(), _windows(files.listing)]),
            *_question("IsProfile", files.profiles),
            "",
        ]
    )


def _macro(name: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"!macro {name}"
    yield from lines
    yield "!macroend"


def _file_commands(
    files: _Files, paths: Sequence[PurePosixPath], listing: Path | None = None
) -> Iterator[str]:
    """Unpacks files into the setup's own folder, each at its later path below $INSTDIR."""
    sources = [(_installed(path), files.payload / path) for path in paths]
    sources += [(files.listing, listing)] if listing else []
    folder = None
    for target, source in sources:
        if target.parent != folder:
            folder = target.parent
            below = "\\".join(("", *folder.parts))
            yield f'  SetOutPath "$INSTDIR\\${{INCOMING}}{_escaped(below)}"'
        yield f'  File "/oname={_escaped(target.name)}" "{source}"'


def _change_over(files: _Files) -> Iterator[str]:
    for folder in reversed(files.folders):
        yield f'  CreateDirectory "$INSTDIR\\{_escaped(_windows(folder))}"'
    for path in files.change_over:
        yield from _calls("MoveIn", [path])
        if path.name == WINDOWS_PROGRAM:
            yield "  StrCpy $Changed 1"
    yield from _calls("MoveIn", [_UNINSTALLER])


def _calls(function: str, paths: Iterable[PurePosixPath]) -> Iterator[str]:
    for path in paths:
        yield f"  Push {_quoted(_windows(path))}"
        yield f"  Call {function}"


def _question(name: str, answers: Sequence[str]) -> Iterator[str]:
    """An NSIS function that replaces a name on the stack by its spelling in `answers`, or by "0" if
    it is not one of them. StrCmp ignores case, as Windows does for file names."""
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
    """Quotes `command` for the shell that makensis starts, inside an NSIS string in backquotes."""
    words = " ".join(f'"{word}"' for word in command)
    if any(letter in words for letter in "`$'"):
        raise SetupError("the signing command may hold neither quotes nor $")
    return words
