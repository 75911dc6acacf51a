"""The customer's program in the test's own process: real stores, CMP client and transport."""

from __future__ import annotations

import os
from dataclasses import replace

from certclient.ca.cmp.client import CmpClient
from certclient.ca.factory import login_transport_for
from certclient.ca.transport import DEFAULT_TIMEOUTS, Timeouts
from certclient.ca.transports.system import system_transport
from certclient.configuration.profiles import load_profile
from certclient.enrollment.journal import Journal
from certclient.enrollment.procedure import Enrollment, Environment
from support.scripted import MemoryVault, Timeline
from support.torture.computer import KilledComputer


def enrollment_of(
    computer: KilledComputer, url: str = "", timeouts: Timeouts = DEFAULT_TIMEOUTS
) -> Enrollment:
    """The procedures of this computer; waiting takes no time. `url`: of a line to the bank."""
    profile = load_profile(computer.profile_path)
    profile = replace(profile, ca=replace(profile.ca, url=url or profile.ca.url))
    time = Timeline()
    transport = system_transport(profile.tls_anchors, timeouts=timeouts, clock=time.clock)
    environment = Environment(
        profile=profile,
        stores=[computer.store],
        ca=CmpClient(profile.ca, transport, time.clock, os.urandom),
        vault=MemoryVault(),
        clock=time.clock,
        sleep=time.sleep,
        random_bytes=os.urandom,
        monotonic=time.monotonic,
        login=login_transport_for(profile, time.clock),
    )
    return Enrollment(environment, Journal(computer.journal_path))
