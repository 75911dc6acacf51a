"""The transports that must pass the contract suite. A new one needs a line in TRANSPORTS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from certclient.ca.transport import DEFAULT_TIMEOUTS, Timeouts, Transport
from certclient.ca.transports.http import HttpTransport
from certclient.model.certificate import Certificate
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import ProxyResolver


class TransportFactory(Protocol):
    """Makes a transport. Arguments as those of HttpTransport; whatever is left out, its default."""

    def __call__(
        self,
        tls_anchors: Sequence[Certificate] = (),
        *,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        proxies: ProxyResolver | None = None,
        logins: ProxyLogins | None = None,
        max_bytes: int = 256 * 1024,
        allow_http: bool = False,
    ) -> Transport: ...


TRANSPORTS: Mapping[str, TransportFactory] = {"http": HttpTransport}
