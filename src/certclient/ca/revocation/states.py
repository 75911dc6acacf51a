"""What a bank says about one certificate, however it was asked."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class RevocationState(enum.Enum):
    """What the bank says about a certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    """The bank gave no answer that counts."""


@dataclass(frozen=True, slots=True)
class RevocationAnswer:
    """A verified answer. `since` (aware) and `reason` (RFC 5280, 5.3.1, as in ASN.1; "" for none)
    are those of a revocation; `source`: "ocsp" or "crl", "" for none."""

    state: RevocationState
    since: datetime | None = None
    reason: str = ""
    source: str = ""
