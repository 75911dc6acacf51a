"""In place of PyInstaller's own, which start Python several times and collect what we leave out."""

from pkgutil import iter_modules

from win32ctypes.core import ctypes

# Without cffi, win32ctypes works through ctypes.
_found = [module.name for module in iter_modules(ctypes.__path__)]
hiddenimports = [ctypes.__name__, *(f"{ctypes.__name__}.{name}" for name in _found)]
