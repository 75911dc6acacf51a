"""In place of PyInstaller's own, which start Python several times and collect what we leave out."""

hiddenimports = ["PySide6.QtCore"]
