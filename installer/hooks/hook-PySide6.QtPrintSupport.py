"""Replaces PyInstaller's hook, which starts Python several times and collects what we leave out."""

hiddenimports = ["PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets"]
