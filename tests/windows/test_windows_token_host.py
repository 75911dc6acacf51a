"""The child process of a token's DLL on Windows: ends with the program, and costs one error."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, SignatureAlgorithm
from certclient.store.base import AttemptsLeft, PinRequest
from certclient.store.isolated.environment import child_environment
from certclient.store.isolated.module import IsolatedModule
from certclient.store.registry import open_stores
from support.softhsm import MODULE, PIN, ScriptedPins, SoftHsm, right_pin

_SYNCHRONIZE, _ENDED, _GUARD_MILLISECONDS = 0x100000, 0, 120_000


def ends(process_id: int) -> bool:
    """Whether the process ends within a time that no machine needs, or has ended."""
    kernel32 = ctypes.WinDLL("kernel32")
    kernel32.OpenProcess.restype = ctypes.c_void_p
    handle = kernel32.OpenProcess(_SYNCHRONIZE, False, process_id)
    if not handle:
        return True
    result = kernel32.WaitForSingleObject(ctypes.c_void_p(handle), _GUARD_MILLISECONDS)
    kernel32.CloseHandle(ctypes.c_void_p(handle))
    return bool(result == _ENDED)


def test_token_works_through_a_child_process(softhsm: SoftHsm) -> None:
    softhsm.new_token("専用USB")
    (token,) = (one for one in open_stores([MODULE]) if one.label == "専用USB")
    pins = ScriptedPins("0000", PIN)
    with token.open(pins) as session:
        key = session.create_key(KeySpec(), "鍵")
        signature = session.signer(key).sign(b"text", SignatureAlgorithm.RSA_PSS_SHA256)
    assert len(signature) == 256
    first, second = pins.requests
    assert first == PinRequest(token.store_id, "専用USB", AttemptsLeft.UNKNOWN)
    assert second.previous_incorrect


def test_child_that_ends_costs_one_error(softhsm: SoftHsm) -> None:
    store = softhsm.new_token().isolated_store()
    with store.open(right_pin) as session:
        os.kill(store.module.process().process_id, signal.SIGTERM)
        with pytest.raises(CertclientError) as died:
            session.find_key("any")
    assert died.value.code is ErrorCode.TOKEN_MODULE_DIED
    assert died.value.data["path"] == str(MODULE)
    assert store.certificates() == []


def test_child_ends_with_the_program(softhsm: SoftHsm) -> None:
    softhsm.new_token()
    program = (
        "import sys; from pathlib import Path\n"
        "from certclient.store.isolated.module import IsolatedModule\n"
        "module = IsolatedModule(Path(sys.argv[1])); module.find()\n"
        "print(module.process().process_id, flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(MODULE)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert ends(child)


def test_child_gets_what_the_module_needs_and_no_more() -> None:
    given = {"SystemRoot": r"C:\Windows", "HTTPS_PROXY": "hidden", "SOFTHSM2_CONF": "file"}
    passed = child_environment(MODULE, given, ["folder"])
    assert passed == {"SystemRoot": r"C:\Windows", "SOFTHSM2_CONF": "file", "PYTHONPATH": "folder"}


def test_stopped_module_starts_again(softhsm: SoftHsm) -> None:
    softhsm.new_token("one")
    module = IsolatedModule(Path(MODULE))
    first = module.process()
    assert [entry.label for entry in module.find()] == ["one"]
    module.stop()
    assert ends(first.process_id)
    assert [entry.label for entry in module.find()] == ["one"]
    module.stop()
