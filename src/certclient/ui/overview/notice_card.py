"""The card of the small notice: 「電子証明書の更新をお願いします」, now or later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from certclient.enrollment.overview import Condition, Row
from certclient.enrollment.reminder import LAST_DAY_PAUSE, next_reminder
from certclient.enrollment.revocations import is_revocation
from certclient.model.japan_time import clock_time, day_in_tokyo
from certclient.ui.overview.conditions import CONDITION_STYLES
from certclient.ui.widgets.buttons import PrimaryButton, SecondaryButton
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.labels import Heading, Sentence
from certclient.ui.widgets.pictures import Picture
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from certclient.ui.context import AppContext

_PICTURE = 40

_NOTICE_CONDITIONS = (
    Condition.URGENT,
    Condition.RENEWABLE,
    Condition.OBTAINABLE,
    Condition.TOO_LATE,
    Condition.NOT_ACCEPTED,
)


class NoticeCard(Card):
    """Shows the most urgent certificate and the number of others."""

    renew_requested = Signal(object)
    """The Row to renew."""
    obtain_requested = Signal(object)
    """The Row of the expired certificate."""
    postponed = Signal(object)
    """The Rows that the user postponed."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._context = context
        self._shape = Picture("", _PICTURE)
        self._title, self._text = Heading(), Sentence()
        self.act_button, self.later_button = PrimaryButton(), SecondaryButton()
        self._lay_out()
        self.act_button.clicked.connect(self._act)
        self.later_button.clicked.connect(self._postpone)
        self.hide()

    def show_overview(self) -> None:
        """Shows the most urgent certificate that is not postponed; hides if there is none."""
        self._retranslate()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The certificates that the notice is about, the most urgent first."""
        overview = self._context.state.overview
        concerned = [
            row
            for row in overview.rows
            if _is_concerned(row) and row.name not in overview.postponed
        ]
        concerned.sort(key=lambda row: _NOTICE_CONDITIONS.index(row.condition))
        return tuple(concerned)

    @property
    def row(self) -> Row | None:
        """The Row on the card, or None."""
        return next(iter(self.rows), None)

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _lay_out(self) -> None:
        row, buttons = QHBoxLayout(), FlowLayout()
        row.setSpacing(Space.M)
        row.addWidget(self._shape, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._title, 1, Qt.AlignmentFlag.AlignVCenter)
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.act_button)
        buttons.addWidget(self.later_button)
        self.body.addLayout(row)
        self.body.addWidget(self._text)
        self.body.addSpacing(Space.S)
        self.body.addLayout(buttons)

    def _retranslate(self) -> None:
        rows = self.rows
        self.setVisible(bool(rows))
        if not rows:
            return
        row = rows[0]
        sign = CONDITION_STYLES[row.condition]
        self._shape.show_picture(sign.icon)
        self._shape.set_colour(sign.severity)
        self._title.setText(self._title_of(row))
        self._text.setText(self._text_of(row, others=len(rows) - 1))
        due = row.condition.due
        self.act_button.setText(
            self.tr("Renew &now") if due else self.tr("Obtain a &new certificate")
        )
        self.act_button.setVisible(row.condition is not Condition.TOO_LATE)
        self.later_button.setText(self.tr("Renew &later") if due else self.tr("&Later"))
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(self._text.text())

    def _title_of(self, row: Row) -> str:
        if row.condition.due:
            return self.tr("Please renew your certificate")
        if row.needs_another and is_revocation(row.entry.rejection):
            return self.tr("The bank has revoked your certificate")
        if row.needs_another:
            return self.tr("The bank does not accept your certificate")
        if row.entry.life.closed:
            return self.tr("Renewal closed at {0}").format(clock_time(row.entry.life.deadline))
        return self.tr("Your certificate has expired")

    def _text_of(self, row: Row, *, others: int) -> str:
        entry, catalogue = row.entry, self._context.catalogue
        names = {
            "bank": self._context.bank(row.profile),
            "user": entry.full_id,
            "until": catalogue.until(entry.life),
        }
        if row.condition.due:
            text = self.tr("{bank}, {user}: valid until {until}.").format(**names)
            text += self._days(entry.life.days_left) + "\n" + self._return(row)
        elif row.needs_another and is_revocation(row.entry.rejection):
            names["contact"] = self._context.contact(row.profile, entry.owner)
            text = self.tr(
                "{bank}, {user}: you can neither log in with it nor renew it. Please obtain a new"
                " certificate with an issue code from your bank. If you do not know why it was"
                " revoked, please ask {contact}."
            ).format(**names)
        elif row.needs_another:
            text = self.tr(
                "{bank}, {user}: please obtain a new certificate with an issue code. If you have no"
                " issue code that works, please ask your bank for one."
            ).format(**names)
        elif row.condition is Condition.OBTAINABLE:
            names["day"] = catalogue.day(entry.life.obtain_until)
            text = self._obtainable(row).format(**names)
        else:
            names["contact"] = self._context.contact(row.profile, entry.owner)
            text = self.tr(
                "{bank}, {user}: it ended on {until}. It can only be reissued. Please ask"
                " {contact}."
            ).format(**names)
        return text + ("\n" + self.tr("and %n more", "", others) if others else "")

    def _obtainable(self, row: Row) -> str:
        if row.entry.life.closed:
            return self.tr(
                "{bank}, {user}: valid until {until}. You can still log in with it, but not renew"
                " it. Until {day} you can obtain a new one with an issue code from your bank."
            )
        return self.tr(
            "{bank}, {user}: it ended on {until}. Until {day} you can obtain a new one with an"
            " issue code."
        )

    def _days(self, days: int) -> str:
        return " " + (
            self.tr("%n day(s) are left.", "", days) if days else self.tr("Today is the last day.")
        )

    def _return(self, row: Row) -> str:
        """When the notice comes back after 後で更新する."""
        now = self._context.clock()
        day = next_reminder(row.entry.life.days_left, row.profile.reminder_days, now)
        if day == day_in_tokyo(now) and now + LAST_DAY_PAUSE > row.entry.life.deadline:
            return self.tr("You are not reminded again: it cannot be renewed any more then.")
        if day == day_in_tokyo(now):
            return self.tr("If you choose “Renew later”, you are reminded again in two hours.")
        return self.tr("If you choose “Renew later”, you are reminded again on {0}.").format(
            self._context.catalogue.day(day)
        )

    def _act(self) -> None:
        row = self.row
        if row is None:
            return
        if row.condition.due:
            self.renew_requested.emit(row)
        else:
            self.obtain_requested.emit(row)

    def _postpone(self) -> None:
        rows = self.rows
        self._context.state.state.postpone(rows)
        self.hide()
        self.postponed.emit(rows)


def _is_concerned(row: Row) -> bool:
    """Whether the card is about this certificate: a refused one only if there is no other.

    A certificate with an open procedure has its line in `PendingPanel` instead.
    """
    if row.procedure is not None or row.absent:
        return False
    refused = row.condition is Condition.NOT_ACCEPTED
    return row.condition in _NOTICE_CONDITIONS and (row.needs_another or not refused)
