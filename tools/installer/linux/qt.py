"""Reduces PySide6 on Linux to the modules in use and the Qt libraries that they need."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

MODULES = ("Core", "DBus", "Gui", "Network", "PrintSupport", "Svg", "Widgets")
"""The modules that src/certclient imports, and DBus, which Qt's platform plugins load."""

PLUGINS = (
    "iconengines/libqsvgicon.so",
    "imageformats/libqico.so",
    "imageformats/libqjpeg.so",
    "imageformats/libqsvg.so",
    # Input methods: without these two, no Japanese can be typed.
    "platforminputcontexts/libcomposeplatforminputcontextplugin.so",
    "platforminputcontexts/libibusplatforminputcontextplugin.so",
    "platforms/libqoffscreen.so",
    "platforms/libqwayland.so",
    "platforms/libqxcb.so",
    "platformthemes/libqgtk3.so",
    "platformthemes/libqxdgdesktopportal.so",
    "printsupport/libcupsprintersupport.so",
    "wayland-decoration-client/libadwaita.so",
    "wayland-decoration-client/libbradient.so",
    "wayland-graphics-integration-client/libqt-plugin-wayland-egl.so",
    "wayland-shell-integration/libxdg-shell.so",
    "xcbglintegrations/libqxcb-egl-integration.so",
    "xcbglintegrations/libqxcb-glx-integration.so",
)
_TRANSLATIONS = ("qtbase_ja.qm",)


def trim(site: Path) -> None:
    """Removes the files that the program does not use from PySide6 and shiboken6 below `site`."""
    pyside = site / "PySide6"
    wanted = [pyside / f"Qt{name}.abi3.so" for name in MODULES]
    wanted += [pyside / "Qt" / "plugins" / name for name in PLUGINS]
    wanted += [pyside / "Qt" / "translations" / name for name in _TRANSLATIONS]
    kept = {*wanted, *_libraries(wanted, site), *pyside.glob("*.py"), pyside / "py.typed"}
    for path in sorted(pyside.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in kept:
            path.unlink()
    for name in ("docs", "__pycache__"):
        shutil.rmtree(site / "shiboken6" / name, ignore_errors=True)


def _libraries(files: Iterable[Path], site: Path) -> set[Path]:
    """Every shared library below `site` that one of `files` needs, as resolved by ldd."""
    binaries = [str(file) for file in files if file.suffix == ".so"]
    lines = subprocess.run(("ldd", *binaries), capture_output=True, text=True, check=True).stdout
    found = (line.partition("=>")[2].split() for line in lines.splitlines())
    paths = {Path(words[0]).resolve() for words in found if words and words[0].startswith("/")}
    return {path for path in paths if path.is_relative_to(site.resolve())}
