"""tpm2-pkcs11: a software TPM (swtpm), the access broker (tpm2-abrmd) on a bus of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.session_bus import session_bus
from support.tokens.running import (
    LABEL,
    PIN,
    SO_PIN,
    Limit,
    RunningToken,
    Service,
    Stack,
    run,
    variables,
)

_MODULE = Path("/usr/lib/x86_64-linux-gnu/pkcs11/libtpm2_pkcs11.so")
_PORT = 2321
"""The next one is swtpm's control channel: its TCTI expects it there."""


@contextmanager
def _running(folder: Path) -> Iterator[RunningToken]:
    state, store = folder / "tpm", folder / "store"
    state.mkdir()
    store.mkdir()
    tpm = Service(_swtpm(state), folder / "swtpm.log", lambda: _listening(_PORT))
    broker = Service(
        ("tpm2-abrmd", "--session", "--allow-root", f"--tcti=swtpm:host=127.0.0.1,port={_PORT}"),
        folder / "abrmd.log",
        lambda: _on_bus("com.intel.tss2.Tabrmd"),
    )
    found = {
        "TPM2_PKCS11_STORE": str(store),
        "TPM2_PKCS11_TCTI": "tabrmd:bus_type=session",
        "TPM2TOOLS_TCTI": "tabrmd:bus_type=session",
        "TSS2_LOG": "all+NONE",
    }
    with session_bus(folder) as bus, variables({**bus, **found}), tpm.running(), broker.running():
        run("tpm2_ptool", "init", "--path", str(store))
        token = ("--label", LABEL, "--sopin", SO_PIN, "--userpin", PIN)
        run("tpm2_ptool", "addtoken", "--pid", "1", *token, "--path", str(store))
        yield RunningToken(
            _MODULE,
            {**bus, **found},
            limits=frozenset({Limit.PIN_NOT_COUNTED}),
            stop=broker.stop,
            start=broker.start,
        )


def _swtpm(state: Path) -> tuple[str, ...]:
    channels = [f"--{name}=type=tcp,port={port}" for name, port in _CHANNELS.items()]
    flags = "--flags=not-need-init,startup-clear"
    return ("swtpm", "socket", "--tpm2", f"--tpmstate=dir={state}", *channels, flags)


_CHANNELS = {"server": _PORT, "ctrl": _PORT + 1}


def _listening(port: int) -> bool:
    """Without a connection: swtpm takes its first one as that of the program that uses it."""
    wanted = f":{port:04X} 00000000:0000 0A"
    return wanted in Path("/proc/net/tcp").read_text(encoding="ascii")


def _on_bus(name: str) -> bool:
    question = ("org.freedesktop.DBus.GetNameOwner", f"string:{name}")
    target = ("--dest=org.freedesktop.DBus", "/org/freedesktop/DBus")
    command = ("dbus-send", "--session", "--print-reply", *target, *question)
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


STACK = Stack(
    "libtpm2-pkcs11-1, libtpm2-pkcs11-tools, swtpm, tpm2-abrmd, libtss2-tcti-tabrmd0 and "
    "libtss2-tcti-swtpm0",
    tuple(
        Path(path)
        for path in (
            _MODULE,
            "/usr/bin/swtpm",
            "/usr/sbin/tpm2-abrmd",
            "/usr/bin/tpm2_ptool",
            "/usr/lib/x86_64-linux-gnu/libtss2-tcti-tabrmd.so.0",
            "/usr/lib/x86_64-linux-gnu/libtss2-tcti-swtpm.so.0",
        )
    ),
    _running,
)
