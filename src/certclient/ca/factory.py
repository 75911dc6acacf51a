"""The CA client for a profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from certclient.ca.client import CaClient
from certclient.ca.cmp.client import CmpClient
from certclient.ca.tls.opener import system_roots
from certclient.ca.transport import HttpTransport
from certclient.model.profile import Profile
from certclient.platform.proxies.routes import ProxyResolver


def ca_client_for(
    profile: Profile,
    clock: Callable[[], datetime],
    random_bytes: Callable[[int], bytes],
    proxies: ProxyResolver | None = None,
) -> CaClient:
    """A client that talks to `profile.ca.url` and trusts what the profile trusts.

    `clock` gives aware UTC; `random_bytes` takes a length and must be unpredictable. `proxies`: an
    administrator's decision (`proxies.fixed_proxy`); without one the system's settings count.
    """
    transport = HttpTransport(
        profile.tls_anchors,
        proxies=proxies,
        roots=lambda: system_roots().knowing(profile.ca.trust_anchors),
    )
    return CmpClient(profile.ca, transport, clock, random_bytes)
