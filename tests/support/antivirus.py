"""A program that locks a customer's file, as antivirus programs do, and thereby blocks a setup."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.setups import PLACE, SetupUser

_SCANNER = r"Z:\keep\scanner\certclient.exe"


@dataclass(frozen=True)
class Antivirus:
    """An antivirus program on the computer of `customer`."""

    customer: SetupUser

    @classmethod
    def installed(cls, customer: SetupUser, payload: Path) -> Antivirus:
        """Installs the scanner: the stand-in program in `payload`."""
        shutil.copytree(payload, customer.windows.shared / "scanner")
        return cls(customer)

    @contextmanager
    def holds(self, name: str) -> Iterator[None]:
        """Meanwhile this file of the program can be read, but not replaced or deleted."""
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
