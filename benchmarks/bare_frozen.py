"""The least that PyInstaller makes of PySide6: what the frozen program is measured beside.

Two programs for Windows in one folder, frozen with the same Python and the same wheels as ours, but
with PyInstaller's own bootloader, which checks no files: `wizard.exe` shows a QWizard of three
pages, `nothing.exe` ends at once.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import astuple, replace
from pathlib import Path

from benchmarks.gui_start import WIZARD
from tools.installer import bootloader
from tools.installer.freeze import BuildEnvironment, FreezeError, prepare
from tools.wine import python
from tools.wine.cache import Cache

_SPEC = r"""
found = Analysis(["Z:/order/wizard.py", "Z:/order/nothing.py"])
modules = PYZ(found.pure)

def program(name, console):
    other = ({"wizard", "nothing"} - {name}).pop()
    scripts = [entry for entry in found.scripts if entry[0] != other]
    return EXE(modules, scripts, name=name, console=console, exclude_binaries=True, upx=False)

programs = (program("wizard", False), program("nothing", True))
COLLECT(*programs, found.binaries, found.datas, name="bare", upx=False)
"""


def bare_programs(cache: Cache) -> Path:
    """The folder with both programs, a part of the Wine cache.

    Raises PartError, FreezeError, OSError, subprocess.SubprocessError.
    """
    found = prepare(cache)
    parts = " ".join(part.name for part in astuple(found))
    made_from = f"{parts} {WIZARD} {_SPEC}"
    return cache.part("bare", made_from, lambda folder: _make(folder, found, cache.mount_point()))


def _make(folder: Path, found: BuildEnvironment, mount_point: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        orders, result, tools = (Path(place) / name for name in ("order", "result", "tools"))
        orders.mkdir()
        result.mkdir()
        (orders / "wizard.py").write_text(WIZARD, encoding="utf-8")
        (orders / "nothing.py").write_text("pass\n", encoding="utf-8")
        (orders / "bare.spec").write_text(_SPEC, encoding="utf-8")
        shutil.copytree(found.tools, tools)
        _restore_bootloader(tools)
        sandbox = replace(found, tools=tools).sandbox(mount_point, orders, orders, result)
        environment = {**sandbox.environment, "PYTHONPATH": r"Z:\wheels;Z:\tools"}
        command = (
            *("wine", "/python/python.exe", "-m", "PyInstaller", "--noconfirm", "--clean"),
            *("--distpath", r"Z:\keep\dist", "--workpath", r"C:\work", r"Z:\order\bare.spec"),
        )
        output, _ = replace(sandbox, environment=environment).start(command).communicate()
        made = result / "dist" / "bare"
        if not (made / "wizard.exe").is_file():
            raise FreezeError(f"PyInstaller failed\n{output[-6000:]}")
        shutil.copytree(made, folder, dirs_exist_ok=True)


def _restore_bootloader(tools: Path) -> None:
    """Puts PyInstaller's programs back in place of ours (tools.installer.bootloader)."""
    with tempfile.TemporaryDirectory() as place:
        lock, wheel = Path(place) / "lock.txt", Path(place) / "wheel"
        wheel.mkdir()
        lock.write_text("\n".join(bootloader.pin()) + "\n", encoding="utf-8")
        python.make_wheels(wheel, lock)
        (theirs,) = wheel.glob("PyInstaller/bootloader/Windows-64bit-intel")
        for name in bootloader.PROGRAMS:
            shutil.copyfile(theirs / name, tools / theirs.relative_to(wheel) / name)
