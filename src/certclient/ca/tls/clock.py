"""Tells a wrong clock from a server that is not the bank's.

A clock that is years off makes every certificate look expired or not yet valid. Nothing here is
trusted: it only selects the error that is shown in place of TLS_UNTRUSTED.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Sequence
from datetime import datetime

from certclient.ca.answers import http_date
from certclient.ca.http.connection import Server, read_head
from certclient.ca.tls.probe import TlsRoute, open_line, presented_certificates
from certclient.ca.transport import USER_AGENT
from certclient.model.certificate import Certificate
from certclient.model.clock_error import CLOCK_LIMIT, clock_wrong
from certclient.model.errors import CertclientError

_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of <openssl/x509_vfy.h>; Python's ssl module has no name for it."""


def clock_error(
    route: TlsRoute, anchors: Sequence[Certificate], now: datetime
) -> CertclientError | None:
    """CLOCK_WRONG if only the dates of the server's certificates do not suit `now` (aware).

    `anchors`: the roots trusted for TLS; if empty, the system's. The server must prove to be the
    right one apart from the dates; it is then asked for its time (Date). Without an answer, `now`
    is wrong if it lies before the server's certificate was issued. None if the clock is not to
    blame, as far as known.
    """
    try:
        with open_line(route, _context_without_dates(anchors)) as line:
            server = Server.of(route.url)
            lines = (
                f"HEAD {server.path} HTTP/1.1",
                f"Host: {server.header}",
                f"User-Agent: {USER_AGENT}",
                "Connection: close",
            )
            line.send("\r\n".join((*lines, "", "")).encode("ascii"))
            try:
                with read_head(line, "HEAD") as response:
                    there = http_date(response.headers.get("Date", ""))
            except (OSError, http.client.HTTPException):
                there = None
    except (OSError, http.client.HTTPException, CertclientError):
        return None
    if there is None:
        there = _not_before(route, now)
    if there is None or abs(there - now) <= CLOCK_LIMIT:
        return None
    return clock_wrong(there, now)


def _not_before(route: TlsRoute, now: datetime) -> datetime | None:
    """When the server's certificate began, if that is later than `now`."""
    presented = presented_certificates(route)
    return presented[0].not_before if presented and presented[0].not_before > now else None


def _context_without_dates(anchors: Sequence[Certificate]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= _NO_CHECK_TIME
    if anchors:
        context.load_verify_locations(cadata=b"".join(anchor.der for anchor in anchors))
    else:
        context.load_default_certs()
    return context
