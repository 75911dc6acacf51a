"""A token behind a real module, with the services that the module needs; and how to start those.

Everything runs on a private machine (`private_machine`), where fixed ports and folders are free.
"""

from __future__ import annotations

import enum
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pkcs11
from pkcs11 import ObjectClass

from certclient.model.keys import KeyAlgorithm, SignatureAlgorithm
from certclient.model.secret import Secret
from certclient.store.base import CertificateStore, PinRequest
from certclient.store.isolated import modules
from certclient.store.pkcs11.module import load_module
from certclient.store.registry import StoreRegistry
from support.pki import RSA_SIGNATURES

PIN = "246813"
SO_PIN = "97531086"
LABEL = "CARD"

START_SECONDS = 600
"""How long a service may take to start: a guard against hanging only."""

_CLASSES = (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY, ObjectClass.CERTIFICATE)


class Limit(enum.Enum):
    """What a kind of token cannot do, and why; the value is the reason for which a test is left
    out."""

    ONE_CERTIFICATE_PER_KEY = "the card refuses a second certificate with the same CKA_ID"
    FEW_OBJECTS = "the card has no room for hundreds of certificates"
    NO_PSS = "the module makes no PSS signatures with this card, which TLS 1.3 requires"
    PIN_NOT_COUNTED = "the token's flags do not say that a wrong PIN was entered"


@dataclass(frozen=True)
class RunningToken:
    """An initialised token with PIN `PIN`. `environment`: what its module needs to find its
    service, already set in this process. `algorithms`: what the token
    can do with RSA keys; `makes`: which keys it makes; `limits`: what it cannot do.

    `database`: the folder of the NSS database that it is, if it is one.
    `stop`, `start`: the service that the module talks to, None if it has none. `attempts`: how many
    wrong PINs the token still takes, by its own count; None if it is asked by its flags only.
    """

    module: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    label: str = LABEL
    pin: str = PIN
    algorithms: frozenset[SignatureAlgorithm] = RSA_SIGNATURES
    makes: frozenset[KeyAlgorithm] = frozenset(KeyAlgorithm)
    limits: frozenset[Limit] = frozenset()
    database: Path | None = None
    stop: Callable[[], None] | None = None
    start: Callable[[], None] | None = None
    attempts: Callable[[], int] | None = None

    def right_pin(self, _request: PinRequest) -> Secret | None:
        """A PinProvider for this token."""
        return Secret(self.pin)

    def store(self) -> CertificateStore:
        """The store that the program makes of the token."""
        found = self.stores()
        (store,) = [store for store in found if store.label == self.label]
        return store

    def stores(self) -> list[CertificateStore]:
        """All stores that the program makes of the module's tokens."""
        return StoreRegistry((self.module,), lambda: (), lambda: ()).stores()

    @contextmanager
    def other_software(self) -> Iterator[pkcs11.Session]:
        """A logged-in session of other software with the token, freshly started: OpenSC and
        tpm2-pkcs11 read what is on a token once. The program's child starts anew afterwards."""
        modules.stop_all()
        module = load_module(self.module, (self.module,))
        pkcs11.lib(str(module.path)).reinitialize()
        token = next(token for token in module.tokens() if token.label == self.label)
        with token.open(rw=True, user_pin=self.pin) as session:
            yield session
        modules.stop_all()

    def wipe(self) -> None:
        """Deletes all keys and certificates, which is quicker than to make a new token."""
        with self.other_software() as session:
            for object_class in _CLASSES:
                for found in list(session.get_objects({pkcs11.Attribute.CLASS: object_class})):
                    found.destroy()


@dataclass(frozen=True)
class Stack:
    """A kind of token. `packages`: Debian's names of what it needs; `files`: what these install,
    without which it is skipped. `running` starts everything in an empty folder, and ends it."""

    packages: str
    files: Sequence[Path]
    running: Callable[[Path], AbstractContextManager[RunningToken]]

    def missing(self) -> str:
        """Why the stack cannot run on this machine; "" if it can."""
        absent = [str(path) for path in self.files if not path.exists()]
        return f"needs Debian's {self.packages}: no {', '.join(absent)}" if absent else ""


class Service:
    """A program that runs until `stop`; `ready` says whether it answers."""

    def __init__(self, command: Sequence[str], log: Path, ready: Callable[[], bool]) -> None:
        self._command = command
        self._log = log
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the program and waits until it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            ended = self._process.poll() is not None or time.monotonic() > deadline
            assert not ended, f"{self._command[0]}: {self._log.read_text(errors='replace')}"
            time.sleep(0.02)

    def stop(self) -> None:
        """Kills the program, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Runs the program during the block."""
        self.start()
        try:
            yield
        finally:
            self.stop()


def run(*command: str, answers: str = "") -> str:
    """Runs a tool of a module's vendor; returns what it prints."""
    done = subprocess.run(
        command, input=answers, capture_output=True, text=True, check=False, timeout=START_SECONDS
    )
    assert done.returncode == 0, f"{command}: {done.returncode} {done.stdout}{done.stderr}"
    return done.stdout


def empty_folder_at(path: Path) -> None:
    """Covers a folder of the private machine with an empty one."""
    run("mount", "-t", "tmpfs", "tmpfs", str(path))


@contextmanager
def variables(values: Mapping[str, str]) -> Iterator[None]:
    """Sets environment variables of this process during the block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
