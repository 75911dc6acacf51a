"""A PKCS#11 module that breaks the process in which it runs, in front of SoftHSM (`faulty.c`).

def test_x(faulty: FaultyModule) -> None:
    faulty.plan("C_Login", "segfault")
    with pytest.raises(CertclientError), faulty.token.isolated_store().open(right_pin): ...

For child processes only: it would break pytest's.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from certclient.store.isolated import modules
from certclient.store.isolated.module import IsolatedModule, Limits
from certclient.store.isolated.store import IsolatedTokenStore
from support.softhsm import MODULE, SoftHsm, SoftHsmToken

_SOURCE = Path(__file__).with_name("faulty.c")

PATIENT = Limits()
"""The program's own: no quiet or loaded machine exceeds them."""


@dataclass(frozen=True)
class FaultyModule:
    """The module at `path` with one `token`; each plan happens once."""

    path: Path
    token: SoftHsmToken
    _plan: Path

    def plan(self, function: str, fault: str, skip: int = 0) -> None:
        """See faulty.c."""
        self._plan.write_text(f"{function} {fault} {skip}\n")

    def forget_plan(self) -> None:
        """Takes a plan back that has not been carried out."""
        self._plan.unlink(missing_ok=True)

    def go_on(self) -> None:
        """Ends the fault `wait`."""
        self._beside("go").touch()

    def pull(self) -> None:
        """Takes the token out of every process that has loaded the module."""
        self._beside("pulled").touch()

    def plug(self) -> None:
        """Puts it back."""
        self._beside("pulled").unlink()

    def _beside(self, name: str) -> Path:
        return self._plan.with_name(f"{self._plan.name}.{name}")

    @property
    def happened(self) -> bool:
        """Whether the plan has been carried out."""
        return not self._plan.exists()

    @property
    def lied(self) -> bool:
        """Whether a function has returned another length or count than the true one."""
        return self._beside("lied").exists()

    def module(self, limits: Limits = PATIENT) -> IsolatedModule:
        """The module in a child process of its own."""
        return IsolatedModule(self.path, limits)

    def store(self, module: IsolatedModule | None = None) -> IsolatedTokenStore:
        """The token, by default in the program's own child."""
        name, label = self.token.name, self.token.label
        module = module or modules.module_at(self.path)
        return IsolatedTokenStore(module, name.uri, label)


@pytest.fixture(scope="session")
def faulty_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled module, one for the whole run."""
    library = tmp_path_factory.mktemp("faulty-module") / "faulty.so"
    gcc = shutil.which("gcc")
    assert gcc is not None
    # -std=gnu17: a pointer to a function with any arguments is no longer part of C23.
    flags = ("-shared", "-fPIC", "-std=gnu17", "-O1", "-w", f'-DSOFTHSM="{MODULE}"')
    subprocess.run([gcc, *flags, "-o", library, _SOURCE, "-ldl"], check=True, timeout=300)
    return library


@pytest.fixture
def faulty(
    faulty_library: Path, softhsm: SoftHsm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FaultyModule]:
    """The module with a token, and no plan yet."""
    plan = tmp_path / "plan"
    monkeypatch.setenv("FAULTY_PLAN", str(plan))
    yield FaultyModule(faulty_library, softhsm.new_token(), plan)
    modules.stop_all()
