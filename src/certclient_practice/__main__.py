"""`python -m certclient_practice`: the practice bank without the rest of certclient."""

from certclient_practice.admin.cli import practice

if __name__ == "__main__":
    practice(prog_name="certclient practice")
