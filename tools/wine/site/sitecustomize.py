"""Read by the Windows Python under Wine at its start.

`platform` of Python 3.12 asks WMI through a call that Wine 10 does not implement and that ends the
process; without the module it asks in the old way.

The program's resources lie at the project's top; where it is installed they are a package of its.
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
