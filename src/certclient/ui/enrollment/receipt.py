"""What was issued, for the screen, paper, the clipboard and the calendar. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from certclient.enrollment.procedure import Finished
from certclient.i18n.catalogue import Catalogue
from certclient.model.destination import Destination
from certclient.model.lifecycle import lifecycle
from certclient.model.profile import Profile
from certclient.ui.enrollment.ics import Appointment, calendar_file, morning_of

_LAST_WARNING = timedelta(days=3)
"""How long before the deadline its alarm sounds."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One finished procedure in words."""

    finished: Finished
    bank: str
    user_id: str
    words: Catalogue

    @property
    def destination(self) -> Destination:
        return self.finished.store.destination

    def lines(self, names: Mapping[str, str]) -> list[tuple[str, str]]:
        """Name and value as in seed S1(2): DN line by line. `names` has the app's own labels."""
        certificate = self.finished.certificate
        return [
            (names["bank"], self.bank),
            (names["user"], self.user_id),
            (names["issuer"], certificate.issuer_common_name),
            *certificate.dn_lines,
            (names["serial"], certificate.serial_hex),
            (names["until"], self.words.minute(certificate.not_after)),
        ]

    def html(self, title: str, names: Mapping[str, str], notes: Sequence[str]) -> str:
        """For paper. Everything that comes from a certificate is escaped."""
        rows = "".join(
            f"<tr><td>{escape(name)}&nbsp;</td><td>{escape(value)}</td></tr>"
            for name, value in self.lines(names)
        )
        minded = "".join(f"<p>{escape(note)}</p>" for note in notes)
        return f"<h2>{escape(title)}</h2><table cellpadding='4'>{rows}</table>{minded}"


def next_year(
    receipt: Receipt, profile: Profile, now: datetime, summaries: tuple[str, str]
) -> bytes:
    """A calendar file: the first day of renewal and the deadline. `summaries`: their titles."""
    certificate = receipt.finished.certificate
    life = lifecycle(certificate.not_after, now, profile.renewal)
    begin, end = summaries
    about = f"{receipt.bank}\n{receipt.user_id}\n{receipt.words.minute(certificate.not_after)}"
    uid = certificate.fingerprint[:32]
    return calendar_file(
        (
            Appointment(f"{uid}-renew@certclient", morning_of(life.renew_from), begin, about),
            Appointment(f"{uid}-end@certclient", life.deadline, end, about, early=_LAST_WARNING),
        ),
        now,
    )
