"""The CA client for a profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from certclient.ca.client import CaClient
from certclient.ca.cmp.client import CmpClient
from certclient.ca.transport import HttpTransport
from certclient.model.profile import Profile


def ca_client_for(
    profile: Profile, clock: Callable[[], datetime], random_bytes: Callable[[int], bytes]
) -> CaClient:
    """A client that talks to `profile.ca.url` and trusts what the profile trusts.

    `clock` gives aware UTC; `random_bytes` takes a length and must be unpredictable.
    """
    return CmpClient(profile.ca, HttpTransport(profile.tls_anchors), clock, random_bytes)
