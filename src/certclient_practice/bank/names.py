"""What the practice bank is called, and by which name its profile goes."""

from __future__ import annotations

from certclient.model.profile import Words

BANK_NAME = Words(ja="練習銀行（リハーサル）", en="Practice Bank (rehearsal)")
PROFILE_ID = "practice"
"""Names the bank in deep links, too."""
