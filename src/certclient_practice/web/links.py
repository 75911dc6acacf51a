"""The `certclient:` links that pages write. The bank has its own writer: the app's strict reader is
tested against it."""

from __future__ import annotations

from certclient.model.secret import Secret
from certclient_practice.bank.names import PROFILE_ID


def renew_link(user_id: str, serial_hex: str, ticket: Secret) -> str:
    """Opens the app at the certificate of `user_id` that logged in, to renew it."""
    names = f"profile={PROFILE_ID}&user={user_id}&serial={serial_hex}"
    return f"certclient:renew?{names}&ticket={ticket.reveal()}"


def obtain_link(user_id: str, code: Secret) -> str:
    """Opens the app to obtain a certificate for `user_id`; the ticket is the issue code."""
    return f"certclient:obtain?profile={PROFILE_ID}&user={user_id}&ticket={code.reveal()}"
