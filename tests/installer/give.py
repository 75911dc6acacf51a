"""Gives this Windows a certificate of last year: `give.py OFFICE USER_ID DAYS`, for its Python.

Prints its serial number in hexadecimal.
"""

from __future__ import annotations

import sys

from certclient.model.keys import KeySpec
from certclient.store.base import no_pin
from certclient.store.windows.store import WindowsStore
from support.bank_office import BankOffice


def main() -> None:
    port, user_id, days = sys.argv[1:]
    office = BankOffice(port)
    with WindowsStore().open(no_pin) as session:
        key = session.create_key(KeySpec(), f"certclient {user_id}")
        certificate = office.issue_certificate(user_id, session.signer(key).spki, int(days))
        session.install(key, certificate, "last year")
    print(certificate.serial_hex)


if __name__ == "__main__":
    main()
