"""A module that breaks its process costs one error; the program goes on, and so does the token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.store.base import Unavailable
from certclient.store.isolated.module import IsolatedModule, Limits
from certclient.store.isolated.modules import module_at
from certclient.store.isolated.store import find_tokens
from certclient.store.registry import open_stores
from support.faulty_module import PATIENT, FaultyModule
from support.nss import NssDatabase
from support.softhsm import MODULE, right_pin

pytestmark = pytest.mark.reliability("modules", "that crash, hang, print or fork")


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        ("abort", "SIGABRT"),
        ("segfault", "SIGSEGV"),
        ("bus", "SIGBUS"),
        ("exit", "exit code 3"),
        ("garble", "unreadable answer"),
    ],
)
def test_module_that_ends_its_process_is_one_error(
    faulty: FaultyModule, fault: str, end: str
) -> None:
    store = faulty.store()
    faulty.plan("C_FindObjectsInit", fault)
    with pytest.raises(CertclientError) as died:
        store.certificates()
    assert died.value.code is ErrorCode.TOKEN_MODULE_DIED
    assert died.value.data == {"path": str(faulty.path), "reason": end}
    assert store.certificates() == [], "a new child answers"


@contextmanager
def impatient(faulty: FaultyModule, module: IsolatedModule) -> Iterator[None]:
    """Has the next search hang, and waits a second for it; afterwards, all is as it was."""
    faulty.plan("C_FindObjectsInit", "hang")
    module.limits = Limits(lookup=1, work=1)
    yield
    module.limits = PATIENT
    faulty.forget_plan()


def test_module_that_hangs_is_stopped(faulty: FaultyModule) -> None:
    module = faulty.module()
    store = faulty.store(module)
    assert not isinstance(store.availability(), Unavailable)
    hung = module.process()
    with impatient(faulty, module), pytest.raises(CertclientError) as hangs:
        store.certificates()
    assert hangs.value.code is ErrorCode.TOKEN_MODULE_HANGS
    assert hangs.value.data == {"path": str(faulty.path), "seconds": "1"}
    hung.wait()
    assert hung.ended
    assert store.certificates() == []
    module.stop()


def test_module_that_hangs_in_a_session_is_stopped(faulty: FaultyModule) -> None:
    module = faulty.module()
    store = faulty.store(module)
    waits = impatient(faulty, module)
    with store.open(right_pin) as session, waits, pytest.raises(CertclientError) as hangs:
        session.find_key("any")
    assert hangs.value.code is ErrorCode.TOKEN_MODULE_HANGS
    with store.open(right_pin) as session:
        assert session.find_key("any") is None
    module.stop()


def test_session_ends_with_its_child_and_another_one_works(faulty: FaultyModule) -> None:
    store = faulty.store()
    faulty.plan("C_GenerateKeyPair", "segfault")
    with store.open(right_pin) as session:
        with pytest.raises(CertclientError) as died:
            session.create_key(KeySpec(), "a")
        assert died.value.code is ErrorCode.TOKEN_MODULE_DIED
        with pytest.raises(CertclientError) as still_dead:
            session.find_key("a")
        assert still_dead.value.code is ErrorCode.TOKEN_MODULE_DIED
    with store.open(right_pin) as session:
        key = session.create_key(KeySpec(), "a")
        assert session.find_key("a") == key


@pytest.mark.parametrize("fault", ["print", "roam"])
def test_module_that_prints_or_changes_its_process_works(faulty: FaultyModule, fault: str) -> None:
    """Neither its output nor its folder, locale and handlers of signals matter."""
    store = faulty.store()
    faulty.plan("C_Login", fault)
    with store.open(right_pin) as session:
        key = session.create_key(KeySpec(), "鍵")
        assert session.find_key("鍵") == key
    assert faulty.happened


def test_end_is_noticed_while_a_forked_process_holds_the_pipe(faulty: FaultyModule) -> None:
    store = faulty.store()
    faulty.plan("C_OpenSession", "fork")
    assert store.certificates() == []
    faulty.plan("C_FindObjectsInit", "abort")
    with pytest.raises(CertclientError) as died:
        store.certificates()
    assert died.value.data["reason"] == "SIGABRT"
    assert store.certificates() == []


def test_slow_module_does_not_delay_the_other_stores(
    faulty: FaultyModule, nss: NssDatabase
) -> None:
    """What the windows show: the PC at once, the token as soon as its software has answered."""
    faulty.plan("C_GetSlotList", "wait")
    pc, slow = open_stores([faulty.path], nss.directory, patience=0)
    assert pc.store_id == f"nss:{nss.directory}"
    state = slow.availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.TOKEN_MODULE_HANGS
    waiting = module_at(faulty.path).process()
    faulty.go_on()
    _pc, token = open_stores([faulty.path], nss.directory)
    assert token.label == faulty.token.label
    assert module_at(faulty.path).process() is waiting, "it was not started again"


def test_broken_module_leaves_the_other_stores(
    faulty: FaultyModule, nss: NssDatabase, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.so"
    content = MODULE.read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    _pc, broken, token = open_stores([cut, faulty.path], nss.directory)
    state = broken.availability()
    assert isinstance(state, Unavailable)
    assert state.reason in (ErrorCode.TOKEN_MODULE_DIED, ErrorCode.STORE_WRONG_MODULE)
    assert state.data["path"] == str(cut)
    assert token.certificates() == []


def test_slow_search_is_not_waited_for_after_sessions_that_failed(faulty: FaultyModule) -> None:
    module = faulty.module()
    store = faulty.store(module)
    for _ in range(3):
        faulty.plan("C_FindObjectsInit", "abort")
        with pytest.raises(CertclientError):
            store.certificates()
    faulty.plan("C_GetSlotList", "wait")
    with pytest.raises(CertclientError) as slow:
        module.find(patience=0)
    assert slow.value.code is ErrorCode.TOKEN_MODULE_HANGS
    searching = module.process()
    faulty.go_on()
    assert [entry.label for entry in module.find()] == [faulty.token.label]
    assert module.process() is searching, "it was not started again"
    module.stop()


def test_module_that_meets_a_mistake_of_ours_is_one_store() -> None:
    """No path has a zero byte; the exception for it is one that nobody expects."""
    (store,) = find_tokens(Path("/lib/vendor\0.so"))
    state = store.availability()
    assert isinstance(state, Unavailable)
    assert (state.reason, state.data["problem"]) == (ErrorCode.STORE_UNAVAILABLE, "module")
    assert state.data["reason"].startswith("ValueError at ")


def test_module_that_always_fails_is_started_ever_more_rarely(faulty: FaultyModule) -> None:
    now = [0.0]
    module = IsolatedModule(faulty.path, pauses=(0, 1000), monotonic=lambda: now[0])

    def fails() -> str:
        with pytest.raises(CertclientError) as died:
            module.find()
        return died.value.data["reason"]

    for fault in ("abort", "segfault"):
        faulty.plan("C_GetSlotList", fault)
        assert fails().startswith("SIG")
    faulty.plan("C_GetSlotList", "exit")
    assert fails() == "SIGSEGV", "the last error, without another start"
    assert not faulty.happened
    now[0] += 1001
    assert fails() == "exit code 3"
    now[0] += 1001
    assert [entry.label for entry in module.find()] == [faulty.token.label]
    module.stop()


def test_token_that_is_pulled_out_and_plugged_in_is_noticed(faulty: FaultyModule) -> None:
    """By the same child: the windows look once a second."""
    (token,) = find_tokens(faulty.path)
    child = module_at(faulty.path).process()
    faulty.pull()
    (absent,) = find_tokens(faulty.path)
    for store in (absent, token):
        state = store.availability()
        assert isinstance(state, Unavailable)
        assert state.reason is ErrorCode.TOKEN_MISSING
    faulty.plug()
    (again,) = find_tokens(faulty.path)
    assert again == token
    assert again.certificates() == []
    assert module_at(faulty.path).process() is child
