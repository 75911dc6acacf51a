"""Requests as bytes, and the bodies of responses."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field

from certclient.ca.answers import ResponseHead, too_long
from certclient.ca.http.connection import FinalResponse
from certclient.ca.http.content import decoded
from certclient.ca.transport import USER_AGENT, Timeouts

_CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request as it is sent. `headers`: besides those of every request."""

    method: str
    url: str
    timeouts: Timeouts
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    """May hold a bank's PIN."""

    def encoded(self, uri: str, host: str, authorization: bytes) -> bytes:
        """The bytes to send; `uri` as the next hop needs it, `host` for the Host header."""
        lines = [f"{self.method} {uri} HTTP/1.1", f"Host: {host}", f"User-Agent: {USER_AGENT}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.method == "POST":
            lines.append(f"Content-Length: {len(self.body)}")
        octets = [line.encode("latin-1") for line in (*lines, "Connection: close")]
        if authorization:
            octets.append(b"Proxy-Authorization: " + authorization)
        return b"\r\n".join((*octets, b"", self.body))


def read_body(head: ResponseHead, response: FinalResponse, limit: int) -> bytes:
    """The decoded body. `limit`: bytes, of what is sent and of what it decodes to.

    Raises CertclientError: FOREIGN_ANSWER, CA_MALFORMED; OSError, http.client.HTTPException.
    """
    received = bytearray()
    while piece := response.read1(_CHUNK):
        received += piece
        if len(received) > limit:
            raise too_long(head)
    if response.length:
        raise http.client.IncompleteRead(bytes(received), response.length)
    return decoded(head, bytes(received), limit)
