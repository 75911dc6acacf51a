"""Runs the demo."""

import sys

if __name__ == "__main__":
    sys.exit("the demo is not written yet")
