"""Runs when the Windows Python starts under Wine.

`platform` of Python 3.12 queries WMI with a call that Wine 10 does not implement and that
terminates the process; without the module `_wmi` it uses the registry as before.

The program's resources are in the project's top folder; when installed, they are the package
certclient.resources.
"""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import cast

_RESOURCES = Path(__file__).parents[3] / "resources" / "__init__.py"

# None in sys.modules makes `import _wmi` an ImportError (Python reference, import system).
cast(dict[str, object], sys.modules).setdefault("_wmi", None)


class _Resources:
    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        if name != "certclient.resources":
            return None
        return spec_from_file_location(name, _RESOURCES)


sys.meta_path.append(_Resources)
