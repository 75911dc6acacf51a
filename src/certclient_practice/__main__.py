"""Runs the practice bank alone: `python -m certclient_practice`."""

import sys
import warnings

from certclient_practice.admin.cli import practice

if __name__ == "__main__":
    if not sys.warnoptions:
        # Those of libraries are for developers; standard error is for the bank's operator.
        warnings.simplefilter("ignore")
    practice(prog_name="certclient practice")
