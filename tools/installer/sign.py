"""Signs or checks a file. It runs from any folder, as makensis calls it for uninstaller and
setup."""

from __future__ import annotations

import sys
from pathlib import Path

# For a script, Python puts its own folder first; our packages need the project's folder.
sys.path[0] = str(Path(__file__).resolve().parent.parent.parent)

from tools.installer.signing import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
