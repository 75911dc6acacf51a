"""Replaces what identifies a customer: user IDs, serial numbers, the name of the home folder."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from certclient.enrollment.diagnosis.values import Fact, Part

HIDDEN = "***"
"""In place of a personal value that is no user ID."""


@dataclass(frozen=True, slots=True)
class Masking:
    """`ids`: the customers' user IDs; each becomes "ID-1", "ID-2" …, the same one everywhere, so
    that a help desk can follow one customer. `home`: the user's folder, which becomes "~"."""

    ids: Sequence[str]
    home: str = ""

    def masked(self, parts: Iterable[Part], *, with_ids: bool) -> tuple[Part, ...]:
        """The parts; `with_ids` keeps user IDs and what is marked as personal."""
        return tuple(
            replace(
                part,
                title=self._text(part.title, with_ids=with_ids),
                facts=tuple(self._fact(fact, with_ids=with_ids) for fact in part.facts),
            )
            for part in parts
        )

    def _fact(self, fact: Fact, *, with_ids: bool) -> Fact:
        text = self._text(fact.value, with_ids=with_ids)
        if fact.personal and not with_ids and text == fact.value and text:
            text = HIDDEN
        return replace(fact, value=text)

    def _text(self, text: str, *, with_ids: bool) -> str:
        if self.home:
            text = re.sub(re.escape(self.home), "~", text, flags=re.IGNORECASE)
        if with_ids:
            return text
        numbered = {one: f"ID-{number}" for number, one in enumerate(self.ids, 1)}
        # The longest first: one ID may begin with another.
        for one in sorted(numbered, key=len, reverse=True):
            text = re.sub(re.escape(one), numbered[one], text, flags=re.IGNORECASE)
        return text
