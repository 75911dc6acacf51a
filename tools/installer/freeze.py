"""Freezes the program with PyInstaller on the Windows Python under Wine.

The wheels are exactly those that requirements/runtime.txt pins for Windows; PyInstaller and its
dependencies (requirements/installer.txt) are in a folder of their own.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.installer import bootloader
from tools.installer.ca_plugins import unpack, verified_plugins, write_allow_list
from tools.installer.icon import make_icon, make_picture
from tools.installer.resources import MANIFEST, programs, version_resource
from tools.installer.settings import ROOT, BuildSettings
from tools.wine import debian, dlls, python
from tools.wine.cache import Cache
from tools.wine.parts import make_prefix
from tools.wine.sandbox import SITE, WINE, Sandbox

SOURCES = ROOT / "src"
RUNTIME = ROOT / "requirements" / "runtime.txt"
TOOLS = ROOT / "requirements" / "installer.txt"
_PYTHON_PATH = (r"Z:\project\src", SITE, r"Z:\wheels", r"Z:\tools")


class FreezeError(Exception):
    """PyInstaller failed. The text is the end of its output."""


@dataclass(frozen=True, slots=True)
class FreezeJob:
    """The program to freeze. `epoch`: the programs' timestamp, in seconds since 1970. `sources`:
    the folder with the package `certclient`, which tests replace by a modified copy."""

    settings: BuildSettings
    epoch: int
    sources: Path = SOURCES


@dataclass(frozen=True, slots=True)
class BuildEnvironment:
    """The folders that a freeze needs: Debian with Wine, the Wine prefix (drive C), CPython, the
    wheels that ship, PyInstaller, DLLs that Wine lacks, and the wheels' hashes (hashes.json)."""

    root: Path
    prefix: Path
    python: Path
    wheels: Path
    tools: Path
    dlls: Path
    hashes: Path

    def sandbox(self, mount_point: Path, sources: Path, order: Path, result: Path) -> Sandbox:
        """The sandbox of a freeze. It mounts `sources` in place of the project's src."""
        mounts = {
            "/python": self.python,
            "/wheels": self.wheels,
            "/tools": self.tools,
            "/project": ROOT,
            "/project/src": sources,
            "/order": order,
        }
        layers = (self.prefix, self.root)
        bare = Sandbox(layers, mounts, mount_point, keep=result, mount_manager=False)
        return dlls.with_dlls(bare, self.dlls, dlls.QT)


def prepare(cache: Cache) -> BuildEnvironment:
    """Builds missing parts. Raises PartError, OSError, subprocess.SubprocessError."""
    root = cache.part("debian", debian.MADE_FROM, debian.make_root)
    return BuildEnvironment(
        root=root,
        prefix=cache.part(
            "prefix",
            f"{root.name} {WINE}",
            lambda folder: make_prefix(folder, root, cache.mount_point()),
        ),
        python=cache.part("python", python.python_made_from(), python.make_python),
        wheels=cache.part(
            "wheels",
            python.wheels_made_from(RUNTIME),
            lambda folder: python.make_wheels(folder, RUNTIME),
        ),
        tools=cache.part(
            "tools",
            f"{root.name} {_tools_made_from()} {bootloader.made_from()}",
            lambda folder: _make_tools(folder, root, cache.mount_point()),
        ),
        hashes=cache.part("hashes", python.wheels_made_from(RUNTIME), _make_hashes),
        dlls=cache.part(
            "dlls",
            f"{root.name} {dlls.made_from()}",
            lambda folder: dlls.make_dlls(folder, root, cache.mount_point()),
        ),
    )


def _tools_made_from() -> str:
    return "\n".join(_tool_lines())


def _make_tools(folder: Path, root: Path, mount_point: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        lock = Path(place) / "tools.txt"
        lock.write_text("\n".join(_tool_lines()) + "\n", encoding="utf-8")
        python.make_wheels(folder, lock)
    (loaders,) = folder.glob("PyInstaller/bootloader/Windows-64bit-intel")
    bootloader.make_bootloader(loaders, root, mount_point)


def _make_hashes(folder: Path) -> None:
    python.write_hashes(folder / "hashes.json", RUNTIME)


def _tool_lines() -> list[str]:
    """The lines of installer.txt without the packages of runtime.txt, whose folder is on the
    path."""
    shipped = {line for line in python.windows_requirements(RUNTIME) if not line.startswith(" ")}
    found: list[str] = []
    wanted = False
    for line in python.windows_requirements(TOOLS):
        if not line.startswith(" "):
            wanted = line not in shipped
        found += [line] if wanted else []
    return found


def freeze(
    order: FreezeJob, build_environment: BuildEnvironment, mount_point: Path, target: Path
) -> Sequence[str]:
    """Creates or replaces the folder `target`, with certclient.exe, certclientw.exe and
    `app-<version>`. Returns the files of the wheels that it contains, as paths below the wheels.

    Raises FreezeError, SettingsError and IconError.
    """
    with tempfile.TemporaryDirectory() as place:
        orders, result = Path(place) / "order", Path(place) / "result"
        orders.mkdir()
        result.mkdir()
        write_order(order.settings, orders)
        sandbox = build_environment.sandbox(mount_point, order.sources, orders, result)
        output = _run(sandbox, order.epoch)
        made = result / "dist" / "payload"
        if not (made / "certclientw.exe").is_file():
            raise FreezeError(f"PyInstaller failed\n{output[-6000:]}")
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, target)
        return (result / "sources.lst").read_text(encoding="utf-8").splitlines()


def pyinstaller_version() -> str:
    """The version of PyInstaller that the lock pins."""
    (line,) = (line for line in _tool_lines() if line.startswith("pyinstaller=="))
    return line.removeprefix("pyinstaller==").rstrip(" \\")


def write_order(settings: BuildSettings, folder: Path) -> None:
    """Writes the inputs that the spec file reads besides the project.

    Raises BuildSettingsError for a plug-in that is not what the settings say.
    """
    plugins = verified_plugins(settings)
    order = {
        "practice_bank": settings.contents.practice_bank,
        "contents_folder": settings.contents_folder,
        "plugin_modules": [name for plugin in plugins for name in plugin.modules],
    }
    unpack(plugins, folder / "plugins")
    write_allow_list(plugins, folder / "plugins")
    (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
    (folder / "manifest.xml").write_text(MANIFEST, encoding="utf-8")
    make_icon(settings.icon, folder / "icon.ico")
    make_picture(settings.icon, folder / "program.png")
    for program in programs(settings):
        text = version_resource(settings, program)
        (folder / f"{program.name}.version").write_text(text, encoding="utf-8")


def _run(sandbox: Sandbox, epoch: int) -> str:
    environment = {
        **sandbox.environment,
        "PYTHONPATH": ";".join(_PYTHON_PATH),
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPYCACHEPREFIX": r"C:\bytecode",
        "PYTHONNOUSERSITE": "1",
        "SOURCE_DATE_EPOCH": str(epoch),
        # The setup packs the modules as one; packed one by one before, they take twice the room.
        "PYINSTALLER_ZLIB_COMPRESSION_LEVEL": "0",
    }
    command = (
        *("wine", "/python/python.exe", "-m", "PyInstaller", "--noconfirm", "--clean"),
        *("--distpath", r"Z:\keep\dist", "--workpath", r"C:\work", "--log-level=INFO"),
        r"Z:\project\installer\certclient.spec",
    )
    output, _ = replace(sandbox, environment=environment).start(command).communicate()
    return output
