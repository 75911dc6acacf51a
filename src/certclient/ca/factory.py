"""Creates what reaches a bank's servers, for a profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from certclient.ca.client import CaClient
from certclient.ca.transport import Transport
from certclient.ca.transports.system import system_transport
from certclient.model.profile import BUILT_IN_PROTOCOLS, EST, Profile
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import ProxyResolver

if TYPE_CHECKING:
    from certclient.ca.tls.interception import KnownRoots


def ca_client_for(
    profile: Profile,
    clock: Callable[[], datetime],
    random_bytes: Callable[[int], bytes],
    proxies: ProxyResolver | None = None,
    logins: ProxyLogins | None = None,
    line: Callable[[Transport], Transport] = lambda transport: transport,
) -> CaClient:
    """A client for `profile.ca.url` with the profile's trust anchors, in its protocol.

    `clock` returns aware UTC; `random_bytes` takes a length in bytes and must be unpredictable.
    `proxies`: an administrator's setting (`proxies.fixed_proxy`); None follows the system's
    settings. `logins`: the proxies' logins of this process. `line`: what to put around the
    transport.
    """
    transport = system_transport(
        profile.tls_anchors,
        proxies=proxies,
        logins=logins,
        clock=clock,
        roots=lambda: _known_roots(profile),
    )
    if profile.ca.protocol not in BUILT_IN_PROTOCOLS:
        from certclient.ca.plugins.client import PluginClient

        return PluginClient(profile, line(transport), clock, random_bytes)
    if profile.ca.protocol == EST:
        from certclient.ca.est.client import EstClient

        return EstClient(profile.ca, line(transport), clock, random_bytes)
    from certclient.ca.cmp.client import CmpClient

    return CmpClient(profile.ca, line(transport), clock, random_bytes)


def _known_roots(profile: Profile) -> KnownRoots:
    # Loaded when a connection over the system's roots is looked at; many banks have their own.
    from certclient.ca.tls.interception import system_roots

    return system_roots().with_anchors(profile.ca.trust_anchors)


def check_protocol(profile: Profile) -> None:
    """Raises what `checked_plugin` raises if the profile's protocol is a plug-in's."""
    if profile.ca.protocol not in BUILT_IN_PROTOCOLS:
        from certclient.ca.plugins.client import checked_plugin

        checked_plugin(profile)


def login_transport_for(
    profile: Profile,
    clock: Callable[[], datetime],
    proxies: ProxyResolver | None = None,
    logins: ProxyLogins | None = None,
) -> Transport | None:
    """How the bank's server for the login test is reached; None if the profile names none.

    Arguments as those of `ca_client_for`.
    """
    if not profile.login_test_url:
        return None
    return system_transport(profile.tls_anchors, proxies=proxies, logins=logins, clock=clock)
