"""The issued certificate as text, for screen, paper, clipboard and calendar. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from certclient.model.lifecycle import lifecycle_of
from certclient.model.visible_text import visible
from certclient.ui.enrollment.ics import Appointment, calendar_file, morning_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from certclient.enrollment.procedure import Finished
    from certclient.i18n.catalogue import Catalogue
    from certclient.model.destination import Destination
    from certclient.model.profile import Profile

_LAST_WARNING = timedelta(days=3)
"""How long before the deadline its alarm goes off, but not before renewal begins."""


@dataclass(frozen=True, slots=True)
class IssuanceSummary:
    """The texts about one finished procedure."""

    finished: Finished
    bank: str
    user_id: str
    catalogue: Catalogue

    @property
    def destination(self) -> Destination:
        """Where the new certificate is stored."""
        return self.finished.store.destination

    def lines(self, names: Mapping[str, str]) -> list[tuple[str, str]]:
        """Returns name and value pairs as in seed S1(2), the DN line by line. `names` maps "bank",
        "user", "issuer", "serial" and "until" to their labels."""
        certificate = self.finished.certificate
        return [
            (names["bank"], self.bank),
            (names["user"], self.user_id),
            (names["issuer"], certificate.issuer_common_name),
            *certificate.dn_lines,
            (names["serial"], certificate.serial_hex),
            (names["until"], self.catalogue.minute(certificate.not_after)),
        ]

    def html(self, title: str, names: Mapping[str, str], notes: Sequence[str]) -> str:
        """Returns HTML for printing, with all texts escaped."""
        rows = "".join(
            f"<tr><td>{escape(name)}&nbsp;</td><td>{escape(visible(value))}</td></tr>"
            for name, value in self.lines(names)
        )
        minded = "".join(f"<p>{escape(note)}</p>" for note in notes)
        return f"<h2>{escape(title)}</h2><table cellpadding='4'>{rows}</table>{minded}"


def next_year(
    issuance: IssuanceSummary, profile: Profile, now: datetime, summaries: tuple[str, str]
) -> bytes:
    """Returns a calendar file with the first day of renewal and the deadline; `summaries` are their
    titles."""
    certificate = issuance.finished.certificate
    life = lifecycle_of(certificate, now, profile.renewal)
    begin, end = summaries
    about = f"{issuance.bank}\n{issuance.user_id}\n{issuance.catalogue.until(life)}"
    uid = certificate.fingerprint[:32]
    opening = max(life.opens, morning_of(life.renew_from))
    early = min(_LAST_WARNING, life.deadline - life.opens)
    return calendar_file(
        (
            Appointment(f"{uid}-renew@certclient", opening, begin, about),
            Appointment(f"{uid}-end@certclient", life.deadline, end, about, early),
        ),
        now,
    )
