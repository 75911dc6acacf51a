"""One start of the windows, for `gui_stall`: `python -m benchmarks.gui_stall_start PROFILE NUMBER`.

A process of its own that has loaded no more than the program has. Prints the longest stall of the
GUI thread until two seconds after the list has been checked, and the most processor time that it
used at a stretch (ms). NUMBER: how many certificates to show in place of those in the stores; 0 for
the stores.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from benchmarks.stall_meter import StallMeter
from certclient.bootstrap import window_services
from certclient.model.start import Start
from certclient.store.base import Available, PinProvider, StoredCertificate, StoreSession
from certclient.ui.shell import opening
from certclient.ui.shell.services import WindowServices
from certclient.ui.shell.single_instance import StartRequest
from certclient.ui.tasks.garbage_collector import GuiGarbageCollector

if TYPE_CHECKING:
    from certclient.model.destination import Destination

_AFTERWARDS_MILLISECONDS = 2000
_MAX_SECONDS = 120.0


@dataclass(frozen=True)
class ManyCertificates:
    """A store whose certificates are read anew each time, as a real one's are."""

    encoded: Sequence[bytes]
    store_id: str = "benchmark:"
    label: str = "benchmark"

    @property
    def destination(self) -> Destination:
        """See CertificateStore."""
        from certclient.model.destination import Destination  # noqa: PLC0415 - not before the window

        return Destination.PC

    def availability(self) -> Available:
        """See CertificateStore."""
        return Available(needs_pin=False)

    def certificates(self) -> Sequence[StoredCertificate]:
        """See CertificateStore."""
        from certclient.model.certificate import Certificate  # noqa: PLC0415 - as above
        from certclient.model.keys import KeyRef  # noqa: PLC0415 - as above

        return [
            StoredCertificate(
                Certificate.read(der),
                self.store_id,
                "",
                KeyRef(self.store_id, b"%d" % number),
                False,
            )
            for number, der in enumerate(self.encoded)
        ]

    def unused_keys(self) -> Sequence[str]:
        """See CertificateStore."""
        return ()

    def open(self, pin: PinProvider) -> AbstractContextManager[StoreSession]:
        """Nothing is done with them."""
        raise NotImplementedError

    def change_stamp(self) -> Hashable:
        """See ChangeStamped."""
        return 0


def issue(number: int, profile: str) -> Sequence[bytes]:
    """DER of `number` certificates by the bank's names; nobody verifies their signature."""
    from pathlib import Path  # noqa: PLC0415 - all of these only here

    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    from certclient.configuration.profiles import load_profile  # noqa: PLC0415

    def name(common_name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])

    (issuer, *_others) = sorted(load_profile(Path(profile)).subject_rule.issuers)
    authority = ec.generate_private_key(ec.SECP256R1())
    key = rsa.generate_private_key(65537, 2048).public_key()
    now = datetime.now(UTC)
    return [
        x509.CertificateBuilder()
        .subject_name(name(f"BENCH{count:04} 1403"))
        .issuer_name(name(issuer))
        .public_key(key)
        .serial_number(count + 1)
        .not_valid_before(now - timedelta(days=300))
        .not_valid_after(now + timedelta(days=5 + count % 90))
        .sign(authority, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
        for count in range(number)
    ]


def services(encoded: Sequence[bytes]) -> WindowServices:
    """Those of the program, with these certificates in place of its stores' if there are any."""
    usual = window_services()
    if not encoded:
        return usual
    return replace(usual, all_stores=lambda _profiles: [ManyCertificates(encoded)])


def main(profile: str, number: int) -> None:
    """Measures one start and prints the two numbers."""
    encoded = issue(number, profile) if number else ()
    sys.setswitchinterval(opening.SWITCH_SECONDS)
    application = opening.make_application()
    garbage = GuiGarbageCollector(application)
    garbage.start()
    meter = StallMeter()
    start = Start(profile_name=profile, language="ja")
    started = opening.Opening(
        start, partial(services, encoded), StartRequest(), garbage, application
    )
    end = time.monotonic() + _MAX_SECONDS

    def look() -> None:
        program = started.program
        if time.monotonic() > end or started.error is not None:
            application.exit(1)
        elif program is not None and program.shell.scanner.complete:
            timer.stop()
            QTimer.singleShot(_AFTERWARDS_MILLISECONDS, application.quit)

    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    code = application.exec()
    stalls = meter.take()
    started.close()
    if code == 0:
        print(*(f"{one:.1f}" for one in stalls))
    sys.exit(code)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
