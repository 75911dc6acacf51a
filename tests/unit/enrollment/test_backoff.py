"""Pauses: never shorter than what the CA asks for, and not the same for everybody."""

from __future__ import annotations

import pytest

from certclient.bootstrap import DEFAULT_MAX_WAIT
from certclient.enrollment.backoff import MAX_ATTEMPTS, pause_after, poll_pause
from certclient.model.errors import CertclientError, ErrorCode

LEAST, MOST = b"\0\0", b"\xff\xff"


def busy(**data: str) -> CertclientError:
    return CertclientError(ErrorCode.SERVER_BUSY, host="ca", status="503", **data)


@pytest.mark.parametrize("attempt", range(MAX_ATTEMPTS - 1))
def test_pauses_grow_and_differ_on_top_of_retry_after(attempt: int) -> None:
    interval = 2.0**attempt
    for asked in (0, 30, 3600):
        error = busy(retry_after=str(asked)) if asked else busy()
        least = pause_after(error, attempt, lambda _: LEAST)
        most = pause_after(error, attempt, lambda _: MOST)
        assert least == asked + interval / 2
        assert most == pytest.approx(asked + interval, rel=1e-3)


def test_neither_the_last_attempt_nor_a_refusal_is_repeated() -> None:
    assert pause_after(busy(), MAX_ATTEMPTS - 1, lambda _: LEAST) is None
    refused = CertclientError(ErrorCode.CA_REFUSED)
    assert pause_after(refused, 0, lambda _: LEAST) is None


def test_long_check_after_is_obeyed_and_differs() -> None:
    assert poll_pause(5.0, lambda _: MOST) == 5.0
    assert poll_pause(DEFAULT_MAX_WAIT, lambda _: MOST) == DEFAULT_MAX_WAIT, "what a run waits for"
    assert poll_pause(3600.0, lambda _: LEAST) == 3600.0
    assert poll_pause(3600.0, lambda _: MOST) == pytest.approx(3960.0, rel=1e-3)
