"""Builds the `certclient:` links on the bank's pages.

Deliberately independent of the app's strict parser, which is tested against it.
"""

from __future__ import annotations

from certclient.model.secret import Secret
from certclient_practice.bank.names import PROFILE_ID


def renew_link(user_id: str, serial_hex: str, ticket: Secret) -> str:
    """Returns a link that opens the app to renew the certificate used for this login."""
    names = f"profile={PROFILE_ID}&user={user_id}&serial={serial_hex}"
    return f"certclient:renew?{names}&ticket={ticket.reveal()}"


def obtain_link(user_id: str, code: Secret) -> str:
    """Returns a link that opens the app to obtain a certificate; its ticket is the issue code."""
    return f"certclient:obtain?profile={PROFILE_ID}&user={user_id}&ticket={code.reveal()}"
