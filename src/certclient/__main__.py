"""`python -m certclient` and the `certclient` script."""

from __future__ import annotations

import sys

from certclient.bootstrap import main

if __name__ == "__main__":
    sys.exit(main())
