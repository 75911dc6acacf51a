"""Runs the practice bank on Linux, for tests that run on Windows; started by `tools.wine`.

Prints the port of an XML-RPC service by which tests act as bank staff, and ends when stdin does.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xmlrpc.client import Binary
from xmlrpc.server import SimpleXMLRPCServer

from certclient_practice.repositories.records import BankTransactionState
from support.bank import RunningBank, running_bank


def service_functions(bank: RunningBank) -> list[Callable[..., Any]]:
    """The functions of the service, with arguments and results that XML-RPC can transport."""

    def profile() -> str:
        return bank.profile_path.read_text(encoding="utf-8")

    def add_customer(user_id: str, suffix: str, pin: str, one_time_password: str) -> None:
        bank.add_customer(
            user_id, suffix, pin=pin or None, one_time_password=one_time_password or None
        )

    def issue_code(user_id: str) -> str:
        return bank.issue_code(user_id).reveal()

    def issue_certificate(user_id: str, spki: Binary, expires_in_days: int) -> bytes:
        return bank.issue_certificate(user_id, spki.data, expires_in_days).der

    def intermediate() -> bytes:
        return bank.intermediate.der

    def revoke(serial_hex: str) -> None:
        bank.revoke(serial_hex)

    def state_of(serial_hex: str) -> str:
        state = bank.state_of(serial_hex)
        return state.value if state is not None else ""

    def set_wait_polls(polls: int) -> None:
        bank.set_policy(wait_polls=polls)

    return [
        profile,
        add_customer,
        issue_code,
        issue_certificate,
        intermediate,
        revoke,
        state_of,
        set_wait_polls,
        *_books(bank),
    ]


def _books(bank: RunningBank) -> list[Callable[..., Any]]:
    def states(user_id: str) -> dict[str, str]:
        with bank.bank.repositories() as repositories:
            records = repositories.register.of_customer(user_id)
        return {one.certificate.serial_hex: one.state.value for one in records}

    def open_transactions(user_id: str) -> int:
        with bank.bank.repositories() as repositories:
            (number,) = repositories.connection.execute(
                "SELECT count(*) FROM transactions WHERE user_id = ? AND state NOT IN (?, ?)",
                (user_id, BankTransactionState.DONE.value, BankTransactionState.REJECTED.value),
            ).fetchone()
        return int(number)

    return [states, open_transactions]


def main() -> None:
    """Serves until standard input ends."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_bank(Path(folder) / "bank") as bank,
        SimpleXMLRPCServer(
            ("127.0.0.1", 0), allow_none=True, use_builtin_types=False, logRequests=False
        ) as service,
    ):
        for task in service_functions(bank):
            service.register_function(task)
        threading.Thread(target=service.serve_forever, daemon=True).start()
        print(service.server_address[1], flush=True)
        sys.stdin.read()
        service.shutdown()


if __name__ == "__main__":
    main()
