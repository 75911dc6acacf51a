"""Builds a small Debian 13 with Wine 10; the Wine 8 of Debian 12, on which we run, is too old."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.wine.cache import PartError

SUITE = "trixie"
PACKAGES = (
    *("wine", "wine64", "xvfb", "xauth", "fonts-noto-cjk", "locales"),
    *("gcc-mingw-w64-x86-64-win32", "g++-mingw-w64-x86-64-win32", "libssl-dev", "patch"),
)
LANGUAGES = ("ja_JP", "en_US")
"""Locales (UTF-8) from which Wine derives its code page and the language of its messages."""

MADE_FROM = f"{SUITE} {' '.join((*PACKAGES, *LANGUAGES))}"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_NOT_NEEDED = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*")


def make_root(folder: Path) -> None:
    """Installs the system in `folder`, from the mirror that this machine uses. Raises PartError."""
    command = [
        "mmdebstrap",
        "--mode=root",
        "--variant=apt",
        f"--include={','.join(PACKAGES)}",
        f"--keyring={KEYRING}",
        '--aptopt=APT::Install-Recommends "false"',
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _NOT_NEEDED),
        *(
            f'--customize-hook=chroot "$1" localedef -i {name} -f UTF-8 {name}.UTF-8'
            for name in LANGUAGES
        ),
        *_proxy_options(),
        SUITE,
        str(folder),
        mirror(),
    ]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise PartError(f"no Wine: mmdebstrap failed\n{done.stdout[-3000:]}")


def mirror() -> str:
    """The address of the Debian archive in this machine's apt configuration. Raises PartError."""
    query = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Origin: Debian"]
    lines = subprocess.run(query, capture_output=True, text=True, check=True).stdout.splitlines()
    for line in lines:
        address, _, release = line.partition(" ")
        if "-" not in release:  # skips bookworm-security and bookworm-updates
            return address
    raise PartError("no Wine: apt's configuration names no Debian archive (apt-get update?)")


def _proxy_options() -> list[str]:
    """Passes on this machine's proxy, as mmdebstrap's apt does not read this machine's
    configuration."""
    options = []
    for scheme in ("http", "https"):
        query = ["apt-config", "shell", "proxy", f"Acquire::{scheme}::Proxy"]
        answer = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
        address = answer.removeprefix("proxy=").strip("'")
        if address:
            options.append(f'--aptopt=Acquire::{scheme}::Proxy "{address}"')
    return options
