"""How this program starts itself as the child process of a PKCS#11 module."""

from __future__ import annotations

import sys
from pathlib import Path

HOST_ARGUMENT = "token-host"
"""The only argument of the child. It is no command: nobody types it, and no help lists it."""


def host_command() -> tuple[str, ...]:
    """Returns the command line of the child."""
    if getattr(sys, "frozen", False):
        # certclientw.exe has no standard streams.
        return str(Path(sys.executable).with_name("certclient.exe")), HOST_ARGUMENT
    # -S: the folders of packages come with the environment, and nothing else runs at the start.
    return sys.executable, "-P", "-S", "-m", "certclient", HOST_ARGUMENT
