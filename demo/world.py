"""The demo's isolated environment in one folder: home, NSS database and SoftHSM token.

HOME, XDG_* and SOFTHSM2_CONF point there, so that the user's own stores are never opened.
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
    """Paths below one folder, and the environment variables that point programs there."""

    folder: Path
    pin: Secret
    """The token's PIN, generated for this run."""

    @property
    def home(self) -> Path:
        """The value of HOME."""
        return self.folder / "home"

    @property
    def nss_database(self) -> Path:
        """The NSS database that Chromium opens first."""
        return self.home / ".pki" / "nssdb"

    @property
    def environment(self) -> dict[str, str]:
        """The current environment with HOME and stores replaced by the demo's."""
        return self.environment_of(self.home)

    def environment_of(self, home: Path) -> dict[str, str]:
        """Returns the same environment with another HOME."""
        places = {f"XDG_{name}_HOME": str(home / path) for name, path in _XDG.items()}
        places["HOME"] = str(home)
        places["SOFTHSM2_CONF"] = str(self.folder / "softhsm2.conf")
        # Chromium sometimes leaves the folder of its socket behind.
        places["TMPDIR"] = str(self.folder)
        return {**os.environ, **places}

    def prepare(self) -> None:
        """Creates the folders and an empty token with the PIN. Raises ToolError."""
        tokens = self.folder / "tokens"
        tokens.mkdir(parents=True)
        self.home.mkdir()
        (self.folder / "softhsm2.conf").write_text(
            f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        # softhsm2-util accepts PINs only from a terminal or as arguments. This one belongs to a
        # temporary token; certclient itself never takes a PIN as an argument.
        pin = self.pin.reveal()
        pins = ["--so-pin", pin, "--pin", pin]
        run_tool(
            ["softhsm2-util", "--init-token", "--free", "--label", TOKEN_LABEL, *pins],
            self.environment,
        )


def trust(database: Path, root: Path, environment: Mapping[str, str]) -> None:
    """Adds the practice bank's TLS root (PEM file) to the NSS database as a trusted CA."""
    make = [] if (database / "cert9.db").exists() else ["-N", "--empty-password"]
    database.mkdir(mode=0o700, parents=True, exist_ok=True)
    if make:
        run_tool(["certutil", "-d", f"sql:{database}", *make], environment)
    add = ["-A", "-n", "practice bank", "-t", "C,,", "-i", str(root)]
    run_tool(["certutil", "-d", f"sql:{database}", *add], environment)


def connect_token(database: Path, environment: Mapping[str, str]) -> None:
    """Registers the token's PKCS#11 module in the NSS database, as a vendor's installer does."""
    add = ["-force", "-add", TOKEN_LABEL, "-libfile", str(SOFTHSM_MODULE)]
    run_tool(["modutil", "-dbdir", f"sql:{database}", *add], environment)


class ToolError(Exception):
    """A program that the demo needs failed; the message is its output."""


def run_tool(command: list[str], environment: Mapping[str, str]) -> str:
    """Runs a program silently and returns its output. Raises ToolError."""
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
