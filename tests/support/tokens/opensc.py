"""OpenSC, pcscd and vsmartcard's virtual reader, with a card of ours (`isoapplet`)."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certclient.model.keys import KeyAlgorithm
from support.pki import RSA_SIGNATURES
from support.tokens.running import (
    LABEL,
    PIN,
    START_SECONDS,
    Limit,
    RunningToken,
    Service,
    Stack,
    run,
    variables,
)

_MODULE = Path("/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so")
_PROFILES = Path("/usr/share/opensc")
_DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_PORT = 35963
"""vpcd's own; its reader is configured with it in Debian's package."""
_PUK = "1234567890123456"
_PKCS1 = frozenset(one for one in RSA_SIGNATURES if "pss" not in one.value)


class VirtualCard:
    """The card in the reader; its process ends with the block."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def pull(self) -> None:
        """Takes it out of the reader."""
        self._tell("pull")

    def insert(self) -> None:
        """Puts it back, with what is on it."""
        self._tell("insert")

    def attempts(self) -> int:
        """How many wrong PINs it still takes."""
        return int(self._tell("attempts"))

    def _tell(self, action: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{action}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@contextmanager
def virtual_card(*options: str) -> Iterator[VirtualCard]:
    """A new card in the reader. `options`: see `isoapplet`."""
    command = [sys.executable, "-m", "support.tokens.isoapplet", str(_PORT), *options]
    tests = Path(__file__).parents[2]
    with subprocess.Popen(
        command, cwd=tests, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "inserted\n"
            yield VirtualCard(process)
        finally:
            process.kill()


@contextmanager
def card_reader(folder: Path) -> Iterator[Service]:
    """pcscd with the virtual reader, and no card in it."""
    socket = Path("/run/pcscd/pcscd.comm")
    socket.parent.mkdir(exist_ok=True)
    daemon = Service(
        ("pcscd", "--foreground", "--error"),
        folder / "pcscd.log",
        lambda: socket.is_socket() and _listening(),
    )
    with daemon.running():
        yield daemon


def _listening() -> bool:
    return f":{_PORT:04X} 00000000:0000 0A" in Path("/proc/net/tcp").read_text(encoding="ascii")


def roomy_profiles(folder: Path) -> dict[str, str]:
    """OpenSC's profiles with longer directories, as bigger cards have; returns the environment.

    Its own have room for two certificates with names as long as banks'.
    """
    profiles = folder / "profiles"
    profiles.mkdir()
    for name in ("pkcs15.profile", "isoApplet.profile"):
        text = (_PROFILES / name).read_text(encoding="utf-8")
        roomy = re.sub(r"(cdf-size|prkdf-size|pukdf-size)(\s*)= *\d+;", r"\1\2= 2048;", text)
        (profiles / name).write_text(roomy, encoding="utf-8")
    configuration = folder / "opensc.conf"
    configuration.write_text(f'app default {{ profile_dir = "{profiles}"; }}\n', encoding="utf-8")
    return {"OPENSC_CONF": str(configuration)}


def initialise() -> None:
    """Makes the card in the reader a PKCS#15 card."""
    secrets = ("--pin", PIN, "--puk", _PUK)
    profile = ("--create-pkcs15", "--profile", "pkcs15+onepin", "--label", LABEL)
    _wait_for_card()
    run("pkcs15-init", *profile, *secrets)


def _wait_for_card() -> None:
    deadline = time.monotonic() + START_SECONDS
    while " Yes " not in _readers():
        assert time.monotonic() < deadline, "no card in the reader"
        time.sleep(0.05)


def _readers() -> str:
    done = subprocess.run(("opensc-tool", "-l"), capture_output=True, text=True, check=False)
    return done.stdout


@contextmanager
def _running(folder: Path) -> Iterator[RunningToken]:
    environment = roomy_profiles(folder)
    with variables(environment), card_reader(folder) as daemon, virtual_card() as card:

        def start() -> None:
            """The reader's driver is part of pcscd, so the card has to be connected anew."""
            card.pull()
            daemon.start()
            card.insert()
            _wait_for_card()

        initialise()
        yield RunningToken(
            _MODULE,
            environment,
            label=f"{LABEL} (User PIN)",
            algorithms=_PKCS1,
            makes=frozenset({KeyAlgorithm.RSA_2048}),
            limits=frozenset(
                {
                    Limit.ONE_CERTIFICATE_PER_KEY,
                    Limit.FEW_OBJECTS,
                    Limit.NO_PSS,
                    Limit.PIN_NOT_COUNTED,
                }
            ),
            stop=daemon.stop,
            start=start,
            attempts=card.attempts,
        )


STACK = Stack(
    "opensc, opensc-pkcs11, pcscd and vsmartcard-vpcd",
    (_MODULE, _DRIVER, Path("/usr/sbin/pcscd"), Path("/usr/bin/pkcs15-init")),
    _running,
)
