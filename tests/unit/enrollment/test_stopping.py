"""An exchange that goes on although the user has asked to stop."""

from __future__ import annotations

import threading

from certclient.enrollment.stopping import Stopping

LONG = 60.0


def test_exchange_is_ended_some_time_after_the_request() -> None:
    ended = threading.Event()
    with Stopping(lambda: True, ended.set, grace=0.2).watch():
        assert ended.wait(LONG)


def test_exchange_without_a_request_is_left_alone() -> None:
    interrupted = threading.Event()
    with Stopping(lambda: False, interrupted.set, grace=0.2).watch():
        assert not interrupted.wait(1.0)


def test_exchange_that_ends_by_itself_is_not_interrupted() -> None:
    interrupted = threading.Event()
    with Stopping(lambda: True, interrupted.set, grace=0.2).watch():
        pass
    assert not interrupted.wait(1.0)
