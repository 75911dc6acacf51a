"""`make screenshots`: every window and page in docs/screenshots/, by the tests that look at them.

All pictures are made: Japanese and English, light and dark, 100 and 200 % text, high contrast.
Those that the documents show are kept in the repository; the others are for looking at, in build/.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from PySide6.QtGui import QImage

ROOT = Path(__file__).resolve().parent.parent
ALL = ROOT / "build" / "screenshots"
KEPT = ROOT / "docs" / "screenshots"
KEPT_LOOK = "ja-light-100"
KEPT_WINDOW = "main"
"""Every window in one look, one window in every look: more would only make the repository large."""


_TIGHTEST = 0


def is_kept(name: str) -> bool:
    """Whether the picture `name` (without .png) belongs into the repository."""
    window = name.rsplit("-", 3)[0]
    return name.endswith(KEPT_LOOK) or window == KEPT_WINDOW


def keep(picture: Path) -> None:
    """Packed as tightly as PNG allows."""
    image = QImage(str(picture)).convertToFormat(QImage.Format.Format_RGB888)
    image.save(str(KEPT / picture.name), None, _TIGHTEST)


def main() -> int:
    """Returns pytest's exit code: not 0 if a text was cut off somewhere."""
    shutil.rmtree(ALL, ignore_errors=True)
    ALL.mkdir(parents=True)
    KEPT.mkdir(exist_ok=True)
    environment = {**os.environ, "CERTCLIENT_SCREENSHOTS": str(ALL)}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/ui/test_looks.py"]
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    for picture in sorted(ALL.glob("*.png")):
        if is_kept(picture.stem):
            keep(picture)
    return code


if __name__ == "__main__":
    sys.exit(main())
