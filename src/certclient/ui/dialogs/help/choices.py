"""The lines that a browser would offer on this computer, and which of them is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.enrollment.overview import Condition
from certclient.model.visible_text import visible
from certclient.store.names import title_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.overview import Overview, Row
    from certclient.i18n.catalogue import Catalogue

_MOST_WRONG = 2
"""Wrong lines that a picture shows: more would hide the right one."""
_OFFERED = (Condition.REPLACED, Condition.NOT_ACCEPTED)
"""Certificates that a browser offers and that are not the right ones."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a browser's window. `since`, `until`: in words; `place`: the browser or token
    that has it, "" if there is but one; `right`: it is the one to choose. Hidden characters are
    visible."""

    name: str
    issuer: str
    since: str
    until: str
    serial: str
    place: str
    right: bool


def choices(overview: Overview, catalogue: Catalogue) -> Sequence[Choice]:
    """The right ones first; then a few that are still offered. Empty without a right one."""
    right = [_choice(row, catalogue, right=True) for row in overview.rows if _is_right(row)]
    if not right:
        return ()
    wrong = [_choice(row, catalogue, right=False) for row in overview.rows if _is_offered(row)]
    return (*right, *wrong[:_MOST_WRONG])


def _is_right(row: Row) -> bool:
    return row.condition.counts and row.entry.life.days_left >= 0 and not row.absent


def _is_offered(row: Row) -> bool:
    return row.condition in _OFFERED and not row.absent


def _choice(row: Row, catalogue: Catalogue, *, right: bool) -> Choice:
    certificate = row.entry.certificate
    return Choice(
        name=visible(certificate.common_name),
        issuer=visible(certificate.issuer_common_name),
        since=catalogue.minute(certificate.not_before),
        until=catalogue.minute(certificate.not_after),
        serial=certificate.serial_hex.upper(),
        place=visible(title_of(row.entry.store)),
        right=right,
    )
