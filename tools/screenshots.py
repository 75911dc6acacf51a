"""`make screenshots`: pictures of every window and page, taken by the visual tests.

It takes all variants: Japanese and English, light and dark, 100 and 200 % text, high contrast. The
pictures that the documents show are kept in docs/screenshots/; the others stay in build/ for
review.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QImage

ROOT = Path(__file__).resolve().parent.parent
ALL = ROOT / "build" / "screenshots"
KEPT = ROOT / "docs" / "screenshots"
KEPT_THEME = "ja-light-100"
KEPT_WINDOW = "main"
"""Kept: every window in one variant, and one window in every variant. More would only bloat the
repository."""


_TIGHTEST = 0


def is_kept(name: str) -> bool:
    """Whether the picture `name` (without .png) is kept in the repository."""
    window = name.rsplit("-", 3)[0]
    return name.endswith(KEPT_THEME) or window == KEPT_WINDOW


def keep(picture: Path) -> None:
    """Copies the picture to KEPT, without alpha and with PNG's best compression."""
    image = QImage(str(picture)).convertToFormat(QImage.Format.Format_RGB888)
    image.save(str(KEPT / picture.name), None, _TIGHTEST)


def main(arguments: Sequence[str]) -> int:
    """Returns pytest's exit code: not 0 if a window cuts off a text."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    shutil.rmtree(ALL, ignore_errors=True)
    ALL.mkdir(parents=True)
    KEPT.mkdir(exist_ok=True)
    environment = {**os.environ, "CERTCLIENT_SCREENSHOTS": str(ALL)}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/ui/test_appearance.py"]
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    for picture in sorted(ALL.glob("*.png")):
        if is_kept(picture.stem):
            keep(picture)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
