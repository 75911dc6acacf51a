"""The demo's own small world in one folder: a home, an NSS database and a SoftHSM token.

Nothing here ever looks at the user's own stores: HOME, XDG_* and SOFTHSM2_CONF lead there.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from certclient.model.secret import Secret

SOFTHSM_MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
TOKEN_LABEL = "専用USB"
_XDG = {"CONFIG": ".config", "DATA": ".local/share", "STATE": ".local/state", "CACHE": ".cache"}


@dataclass(frozen=True)
class World:
    """Paths below one folder, and the environment that leads programs there."""

    folder: Path
    pin: Secret
    """The token's PIN, made up for this run."""

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def nss_database(self) -> Path:
        """Where Chromium looks first."""
        return self.home / ".pki" / "nssdb"

    @property
    def environment(self) -> dict[str, str]:
        """The present environment, but at home here."""
        return self.environment_of(self.home)

    def environment_of(self, home: Path) -> dict[str, str]:
        """The same for another home folder."""
        places = {f"XDG_{name}_HOME": str(home / path) for name, path in _XDG.items()}
        places["HOME"] = str(home)
        places["SOFTHSM2_CONF"] = str(self.folder / "softhsm2.conf")
        # Chromium leaves its socket's folder behind now and then.
        places["TMPDIR"] = str(self.folder)
        return {**os.environ, **places}

    def prepare(self) -> None:
        """Makes the folders and an empty token with the PIN."""
        tokens = self.folder / "tokens"
        tokens.mkdir(parents=True)
        self.home.mkdir()
        (self.folder / "softhsm2.conf").write_text(
            f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        # softhsm2-util takes PINs from a terminal or as arguments only. This one is made up for a
        # token that dies with the demo; the real command line never has a PIN as argument.
        pin = self.pin.reveal()
        pins = ["--so-pin", pin, "--pin", pin]
        run_tool(
            ["softhsm2-util", "--init-token", "--free", "--label", TOKEN_LABEL, *pins],
            self.environment,
        )


def trust(database: Path, root: Path, environment: Mapping[str, str]) -> None:
    """Lets the browser that reads `database` believe the practice bank's TLS root (PEM file)."""
    make = [] if (database / "cert9.db").exists() else ["-N", "--empty-password"]
    database.mkdir(mode=0o700, parents=True, exist_ok=True)
    if make:
        run_tool(["certutil", "-d", f"sql:{database}", *make], environment)
    add = ["-A", "-n", "practice bank", "-t", "C,,", "-i", str(root)]
    run_tool(["certutil", "-d", f"sql:{database}", *add], environment)


def connect_token(database: Path, environment: Mapping[str, str]) -> None:
    """Tells the browser that reads `database` of the token's module, as its maker's setup does."""
    add = ["-force", "-add", TOKEN_LABEL, "-libfile", str(SOFTHSM_MODULE)]
    run_tool(["modutil", "-dbdir", f"sql:{database}", *add], environment)


class ToolError(Exception):
    """A program that the demo needs failed; the text is what it said."""


def run_tool(command: list[str], environment: Mapping[str, str]) -> str:
    """Runs a program quietly and returns what it printed. Raises ToolError."""
    done = subprocess.run(
        command,
        env=dict(environment),
        input="\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ToolError(f"{command[0]} failed: {done.stdout.strip()[-500:]}")
    return done.stdout
