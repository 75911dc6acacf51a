"""One practice bank in the roles of several: each profile takes the user IDs that end in its digit.

context = replace(context, profiles=several_banks(ui.profile))
"""

from __future__ import annotations

import re
from dataclasses import replace

from certclient.model.profile import Appearance, LocalizedText, Profile

_BANKS = (
    ("practice", "練習銀行（リハーサル）", "Practice bank (rehearsal)", ""),
    ("second", "れい信用金庫", "Rei Shinkin Bank", "#0b4f96"),
    ("third", "みほん信用組合", "Mihon Credit Co-operative", "#ffd400"),
)


def several_banks(profile: Profile) -> tuple[Profile, ...]:
    """The first takes user IDs that end in 4, the second in 5, the third in 6."""
    rules = [
        replace(
            profile.subject_rule,
            pattern=re.compile(rf"(?P<user_id>[A-Z0-9]+{digit})(?: (?P<suffix>[0-9]{{4}}))?"),
        )
        for digit in (4, 5, 6)
    ]
    return tuple(
        replace(
            profile,
            id=name,
            bank=LocalizedText(ja=ja, en=en),
            subject_rule=rule,
            appearance=Appearance(colour) if colour else profile.appearance,
        )
        for rule, (name, ja, en, colour) in zip(rules, _BANKS, strict=True)
    )
