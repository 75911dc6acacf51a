"""A minimal Debian 12 that reveals missing package dependencies; each run starts a fresh one."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.wine.cache import Cache
from tools.wine.debian import mirror
from tools.wine.sandbox import Sandbox

_SUITE = "bookworm"
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_ENVIRONMENT = {
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "DEBIAN_FRONTEND": "noninteractive",
}
_PRELUDE = """
printf %s "$RESOLV" > /etc/resolv.conf
mkdir -p /keep
step() {  # step NAME COMMAND...: its output and exit code are kept
    name=$1; shift
    "$@" > /keep/$name.out 2>&1; code=$?
    echo $code > /keep/$name.code
    return $code
}
"""


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """The output and exit code of one step of a script."""

    code: int
    output: str


@dataclass(frozen=True, slots=True)
class CleanDebian:
    """`system`: the root folder of a Debian with apt and nothing else."""

    system: Path
    mount_point: Path

    def run(self, script: str, mounts: Mapping[str, Path], results: Path) -> dict[str, ScriptStep]:
        """Runs the shell `script` as root and returns its steps (`step NAME COMMAND...`).

        `mounts`: folders of tests that every user inside can read; `results`: an empty folder for
        the outputs.
        """
        for place in mounts.values():
            place.chmod(0o755)
        resolv = Path("/etc/resolv.conf").read_text(encoding="utf-8")
        sandbox = Sandbox(
            (self.system,),
            dict(mounts),
            self.mount_point,
            keep=results,
            environment={**_ENVIRONMENT, "RESOLV": resolv},
        )
        process = sandbox.start(("sh", "-c", _PRELUDE + script))
        output, _ = process.communicate()
        print(output)
        return {
            file.stem: ScriptStep(
                int(file.read_text()), file.with_suffix(".out").read_text("utf-8")
            )
            for file in results.glob("*.code")
        }


def clean_debian(cache: Cache) -> CleanDebian:
    """Built once, like the parts of Wine. Raises subprocess.CalledProcessError."""
    return CleanDebian(cache.part("bookworm", _SUITE, _make), cache.mount_point())


def _make(folder: Path) -> None:
    options = ("--quiet", "--mode=root", "--variant=apt", f"--keyring={_KEYRING}")
    # The package lists stay because the tests install dependencies of the package.
    lists = "--skip=cleanup/apt/lists"
    subprocess.run(("mmdebstrap", *options, lists, _SUITE, str(folder), mirror()), check=True)
