"""The child of a module has what it needs and no more, and does not outlive the program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from certclient.model.secret import Secret
from certclient.store.base import AttemptsLeft, PinRequest
from certclient.store.isolated import modules
from support.faulty_module import FaultyModule
from support.softhsm import PIN, ScriptedPins, SoftHsm, right_pin

GUARD_SECONDS = 120


root_only = pytest.mark.skipif(
    os.geteuid() != 0, reason="what /proc says of a process without dumps is for root"
)


def until(condition: Callable[[], bool]) -> bool:
    """Whether `condition` comes true within a time that no machine needs."""
    deadline = time.monotonic() + GUARD_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def running(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def proc(process_id: int, name: str) -> str:
    return Path(f"/proc/{process_id}/{name}").read_bytes().decode(errors="replace")


@root_only
def test_pin_is_in_no_argument_variable_or_file(faulty: FaultyModule, tmp_path: Path) -> None:
    store = faulty.store()
    with store.open(right_pin) as session:
        child = store.module.process().process_id
        assert session.find_key("any") is None
        assert PIN not in proc(child, "cmdline") + proc(child, "environ")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert all(PIN.encode() not in path.read_bytes() for path in files)


@root_only
def test_child_gets_what_the_module_needs_and_no_more(
    faulty: FaultyModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "MY_CODE"):
        monkeypatch.setenv(name, "hidden")
    monkeypatch.setenv("TPM2_PKCS11_STORE", "/tokens")
    child = faulty.module()
    assert child.find()
    environment = proc(child.process().process_id, "environ")
    assert "hidden" not in environment
    passed = {line.partition("=")[0] for line in environment.split("\0")}
    # The module's own file names the last one.
    assert passed >= {"PATH", "SOFTHSM2_CONF", "TPM2_PKCS11_STORE", "FAULTY_PLAN"}
    child.stop()


@root_only
def test_child_inherits_no_file_and_leaves_no_core(faulty: FaultyModule, tmp_path: Path) -> None:
    secret = os.open(tmp_path / "open-file", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(secret, True)
    child = faulty.module()
    assert child.find()
    number = child.process().process_id
    open_files = [os.readlink(entry) for entry in Path(f"/proc/{number}/fd").iterdir()]
    assert not [name for name in open_files if "open-file" in name]
    limits = proc(number, "limits").splitlines()
    (core,) = [line.split() for line in limits if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]
    child.stop()
    os.close(secret)


@pytest.mark.parametrize("fault", ["", "hang"])
def test_child_ends_with_the_program(faulty: FaultyModule, fault: str) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from certclient.store.isolated.module import IsolatedModule\n"
        "module = IsolatedModule(Path(sys.argv[1])); process = module.process()\n"
        "module.begin(); print(process.process_id, flush=True); sys.stdin.read()\n"
    )
    if fault:
        faulty.plan("C_GetSlotList", fault)
    command = [sys.executable, "-c", program, str(faulty.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert running(child)
        if fault:
            assert until(lambda: faulty.happened)
        parent.send_signal(signal.SIGKILL)
    assert until(lambda: not running(child))


def test_child_that_was_killed_is_started_again(faulty: FaultyModule) -> None:
    store = faulty.store()
    assert store.certificates() == []
    first = store.module.process()
    os.kill(first.process_id, signal.SIGKILL)
    assert until(lambda: first.ended)
    assert store.certificates() == []


def test_no_child_without_a_use(faulty: FaultyModule) -> None:
    modules.stop_all()
    module = modules.module_at(faulty.path)
    assert module._process is None


def test_pin_is_asked_for_by_the_program(softhsm: SoftHsm) -> None:
    token = softhsm.new_token()
    store = token.isolated_store().titled("USB (1)")
    pins = ScriptedPins("0000", PIN)
    with store.open(pins) as session:
        assert session.find_key("any") is None
    first = PinRequest(store.store_id, "USB (1)", AttemptsLeft.UNKNOWN)
    second = PinRequest(store.store_id, "USB (1)", AttemptsLeft.LOW, previous_incorrect=True)
    assert pins.requests == [first, second]


def test_error_of_the_prompt_reaches_the_caller(softhsm: SoftHsm) -> None:
    store = softhsm.new_token().isolated_store()

    def closed(_request: PinRequest) -> Secret | None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), store.open(closed):
        pass
    with store.open(right_pin) as session:
        assert session.find_key("any") is None


def test_program_starts_without_a_child() -> None:
    """`--version` has no token to look at."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "certclient", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "certclient.store.isolated.process" not in done.stderr
