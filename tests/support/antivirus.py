"""A program that holds a file of the customer's, as antivirus programs do, and so halts a setup."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.setups import PLACE, Customer

_SCANNER = r"Z:\keep\scanner\certclient.exe"


@dataclass(frozen=True)
class Antivirus:
    """On the computer of `customer`; `payload` is a stand-in's, which is the scanner."""

    customer: Customer

    @classmethod
    def installed(cls, customer: Customer, payload: Path) -> Antivirus:
        shutil.copytree(payload, customer.windows.shared / "scanner")
        return cls(customer)

    @contextmanager
    def holds(self, name: str) -> Iterator[None]:
        """Nobody can replace or delete this file of the program meanwhile; it can be read."""
        shared = self.customer.windows.shared
        (shared / "grip").touch()
        scanner = self.customer.windows.start("wine", _SCANNER, "grip", rf"{PLACE}\{name}")
        self.customer.wait_until((shared / "gripping").exists)
        try:
            yield
        finally:
            (shared / "grip").unlink()
            (shared / "gripping").unlink()
            scanner.wait(300)
