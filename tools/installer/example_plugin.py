"""Packs and signs the example of a CA plug-in, for a frozen program that tests try it in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tools.installer.made_from import hash_of
from tools.installer.settings import ROOT, PluginSettings
from tools.installer.sums import sha256
from tools.wine.cache import Cache

SOURCE = ROOT / "tests" / "contract" / "example_plugin"
NAME = "example-json"
_SIGNER = "signer.pem"


def example_plugin(cache: Cache) -> PluginSettings:
    """The example as a bank's settings name it; a part of the cache. Raises
    subprocess.SubprocessError."""
    made = cache.part("plug-in", hash_of([SOURCE], ("*.py", "*.toml")), _make)
    (wheel,) = made.glob("*.whl")
    return PluginSettings(NAME, str(wheel), sha256(wheel), str(made / _SIGNER))


def _make(folder: Path) -> None:
    with TemporaryDirectory() as place:
        # A copy: setuptools writes beside the sources.
        copy = Path(place) / "source"
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index")
        build = ("--no-build-isolation", "--wheel-dir", str(folder), str(copy))
        subprocess.run((*pip, *build), check=True)
    (wheel,) = folder.glob("*.whl")
    key = ed25519.Ed25519PrivateKey.generate()
    wheel.with_name(f"{wheel.name}.sig").write_bytes(key.sign(wheel.read_bytes()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / _SIGNER).write_bytes(public)
