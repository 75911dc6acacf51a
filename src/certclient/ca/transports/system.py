"""The transport of this operating system."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from certclient.ca.transport import DEFAULT_MAX_BYTES, DEFAULT_TIMEOUTS, Timeouts, Transport
from certclient.model.certificate import Certificate
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import ProxyResolver

if TYPE_CHECKING:
    from certclient.ca.tls.interception import KnownRoots

if sys.platform == "win32":
    from certclient.ca.transports.winhttp import WinHttpTransport as SystemTransport
else:
    from certclient.ca.transports.http import HttpTransport as SystemTransport


def system_transport(
    tls_anchors: Sequence[Certificate] = (),
    *,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    proxies: ProxyResolver | None = None,
    logins: ProxyLogins | None = None,
    roots: Callable[[], KnownRoots] | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    allow_http: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Transport:
    """WinHTTP on Windows, elsewhere http.client with OpenSSL. Arguments: see HttpTransport."""
    return SystemTransport(
        tls_anchors,
        timeouts=timeouts,
        proxies=proxies,
        logins=logins,
        roots=roots,
        max_bytes=max_bytes,
        allow_http=allow_http,
        clock=clock,
    )
