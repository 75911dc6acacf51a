"""Compiles SoftHSM as a Windows DLL for tests of USB tokens, from Debian's source with MinGW.

It plays the part of a vendor's DLL and never ships. It is linked with the OpenSSL DLL of the
Windows Python.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

from tools.wine import debian
from tools.wine.archives import unpack
from tools.wine.cache import PartError
from tools.wine.sandbox import ROOT, Sandbox

_RECIPE = ROOT / "tests" / "windows" / "native" / "softhsm"
_SOURCE = "softhsm2"
_CRYPTO = "libcrypto-3.dll"


def made_from() -> str:
    """A key that changes whenever the recipe changes."""
    digest = hashlib.sha256(_SOURCE.encode())
    for file in sorted(_RECIPE.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def make_softhsm(folder: Path, system: Path, python: Path, mount_point: Path) -> None:
    """Builds softhsm2.dll in `folder`, beside the DLL that it needs.

    `system`: Debian with the compiler; `python`: the Windows Python. Raises PartError, OSError,
    subprocess.SubprocessError.
    """
    work = folder / "work"
    work.mkdir()
    _download(work)
    shutil.copy(python / "DLLs" / _CRYPTO, folder)
    sandbox = Sandbox((system,), {"/recipe": _RECIPE}, mount_point, keep=folder)
    process = sandbox.start(("sh", "/recipe/build.sh", _CRYPTO))
    output, _ = process.communicate()
    if process.returncode != 0:
        raise PartError(f"SoftHSM does not compile for Windows\n{output[-3000:]}")
    shutil.rmtree(work)


def _download(work: Path) -> None:
    """Downloads the source package with apt, which checks Debian's signature, and unpacks it."""
    for name in ("lists/partial", "cache/archives/partial"):
        (work / name).mkdir(parents=True)
    (work / "sources").write_text(
        f"deb-src [signed-by={debian.KEYRING}] {debian.mirror()} {debian.SUITE} main\n",
        encoding="ascii",
    )
    options = {
        "Dir::Etc::SourceList": work / "sources",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": work / "lists",
        "Dir::Cache": work / "cache",
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
    for command in (("update",), ("source", "--download-only", _SOURCE)):
        done = subprocess.run([*apt, *command], cwd=work, capture_output=True, check=False)
        if done.returncode != 0:
            raise PartError(f"no source of {_SOURCE}\n{done.stderr.decode()[-3000:]}")
    for archive in sorted(work.glob(f"{_SOURCE}_*.tar.*")):
        place = work / ("source" if ".orig." in archive.name else "packaging")
        with tarfile.open(archive) as tar:
            unpack(tar, place)
