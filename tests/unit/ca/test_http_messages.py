"""Requests as values."""

from __future__ import annotations

from certclient.ca.http.messages import WireRequest
from certclient.ca.transport import DEFAULT_TIMEOUTS


def test_body_of_a_request_is_not_shown() -> None:
    """It may hold a bank's PIN."""
    request = WireRequest("POST", "https://ca.example.jp/", DEFAULT_TIMEOUTS, body=b"PIN 824601")
    assert "824601" not in repr(request)
    assert b"824601" in request.encoded("/", "ca.example.jp", b"")
