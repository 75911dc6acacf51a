"""The ticket of a link is no longer among the arguments that every user can read."""

from __future__ import annotations

import subprocess
import sys

REPORT = (
    "import sys; from pathlib import Path; from certclient import bootstrap;"
    "from certclient.cli import main;"
    "shown = lambda: print(Path('/proc/self/cmdline').read_bytes());"
    "main.main = lambda _services: shown() or print(sys.argv[-1]) or 0;"
    "shown(); bootstrap.main()"
)
LINK = "certclient:renew?user=TKYM1408054&ticket=9f3cSECRET&profile=rei-shinkin"


def test_a_ticket_is_overwritten_in_the_arguments_and_still_used() -> None:
    done = subprocess.run(
        [sys.executable, "-c", REPORT, "open-link", LINK],
        capture_output=True,
        text=True,
        check=True,
    )
    before, after, used = done.stdout.splitlines()
    assert "ticket=9f3cSECRET" in before
    assert "SECRET" not in after
    assert "ticket=xxxxxxxxxx&profile=rei-shinkin" in after
    assert used == LINK
