"""The HTTP port of CA clients. `tests/contract/test_transport_contract.py` is its contract.

Implementations: in `ca.transports`, chosen by `ca.transports.system`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from certclient import __version__
from certclient.ca.answers import ResponseHead
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.model.keys import Signer


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two reads of a response, and for the whole exchange.

    The whole exchange counts from the first byte sent to the last one received.
    """

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0

    def for_head(self) -> Timeouts:
        """Those of a HEAD request, which some servers never answer."""
        return replace(self, read=min(self.read, 10.0), total=min(self.total, 20.0))


DEFAULT_TIMEOUTS = Timeouts()
DEFAULT_MAX_BYTES = 256 * 1024
"""Of a response. A CA's has about 5 kB."""

USER_AGENT = f"certclient/{__version__}"

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class TlsIdentity:
    """A certificate with its key, for TLS client authentication.

    `chain`: CA certificates, in any order: those between it and the root are sent. `signer`: of the
    certificate's key; its store's session stays open during the exchange.
    """

    certificate: Certificate
    chain: tuple[Certificate, ...]
    signer: Signer

    def ordered_chain(self) -> tuple[Certificate, ...]:
        """The certificate and its issuers below the root, in TLS's order (RFC 8446, 4.4.2)."""
        found, left = [self.certificate], [one for one in self.chain if not one.self_issued]
        while issuer := next((one for one in left if found[-1].issued_by_name_of(one)), None):
            left.remove(issuer)
            found.append(issuer)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request for `Transport.exchange`.

    `method`: GET, HEAD or POST. `body`: bytes, sent with `content_type` by POST only. `accept`: the
    media type to ask for, "" for no Accept header. `headers`: others, such as Authorization; values
    are ASCII, or octets as Latin-1. `identity`: for a server that asks for a client certificate; it
    needs https.

    Raises ValueError for a header that could end its line.
    """

    method: str
    url: str
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    accept: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    identity: TlsIdentity | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name, value in self.all_headers:
            if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
                raise ValueError(f"not a header: {name!a}")

    @property
    def all_headers(self) -> tuple[tuple[str, str], ...]:
        """Those of this request; those of every request are the transport's."""
        named = (("Content-Type", self.content_type), ("Accept", self.accept))
        plain = ("Accept-Encoding", "identity")
        return (*(header for header in named if header[1]), plain, *self.headers)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A final response to `HttpRequest`; `body` (bytes, decoded) may be empty.

    `ca.answers.check_status` makes errors of the statuses in `head` that the caller has no use for.
    """

    head: ResponseHead
    body: bytes = field(repr=False)

    @property
    def status(self) -> int:
        """The HTTP status, at least 200."""
        return self.head.status


class Transport(Protocol):
    """Sends messages to a server over HTTP/1.1 and says what went wrong.

    Each message has a connection of its own, except within `kept_open`.

    Every method raises CertclientError, where `host` is the server's name; in PROXY_ errors, it is
    the proxy's host:port. No data ever holds a user or password:

    - NETWORK_UNREACHABLE (host, reason): refused, no such name, connection lost, body cut off,
      empty or garbled answer, or a proxy that cannot reach the server. NETWORK_TIMEOUT (host,
      reason): no answer within `Timeouts`.
    - TLS_UNTRUSTED (host, issuer, reason): the server's certificate is not trusted, is for another
      name, or has no subjectAltName. CLOCK_WRONG (server, local, days): it is the right one, but
      its dates do not suit this computer's clock, and its time is another one.
    - PROXY_UNREACHABLE (host; `status` if it answered; setting): the proxy cannot be reached, or
      refuses the connection. PROXY_SETTING (setting, reason): the address in the setting cannot be
      used. PROXY_SCRIPT: proxy settings could not be evaluated, and the server is unreachable
      without them.
    - PROXY_AUTHENTICATION (host, realm, schemes, previous_incorrect "yes" or ""): the proxy asks
      for a login, and `ProxyLogins` has none, or the one it had is wrong and forgotten by now. Give
      another to `ProxyLogins.answer`, then repeat the call. PROXY_SCHEME (host, schemes): it offers
      none of the schemes that this transport knows.
    - SERVER_BUSY (host, status, and retry_after in seconds if given): 429, 503. SERVER_ERROR (host,
      status, retry_after): 408, 425 and other 5xx: passing. SERVER_ADDRESS (host, status, and
      location for a redirect): any other status, which does not pass by itself.
    - FOREIGN_ANSWER (host, reason): something else on the way has answered, such as the sign-in
      page of a network.
    """

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """Sends `body` and returns the body of the response, which may be a refusal by the CA.

        A response of type `content_type` counts even with an error status (RFC 9811, 3.6); a
        success counts with any type: the caller sees whether it is a message. Redirects are not
        followed, cookies not kept, interim responses (1xx) skipped; a body that is compressed
        unasked is decoded. CA_MALFORMED (reason): a body over the transport's limit.
        """
        ...

    def get(self, url: str, accept: str) -> bytes:
        """The body of the resource at `url`; `accept` is the media type to request.

        Any error status is an error, whatever the body. Raises as `post`.
        """
        ...

    def exchange(self, request: HttpRequest) -> HttpResponse:
        """Sends `request` and returns the response, whatever its status; redirects, too.

        Raises connection problems as `post` does (NETWORK_, TLS_, PROXY_, CLOCK_WRONG),
        CA_MALFORMED for a body over the limit, and FOREIGN_ANSWER only for status 511. What else
        the response says is the caller's to judge.

        With `request.identity`, the client certificate is sent if the server asks for one, during
        the handshake or later. Raises also: CLIENT_CERTIFICATE_REFUSED (host, reason; `doubt` if it
        is only likely) if the server refuses it in TLS; KEY_UNSUPPORTED (problem "tls-pss") if the
        key cannot make the signatures that the server takes, or cannot take part at all ("tls");
        TLS_LIBRARY_MISSING; and what the signer raises.
        """
        ...

    def can_authenticate(self, identity: TlsIdentity) -> bool:
        """Whether `exchange` can use `identity` on this computer. Touches neither key nor network.

        Not without the system's TLS library (Linux), nor with a token that Windows does not know.
        """
        ...

    def probe(self, url: str) -> Sequence[CertclientError]:
        """Sends one HEAD request and raises connection problems as `post` does.

        A server that responds with an error counts as reached. Afterwards `server_time` is known.

        Returns findings to report although the server is reachable: PROXY_SCRIPT (proxy settings
        could not be evaluated; data address, reason), TLS_OPENED (an intermediary that the system
        trusts reads the traffic; data host, issuer) and PROBE_UNANSWERED (host, reason: the
        connection stands, with TLS, but there is no answer to HEAD, which no CA has to support).
        """
        ...

    def kept_open(self) -> AbstractContextManager[None]:
        """Within the block, a connection may stay open for the next message to the same server; at
        the end, it is closed. Blocks may be nested, also of several threads.

        A connection that the server has closed meanwhile is opened anew. If it is lost while a
        message that may not be repeated (POST) is on the way, that is NETWORK_UNREACHABLE, as
        otherwise: only the caller knows whether to send it again. Messages with an identity have a
        connection of their own.
        """
        ...

    def interrupt(self) -> None:
        """Ends the exchange that runs now, if one runs; it raises NETWORK_STOPPED.

        Callable from any thread, and repeatedly. Waits for nothing.
        """
        ...

    def server_time(self) -> datetime | None:
        """The last response's Date header, aware; None before any, or if it had no valid one."""
        ...
