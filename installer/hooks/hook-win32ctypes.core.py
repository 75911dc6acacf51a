"""Replaces PyInstaller's hook, which starts Python several times and collects what we leave out."""

from pkgutil import iter_modules

from win32ctypes.core import ctypes

# win32ctypes chooses its backend at run time and, without cffi, loads its ctypes modules by name.
_found = [module.name for module in iter_modules(ctypes.__path__)]
hiddenimports = [ctypes.__name__, *(f"{ctypes.__name__}.{name}" for name in _found)]
