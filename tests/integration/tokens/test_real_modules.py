"""Real PKCS#11 modules with their services keep the contract of stores and what tokens promise.

Each runs on a private machine (`support.tokens.private_machine`), in a pytest of its own: there,
the token is the store of tests/contract/test_store_contract.py and of token_promises.py.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from support.tokens.private_machine import run_on_private_machine, unavailable
from support.tokens.stacks import STACKS, TOKEN_STACK

ROOT = Path(__file__).parents[3]
Suite = tuple[str, ...]
"""What an inner pytest runs."""

_PROMISES: Suite = ("tests/contract/token_promises.py",)
_PROMISES_WITHOUT_KILLS: Suite = (*_PROMISES, "-k", "not killed")
"""Where the objects are SoftHSM's or NSS's: tests/torture kills at every step of these."""
_STORE_CONTRACT: Suite = ("tests/contract/test_store_contract.py",)
_SHORT_CONTRACT: Suite = (*_STORE_CONTRACT, "-k", "restart or renewal or odd or archiv or session")
"""For a module that does as SoftHSM or passes calls on to one that has the whole contract."""

RUNS: dict[str, list[Suite]] = {
    "softhsm": [_PROMISES_WITHOUT_KILLS],  # the store contract drives it in every run
    "tpm2-pkcs11": [_PROMISES, _STORE_CONTRACT],
    "opensc": [_PROMISES, _STORE_CONTRACT],
    "opencryptoki": [_PROMISES, _SHORT_CONTRACT],
    "p11-kit-proxy": [_PROMISES_WITHOUT_KILLS, _SHORT_CONTRACT],
    "nss-behind-p11-kit": [_PROMISES_WITHOUT_KILLS, _SHORT_CONTRACT],
}


def test_every_kind_of_token_is_driven_and_documented() -> None:
    document = (ROOT / "docs" / "tokens.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([\w-]+)` \|", document)
    assert set(RUNS) == set(STACKS) == set(rows)


@pytest.mark.parametrize(
    ("name", "suite"), [(name, suite) for name, suites in RUNS.items() for suite in suites]
)
def test_a_real_module_keeps_its_promises(name: str, suite: Suite, tmp_path: Path) -> None:
    if reason := STACKS[name].missing() or unavailable():
        pytest.skip(f"{name}: {reason}")
    plugins = ("-p", "no:xdist", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", "-q", *plugins, f"--basetemp={tmp_path / 'inner'}"]
    done = run_on_private_machine([*command, *suite], ROOT, {TOKEN_STACK: name})
    assert done.returncode == 0, done.stdout[-20_000:]
