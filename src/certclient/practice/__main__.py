"""`python -m certclient.practice`: the practice bank without the rest of certclient."""

from certclient.practice.cli import practice

if __name__ == "__main__":
    practice(prog_name="certclient practice")
