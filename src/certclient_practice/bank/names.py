"""The practice bank's display name and profile ID."""

from __future__ import annotations

from certclient.model.profile import LocalizedText

BANK_NAME = LocalizedText(ja="練習銀行（リハーサル）", en="Practice Bank (rehearsal)")
PROFILE_ID = "practice"
"""Also identifies the bank in deep links."""
