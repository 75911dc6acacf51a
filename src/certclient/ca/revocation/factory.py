"""Creates the lookup of revocations for this computer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from certclient.ca.revocation.lookup import RevocationLookup
from certclient.ca.revocation.states import RevocationAnswer
from certclient.ca.transport import Timeouts
from certclient.ca.transports.system import system_transport
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.model.profile import Profile
from certclient.platform import log
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import ProxyResolver

_TIMEOUTS = Timeouts(connect=5.0, read=10.0, total=20.0)
_MAX_BYTES = 16 << 20
"""Of a CRL: about 400 000 revoked certificates."""


def revocation_lookup(
    clock: Callable[[], datetime],
    random_bytes: Callable[[int], bytes],
    proxies: ProxyResolver | None = None,
    logins: ProxyLogins | None = None,
) -> Callable[[Profile, Certificate, Sequence[Certificate]], RevocationAnswer]:
    """A function that looks a certificate of a bank up, given further CA certificates.

    `clock` returns aware UTC; `random_bytes` takes a length in bytes and must be unpredictable.
    `proxies`, `logins`: see `ca.factory.ca_client_for`. It never raises a CertclientError: why an
    answer does not count is in the log.
    """

    def look_up(
        profile: Profile, certificate: Certificate, known: Sequence[Certificate]
    ) -> RevocationAnswer:
        transport = system_transport(
            profile.tls_anchors,
            timeouts=_TIMEOUTS,
            proxies=proxies,
            logins=logins,
            max_bytes=_MAX_BYTES,
            allow_http=True,
            clock=clock,
        )

        def problem(error: Exception) -> None:
            code = error.code.code if isinstance(error, CertclientError) else type(error).__name__
            log.event("revocation-check", profile=profile.id, code=code)

        lookup = RevocationLookup(profile, transport, clock, random_bytes, problem)
        return lookup.state(certificate, known)

    return look_up
