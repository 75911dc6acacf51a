"""Runs the practice bank alone: `python -m certclient_practice`."""

from certclient_practice.admin.cli import practice

if __name__ == "__main__":
    practice(prog_name="certclient practice")
