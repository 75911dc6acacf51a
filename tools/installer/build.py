"""The steps of a build, from the frozen program to what is handed out."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tools.installer import freeze
from tools.installer.settings import ROOT, Places, Settings
from tools.installer.signing import Signer
from tools.wine.cache import Cache, default_folder

_LICENSES = ROOT / "src" / "certclient" / "resources" / "licenses"


def epoch(environment: Mapping[str, str]) -> int:
    """Seconds: the date of everything that is made. SOURCE_DATE_EPOCH, or the last commit's."""
    given = environment.get("SOURCE_DATE_EPOCH", "")
    if given.isdecimal():
        return int(given)
    query = ("git", "log", "-1", "--format=%ct")
    return int(subprocess.run(query, cwd=ROOT, capture_output=True, check=True).stdout)


def make_payload(settings: Settings, places: Places, signer: Signer, epoch: int) -> None:
    """Makes `places.payload` anew: frozen, complete and signed."""
    cache = Cache(default_folder(os.environ, Path.home()))
    say("Freezing the program with PyInstaller under Wine")
    frozen = freeze.freeze
    frozen(settings, freeze.prepare(cache), cache.mount_point(), places.payload, epoch)
    _add_files(settings, places.payload)
    if signer.identity.is_test:
        say("TEST SIGNATURE: no signing key is configured; nobody's Windows will trust the result")
    say("Signing certclient.exe and certclientw.exe")
    for program in sorted(places.payload.glob("*.exe")):
        signer.sign(program)


def _add_files(settings: Settings, payload: Path) -> None:
    """Beside the programs: the banks, and the licence texts for people who look there."""
    profiles = payload / "profiles"
    profiles.mkdir()
    for profile in settings.profiles:
        shutil.copyfile(profile, profiles / profile.name)
    for text in sorted(_LICENSES.glob("*.txt")):
        shutil.copyfile(text, payload / text.name)


def say(text: str) -> None:
    print(f"==> {text}", flush=True)
