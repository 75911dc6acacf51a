"""Names of the current user's system stores that this program uses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreNames:
    """System store names; the defaults are Windows' own. `certmgr.msc` shows these as 個人,
    中間証明機関 and 信頼されたルート証明機関."""

    personal: str = "MY"
    intermediates: str = "CA"
    roots: str = "Root"
