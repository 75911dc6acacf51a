"""A PKCS#11 module that plays other vendors' middleware, in front of SoftHSM (`shim.c`).

def test_x(shim: Shim) -> None:
    token = shim.hsm.new_token()
    shim.play("no-set", "no-pss")
    with token.store().open(right_pin) as session: ...
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from certclient.store.isolated import modules
from support.softhsm import SoftHsm, token_folder

_SOURCE = Path(__file__).with_name("shim.c")


def build_shim(folder: Path) -> Path:
    """Compiles the module into `folder` and returns its path."""
    module = folder / "shim.so"
    gcc = shutil.which("gcc")
    assert gcc is not None
    # -std=gnu17: a pointer to a function with any arguments is no longer part of C23.
    flags = ("-shared", "-fPIC", "-std=gnu17", "-O1", "-Wall")
    subprocess.run([gcc, *flags, "-o", module, _SOURCE, "-ldl"], check=True, timeout=300)
    return module


@dataclass(frozen=True)
class Shim:
    """The module's tokens (`hsm`) and its behaviour in this process and in `hsm.environment`."""

    hsm: SoftHsm
    calls_file: Path
    behaviours_file: Path

    def play(self, *behaviours: str) -> None:
        """Behaves so from now on, in all processes; as SoftHSM does without any."""
        # Replaced as a whole: a process may be reading it.
        new = self.behaviours_file.with_suffix(".new")
        new.write_text(",".join(behaviours))
        new.replace(self.behaviours_file)

    def calls(self, name: str) -> int:
        """How often this function was called (those that shim.c records)."""
        if not self.calls_file.exists():
            return 0
        return self.calls_file.read_text().splitlines().count(name)


@pytest.fixture(scope="session")
def shim_module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled module, one for the whole run."""
    if sys.platform == "win32":
        pytest.skip("the module is a shared object for 64-bit Linux: runs on Linux")
    return build_shim(tmp_path_factory.mktemp("pkcs11-shim"))


@pytest.fixture
def shim(shim_module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shim]:
    """An empty folder of tokens behind the module, which behaves as SoftHSM does at first."""
    calls, behaviours = tmp_path / "shim-calls", tmp_path / "shim-behaviours"
    monkeypatch.setenv("SHIM_FILE", str(behaviours))
    monkeypatch.setenv("SHIM_CALLS", str(calls))
    modules.stop_all()
    with token_folder(tmp_path / "softhsm", shim_module) as hsm:
        shim = Shim(hsm, calls, behaviours)
        shim.play()
        yield shim
        shim.play()
    modules.stop_all()
