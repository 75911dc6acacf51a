"""What a rehearsal with the practice bank offers to try out."""

from __future__ import annotations

from dataclasses import dataclass

from certclient.model.secret import Secret

RENEWING = "TKYM1408054"
"""The customer whose certificate ends in DAYS_LEFT days."""
DAYS_LEFT = 20
OBTAINING = "TKYM1408055"
"""The customer who has no certificate yet, but an issue code."""


@dataclass(frozen=True, slots=True)
class PracticeCode:
    """What a real bank's letter holds: a user ID and its issue code."""

    user_id: str
    code: Secret
