"""Installs certificates that expire in DAYS days, for renewals. Runs on the Windows Python:

`add_certificate.py OFFICE DAYS USER_ID…`; OFFICE: port of the practice bank's service for tests.
"""

from __future__ import annotations

import sys

from certclient.model.keys import KeySpec
from certclient.store.base import no_pin
from certclient.store.windows.store import WindowsStore
from support.bank_service import BankService


def main() -> None:
    port, days, *user_ids = sys.argv[1:]
    service = BankService(port)
    with WindowsStore().open(no_pin) as session:
        for user_id in user_ids:
            key = session.create_key(KeySpec(), f"certclient {user_id}")
            spki = session.signer(key).spki
            certificate = service.issue_certificate(user_id, spki, int(days))
            session.install(key, certificate, "last year")


if __name__ == "__main__":
    main()
