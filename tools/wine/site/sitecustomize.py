"""Read by the Windows Python under Wine at its start.

`platform` of Python 3.12 asks WMI through a call that Wine 10 does not implement and that ends the
process; without the module it asks in the old way.
"""

import sys
from typing import cast

# None in sys.modules makes `import _wmi` an ImportError (Python reference, import system).
cast(dict[str, object], sys.modules).setdefault("_wmi", None)
