"""Which of the current user's system stores are used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreNames:
    """Windows' own names by default; `certmgr.msc` shows them as 個人, 中間証明機関 and
    信頼されたルート証明機関."""

    personal: str = "MY"
    intermediates: str = "CA"
    roots: str = "Root"
