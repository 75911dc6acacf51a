"""p11-kit-proxy in front of SoftHSM, and in front of NSS's softoken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.softhsm import MODULE as SOFTHSM
from support.softhsm import SoftHsm
from support.tokens.running import (
    LABEL,
    PIN,
    SO_PIN,
    Limit,
    RunningToken,
    Stack,
    empty_folder_at,
    run,
    variables,
)

_MODULE = Path("/usr/lib/x86_64-linux-gnu/p11-kit-proxy.so")
_MODULES = Path("/usr/share/p11-kit/modules")
"""Where Debian's packages list their modules. The folder in /etc exists only where an
administrator made it."""
_SOFTOKEN = Path("/usr/lib/x86_64-linux-gnu/libsoftokn3.so")


@contextmanager
def _with_softhsm(folder: Path) -> Iterator[RunningToken]:
    with _softhsm_token(folder) as environment:
        _configure("softhsm", f"module: {SOFTHSM}\n")
        yield RunningToken(_MODULE, environment)


@contextmanager
def _softhsm_alone(folder: Path) -> Iterator[RunningToken]:
    with _softhsm_token(folder) as environment:
        yield RunningToken(SOFTHSM, environment)


@contextmanager
def _softhsm_token(folder: Path) -> Iterator[dict[str, str]]:
    hsm = SoftHsm(folder / "softhsm")
    hsm.prepare()
    environment = {"SOFTHSM2_CONF": str(hsm.configuration)}
    with variables(environment):
        token = ("--label", LABEL, "--pin", PIN, "--so-pin", SO_PIN)
        run("softhsm2-util", "--init-token", "--free", *token)
        yield environment


@contextmanager
def _with_softoken(folder: Path) -> Iterator[RunningToken]:
    database, password = folder / "nssdb", folder / "password"
    database.mkdir()
    password.write_text(PIN, encoding="ascii")
    run("certutil", "-N", "-d", f"sql:{database}", "-f", str(password))
    parameters = f"configdir='sql:{database}' certPrefix='' keyPrefix='' secmod='secmod.db' flags="
    _configure("softoken", f"module: {_SOFTOKEN}\nx-init-reserved: {parameters}\n")
    yield RunningToken(
        _MODULE,
        label="NSS Certificate DB",
        limits=frozenset({Limit.PIN_NOT_COUNTED}),
        database=database,
    )


def _configure(name: str, text: str) -> None:
    empty_folder_at(_MODULES)
    (_MODULES / f"{name}.module").write_text(text, encoding="utf-8")


SOFTHSM_STACK = Stack("softhsm2", (SOFTHSM, Path("/usr/bin/softhsm2-util")), _softhsm_alone)
PROXY_STACK = Stack("p11-kit, p11-kit-modules and softhsm2", (_MODULE, SOFTHSM), _with_softhsm)
SOFTOKEN_STACK = Stack("p11-kit, p11-kit-modules and libnss3", (_MODULE, _SOFTOKEN), _with_softoken)
