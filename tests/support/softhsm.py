"""SoftHSM tokens for tests: a folder of tokens per test, in this process and in programs it starts.

def test_x(softhsm: SoftHsm) -> None:
    token = softhsm.new_token()
    with token.store().open(token.pin_provider) as session: ...
    subprocess.run(..., env=softhsm.environment)
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pkcs11
import pytest

from certclient.model.secret import Secret
from certclient.store.base import PinRequest
from certclient.store.pkcs11.module import Module, load_module
from certclient.store.pkcs11.store import TokenStore
from certclient.store.pkcs11.token import TokenName

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "246813"
SO_PIN = "97531086"


class ScriptedPins:
    """A PinProvider that gives these answers in turn, then None; `requests` is what it was told."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.requests: list[PinRequest] = []

    def __call__(self, request: PinRequest) -> Secret | None:
        self.requests.append(request)
        return Secret(self._answers.pop(0)) if self._answers else None


def right_pin(_request: PinRequest) -> Secret | None:
    """A PinProvider for tokens made here."""
    return Secret(PIN)


@dataclass(frozen=True)
class SoftHsmToken:
    """A token in a SoftHsm folder. `pull` and `plug` are what a hand does with a USB token."""

    hsm: SoftHsm
    label: str
    name: TokenName
    folder: Path
    pin: str = PIN

    def store(self) -> TokenStore:
        return TokenStore(self.hsm.module(), self.name, self.label)

    def pull(self) -> None:
        self.folder.rename(self._pocket)
        self.hsm.refresh()

    def plug(self) -> None:
        self._pocket.rename(self.folder)
        self.hsm.refresh()

    @property
    def _pocket(self) -> Path:
        return self.hsm.directory / f"pulled-{self.folder.name}"


@dataclass(frozen=True)
class SoftHsm:
    """A folder of SoftHSM tokens. `environment` leads another process to the same tokens."""

    directory: Path
    module_path: Path = MODULE
    _tokens: list[SoftHsmToken] = field(default_factory=list)

    @property
    def configuration(self) -> Path:
        return self.directory / "softhsm2.conf"

    @property
    def token_folder(self) -> Path:
        return self.directory / "tokens"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "SOFTHSM2_CONF": str(self.configuration)}

    def prepare(self) -> None:
        """Writes the configuration; the environment variable is the caller's business."""
        self.token_folder.mkdir(parents=True)
        self.configuration.write_text(
            f"directories.tokendir = {self.token_folder}\n"
            "objectstore.backend = file\nlog.level = ERROR\nslots.removable = true\n"
        )

    def module(self) -> Module:
        return load_module(self.module_path, (self.module_path,))

    def refresh(self) -> None:
        """SoftHSM sees tokens that come or go only when initialised again; sessions die by it,
        as they do when a token is pulled."""
        pkcs11.lib(str(self.module().path)).reinitialize()

    def new_token(self, label: str = "専用USB", pin: str = PIN) -> SoftHsmToken:
        """A fresh, initialised token, visible at once."""
        before = set(self.token_folder.iterdir())
        self._util("--init-token", "--free", "--label", label, "--so-pin", SO_PIN, "--pin", pin)
        (folder,) = set(self.token_folder.iterdir()) - before
        self.refresh()
        known = {token.name for token in self._tokens}
        (name,) = {TokenName.of(found) for found in self.module().tokens()} - known
        token = SoftHsmToken(self, label, name, folder, pin)
        self._tokens.append(token)
        return token

    def delete_tokens(self) -> None:
        shutil.rmtree(self.token_folder)

    def _util(self, *arguments: str) -> str:
        done = subprocess.run(
            ["softhsm2-util", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return re.sub(r"\s+", " ", done.stdout)


@pytest.fixture
def softhsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftHsm]:
    """An empty folder of tokens that this process's SoftHSM uses until the test ends."""
    hsm = SoftHsm(tmp_path / "softhsm")
    hsm.prepare()
    monkeypatch.setenv("SOFTHSM2_CONF", str(hsm.configuration))
    hsm.refresh()
    yield hsm
    # No token stays open or visible for the next test.
    pkcs11.lib(str(hsm.module().path)).finalize()
