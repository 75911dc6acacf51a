"""Requests as bytes, and the bodies of responses."""

from __future__ import annotations

import http.client
import re
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

    @property
    def idempotent(self) -> bool:
        """Whether sending it twice is the same as sending it once (RFC 9110, 9.2.2)."""
        return self.method in ("GET", "HEAD")

    def encoded(self, uri: str, host: str, authorization: bytes, *, last: bool = True) -> bytes:
        """The bytes to send; `uri` as the next hop needs it, `host` for the Host header. `last`:
        the server is to close the connection afterwards."""
        lines = [f"{self.method} {uri} HTTP/1.1", f"Host: {host}", f"User-Agent: {USER_AGENT}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.method == "POST":
            lines.append(f"Content-Length: {len(self.body)}")
        if last:
            lines.append("Connection: close")
        octets = [line.encode("latin-1") for line in lines]
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


def is_complete(response: FinalResponse) -> bool:
    """Whether the response was read to its end, and the server leaves the connection open (RFC
    9112, 9.3)."""
    # http.client closes a response with chunks at its end, but not each one with a length.
    return not response.will_close and (response.isclosed() or response.length == 0)


def server_limit(response: FinalResponse) -> float | None:
    """After how many seconds the server closes an idle connection; None if it does not say
    (`Keep-Alive: timeout=5`, as Apache and others send it)."""
    found = re.search(r"timeout=([0-9]{1,9})", response.headers.get("Keep-Alive", ""), re.ASCII)
    return float(found[1]) if found else None
