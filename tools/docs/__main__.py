"""`make docs`: regenerates the reference pages and builds the site.

python -m tools.docs                    the site in build/docs
python -m tools.docs --out FOLDER       the site in another folder, which is replaced
python -m tools.docs --pages            only the generated pages in docs/
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.docs.reference import write_pages
from tools.docs.site import ROOT, SiteError, build_site


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 1 if Sphinx warned of something."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description="Builds the docs.")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "docs", help="folder")
    parser.add_argument("--pages", action="store_true", help="only the generated pages in docs/")
    options = parser.parse_args(arguments)
    if options.pages:
        write_pages()
        return 0
    try:
        print(f"file://{build_site(options.out.resolve())}")
    except SiteError as error:
        print(f"make docs: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
