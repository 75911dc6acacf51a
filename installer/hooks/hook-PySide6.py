"""In place of PyInstaller's own, which start Python several times and collect what we leave out."""

hiddenimports = ["shiboken6", "inspect", "PySide6.support.deprecated"]
