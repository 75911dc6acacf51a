"""What was requested, and the error that refuses what was issued instead."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode


class Requested(Protocol):
    """What was requested. `spki`: DER; `old`: the certificate that the new one replaces, if known;
    `renewed`: the same on renewal (更新), None for 取得. `ends_after`: the new one has to be valid
    for longer than until this moment (aware), None if it need not.
    """

    @property
    def user_id(self) -> str: ...

    @property
    def spki(self) -> bytes: ...

    @property
    def old(self) -> Certificate | None: ...

    @property
    def renewed(self) -> Certificate | None: ...

    @property
    def ends_after(self) -> datetime | None: ...


def refused(code: ErrorCode, certificate: Certificate, **data: str) -> CertclientError:
    """The error for `certificate`; `data` says what is wrong with it."""
    named = {"serial": certificate.serial_hex, "subject": certificate.common_name}
    return CertclientError(code, **named, **data)
