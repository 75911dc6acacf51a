"""Signs or checks a file, called from any folder: NSIS calls it for its uninstaller and setup."""

from __future__ import annotations

import sys
from pathlib import Path

# A script finds the modules beside it; ours are found from the project's folder.
sys.path[0] = str(Path(__file__).resolve().parent.parent.parent)

from tools.installer.signing import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
