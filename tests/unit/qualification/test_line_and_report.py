"""The parts of `qualify-ca` that need no CA: the line that loses answers, the report's fields."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from certclient.ca.answers import ResponseHead
from certclient.ca.transport import HttpRequest, HttpResponse, TlsIdentity
from certclient.model.errors import CertclientError, ErrorCode
from certclient.qualification.fields import message_fields
from certclient.qualification.line import RecordingLine
from certclient.qualification.report import Check, Report, Result, Verdict


@dataclass
class EchoingTransport:
    """Answers each message with itself, or fails with `error`."""

    error: CertclientError | None = None
    received: list[bytes] = field(default_factory=list)

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        self.received.append(body)
        if self.error is not None:
            raise self.error
        return body

    def exchange(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(
            ResponseHead(request.url, 200, {}), self.post(request.url, request.body, "x")
        )

    def get(self, url: str, accept: str) -> bytes:
        return b""

    def can_authenticate(self, identity: TlsIdentity) -> bool:
        return False

    def probe(self, url: str) -> Sequence[CertclientError]:
        return ()

    def kept_open(self) -> AbstractContextManager[None]:
        return nullcontext()

    def interrupt(self) -> None: ...

    def server_time(self) -> datetime | None:
        return None


def line_to(transport: EchoingTransport) -> RecordingLine:
    ticks = iter(range(100))
    return RecordingLine(transport, lambda: float(next(ticks)))


def test_an_answer_is_lost_after_the_server_has_given_it_and_only_once() -> None:
    transport = EchoingTransport()
    line = line_to(transport)
    line.lose_next_answer()
    with pytest.raises(CertclientError) as lost:
        line.exchange(HttpRequest("POST", "https://ca", b"first"))
    assert lost.value.code is ErrorCode.NETWORK_TIMEOUT
    assert (transport.received, line.lost) == ([b"first"], b"first")
    assert line.post("https://ca", b"second", "x") == b"second"
    assert line.lost is None
    exchanges = line.taken()
    assert [(one.sent, one.received, one.lost) for one in exchanges] == [
        (b"first", b"first", True),
        (b"second", b"second", False),
    ]
    assert [one.seconds for one in exchanges] == [1.0, 1.0]
    assert line.taken() == []


def test_a_failure_is_no_lost_answer() -> None:
    line = line_to(EchoingTransport(CertclientError(ErrorCode.SERVER_BUSY)))
    line.lose_next_answer()
    with pytest.raises(CertclientError) as failed:
        line.post("https://ca", b"first", "x")
    assert failed.value.code is ErrorCode.SERVER_BUSY
    (exchange,) = line.taken()
    assert (exchange.received, exchange.lost, line.lost) == (None, False, None)


@pytest.mark.parametrize("octets", [b"", b"\x30\x00", b"<html>", bytes(300)])
def test_what_is_no_message_is_reported_as_malformed(octets: bytes) -> None:
    fields = message_fields(octets)
    assert fields["malformed"]
    assert fields["bytes"] == str(len(octets))


@pytest.mark.parametrize(
    ("verdicts", "passed"),
    [
        ([Verdict.PASSED, Verdict.NOT_APPLICABLE], True),
        ([Verdict.PASSED, Verdict.FAILED], False),
        ([Verdict.PASSED, Verdict.NOT_RUN], False),
    ],
)
def test_a_ca_qualifies_if_everything_was_run_and_nothing_failed(
    verdicts: list[Verdict], passed: bool
) -> None:
    report = Report([Result(Check.OBTAIN, verdict) for verdict in verdicts])
    assert report.passed is passed
