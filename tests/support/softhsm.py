"""SoftHSM tokens for tests: one token folder per test, for this process and its subprocesses.

def test_x(softhsm: SoftHsm) -> None:
    token = softhsm.new_token()
    with token.store().open(token.pin_provider) as session: ...
    subprocess.run(..., env=softhsm.environment)
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pkcs11
import pytest

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from certclient.store.base import CertificateStore, PinRequest
from certclient.store.isolated import modules
from certclient.store.isolated.store import IsolatedTokenStore
from certclient.store.pkcs11.cryptoki import CKR_OK
from certclient.store.pkcs11.discovery import find_tokens
from certclient.store.pkcs11.module import Module, load_module
from certclient.store.pkcs11.store import TokenStore
from certclient.store.token_name import TokenName
from support import scripted

MODULE = Path(
    # tools.wine.softhsm builds the DLL, which replaces a vendor's.
    r"Z:\softhsm\softhsm2.dll" if sys.platform == "win32" else "/usr/lib/softhsm/libsofthsm2.so"
)
PIN = scripted.PIN
SO_PIN = "97531086"

_INIT_TOKEN, _INIT_PIN, _OPEN_SESSION, _CLOSE_SESSION, _LOGIN = 9, 10, 12, 13, 18
"""Positions in CK_FUNCTION_LIST."""
_SERIAL_RW = 0x4 | 0x2
_SECURITY_OFFICER = 0


class ScriptedPins:
    """A PinProvider that gives these answers in turn, then None; `requests`: those received."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.requests: list[PinRequest] = []

    def __call__(self, request: PinRequest) -> Secret | None:
        self.requests.append(request)
        return Secret(self._answers.pop(0)) if self._answers else None


def right_pin(_request: PinRequest) -> Secret | None:
    """A PinProvider for tokens created here."""
    return Secret(PIN)


def opens_with(store: TokenStore | IsolatedTokenStore, pin: str) -> bool:
    """Whether this is the PIN. A store in another process than the one that has changed it may know
    the PIN of before: SoftHSM remembers it."""
    try:
        with store.open(ScriptedPins(pin)):
            return True
    except CertclientError as error:
        if error.code is not ErrorCode.PIN_INCORRECT:
            raise
        return False


@dataclass(frozen=True)
class SoftHsmToken:
    """A token in a SoftHsm folder. `pull` and `plug` remove and insert it like a USB token."""

    hsm: SoftHsm
    label: str
    name: TokenName
    folder: Path
    pin: str = PIN

    def store(self) -> TokenStore:
        return TokenStore(self.hsm.module(), self.name, self.label)

    def isolated_store(self) -> IsolatedTokenStore:
        """The token as the program uses it: its module in a child process."""
        module = modules.module_at(self.hsm.module_path)
        return IsolatedTokenStore(module, self.name.uri, self.label)

    def pull(self) -> None:
        self.folder.rename(self._unplugged_folder)
        self.hsm.refresh()

    def plug(self) -> None:
        self._unplugged_folder.rename(self.folder)
        self.hsm.refresh()

    @property
    def _unplugged_folder(self) -> Path:
        return self.hsm.directory / f"pulled-{self.folder.name}"


@dataclass(frozen=True)
class SoftHsm:
    """A folder of SoftHSM tokens. `environment` gives another process the same tokens."""

    directory: Path
    module_path: Path = MODULE
    _tokens: list[SoftHsmToken] = field(default_factory=list)

    @property
    def tokens(self) -> Sequence[SoftHsmToken]:
        """Those that were made, in order."""
        return tuple(self._tokens)

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
        """Writes the configuration; the caller sets the environment variable."""
        self.token_folder.mkdir(parents=True)
        self.configuration.write_text(
            f"directories.tokendir = {self.token_folder}\n"
            "objectstore.backend = file\nlog.level = ERROR\nslots.removable = true\n"
        )

    def module(self) -> Module:
        return load_module(self.module_path, (self.module_path,))

    def refresh(self) -> None:
        """Initialises SoftHSM again, without which it detects no inserted or removed tokens. This
        ends all sessions, as the removal of a token does; in child processes, by their end."""
        modules.stop_all()
        pkcs11.lib(str(self.module().path)).reinitialize()

    def new_token(self, label: str = "専用USB", pin: str = PIN) -> SoftHsmToken:
        """A new, initialised token, visible immediately."""
        before = set(self.token_folder.iterdir())
        initialise_free_token(self.module(), label, pin)
        (folder,) = set(self.token_folder.iterdir()) - before
        self.refresh()
        return self._appeared(label, folder, pin)

    def copy_of(self, original: SoftHsmToken) -> SoftHsmToken:
        """A copy of `original` from another folder, with all its objects (key generation is slow).
        Both have the same serial number."""
        folder = self.token_folder / original.folder.name
        shutil.copytree(original.folder, folder)
        self.refresh()
        return self._appeared(original.label, folder, original.pin)

    def _appeared(self, label: str, folder: Path, pin: str) -> SoftHsmToken:
        known = {token.name for token in self._tokens}
        (name,) = {TokenName.of(found) for found in self.module().tokens()} - known
        token = SoftHsmToken(self, label, name, folder, pin)
        self._tokens.append(token)
        return token


def initialise_free_token(module: Module, label: str, pin: str) -> None:
    """Initialises a token as a bank does; SoftHSM's last slot is always free.

    Calls the module directly, because softhsm2-util reads its arguments in Windows' code page.
    """
    call, slot_id = module.cryptoki._call, module.library.get_slots()[-1].slot_id
    so_pin, user_pin, session = SO_PIN.encode(), pin.encode(), ctypes.c_ulong()
    padded = label.encode().ljust(32)
    results = [
        call(_INIT_TOKEN, slot_id, so_pin, len(so_pin), padded),
        call(_OPEN_SESSION, slot_id, _SERIAL_RW, None, None, ctypes.byref(session)),
        call(_LOGIN, session.value, _SECURITY_OFFICER, so_pin, len(so_pin)),
        call(_INIT_PIN, session.value, user_pin, len(user_pin)),
        call(_CLOSE_SESSION, session.value),
    ]
    assert results == [CKR_OK] * 5, [hex(result) for result in results]


def in_this_process(path: Path) -> list[CertificateStore]:
    """Finds the tokens of a module as its child process does, for `StoreRegistry.tokens`."""
    return find_tokens(path, (path,))


@contextmanager
def token_folder(directory: Path, module: Path = MODULE) -> Iterator[SoftHsm]:
    """An empty token folder that SoftHSM uses in this process until the end of the block.

    `module`: SoftHSM's own, or one in front of it. Only one at a time: SoftHSM has one
    configuration per process. No token is visible afterwards.
    """
    hsm = SoftHsm(_in_code_page(directory), module)
    hsm.prepare()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(hsm.configuration))
        hsm.refresh()
        yield hsm
        modules.stop_all()
        pkcs11.lib(str(hsm.module().path)).finalize()


def _in_code_page(directory: Path) -> Path:
    """`directory`, or on Windows a folder whose name SoftHSM can read: it supports only characters
    in the code page, and our user there has a Japanese name. Nothing is removed, because that
    Windows is fresh in each run."""
    if sys.platform != "win32":
        return directory
    return Path(tempfile.mkdtemp(dir="C:\\")) / "softhsm"


@pytest.fixture
def softhsm(tmp_path: Path) -> Iterator[SoftHsm]:
    """An empty token folder for one test."""
    with token_folder(tmp_path / "softhsm") as hsm:
        yield hsm
