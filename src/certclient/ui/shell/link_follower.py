"""Follows a link of a bank's page to the window that asks for consent; it never acts by itself.

Any page can hold such a link, and open it as often as it likes: each leads to at most one window
and one message, and takes nothing away from what the user has begun.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from certclient.enrollment.interaction import NonInteractive
from certclient.enrollment.overview import Condition, Overview, Row
from certclient.enrollment.unattended import store_blocker
from certclient.model.deep_link import DeepLink, Verb
from certclient.model.secret import Secret
from certclient.model.visible_text import visible
from certclient.ui.tasks.runner import STORE_SCAN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.store.base import CertificateStore
    from certclient.ui.context import AppContext
    from certclient.ui.overview.main_window import MainWindow
    from certclient.ui.shell.wizard_manager import WizardManager


class LinkFollower(QObject):
    """Opens what a link is about."""

    resume_requested = Signal(object)
    """The ProcedureStatus of a procedure that has begun already."""
    bank_asked = Signal()
    """The bank has answered about a certificate: what is known of it may have changed."""

    def __init__(
        self, context: AppContext, window: MainWindow, wizards: WizardManager, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._window = window
        self._wizards = wizards
        self._asking: set[tuple[str, str]] = set()
        """Store and fingerprint of the certificates about which the bank is being asked."""
        wizards.ticket_too_late.connect(self._show_too_late)
        wizards.other_link_open.connect(self._show_other)

    def follow(self, link: DeepLink, overview: Overview) -> None:
        """Opens the window that asks for consent, or says why there is none."""
        if link.profile_id and self._context.profile(link.profile_id) is None:
            self._window.show_message(
                self.tr("The link is for a bank that is not set up on this computer.")
            )
            return
        row = _meant(link, overview)
        if row is not None:
            self._window.select(row)
            self._confirm_mismatch(row, overview)
        if link.verb is Verb.OBTAIN:
            self._wizards.obtain_for(
                link.user_id, profile_id=link.profile_id, ticket=self._ticket(link)
            )
        elif link.verb is Verb.RENEW:
            self._renew(link, row)

    def _ticket(self, link: DeepLink) -> Secret | None:
        """The link's ticket. It is for one bank: with several, a link that names none has none."""
        is_clear = bool(link.profile_id) or len(self._context.profiles) == 1
        return Secret(link.ticket) if link.ticket and is_clear else None

    def _renew(self, link: DeepLink, row: Row | None) -> None:
        if row is None:
            self._window.show_message(
                self.tr(
                    "The certificate that the link is about is not on this computer. If it is on a"
                    " USB token, plug it in and choose it in the list."
                )
            )
        elif row.absent:
            self._window.show_message(
                self.tr("Plug in the USB token “{0}” first.").format(visible(row.entry.store.label))
            )
        elif row.procedure is not None:
            self.resume_requested.emit(row.procedure)
        elif row.condition is Condition.VALID:
            day = self._context.catalogue.first(row.entry.life)
            self._window.show_message(
                self.tr("{user}: it can be renewed from {day}.").format(
                    user=visible(row.entry.full_id), day=day
                )
            )
        else:
            self._wizards.renew_by_link(row, self._ticket(link))

    def _confirm_mismatch(self, meant: Row, overview: Overview) -> None:
        """Checks with the CA when a link names a certificate other than the one that counts here.

        Anyone can publish such a link, so it proves nothing. The check runs in the background, only
        if it needs no user interaction, and one at a time for a certificate.
        """
        owner = (meant.profile.id, meant.entry.owner)
        for row in overview.rows:
            same_owner = (row.profile.id, row.entry.owner) == owner
            if row is not meant and same_owner and row.condition.counts:
                self._ask(row, overview.stores)

    def _ask(self, row: Row, stores: Sequence[CertificateStore]) -> None:
        asked = (row.entry.store.store_id, row.entry.certificate.fingerprint)
        if asked in self._asking:
            return
        self._asking.add(asked)

        def ended(*, learned: bool) -> None:
            self._asking.discard(asked)
            if learned:
                self.bank_asked.emit()

        self._context.tasks.run(
            partial(_ask_bank, self._context, row, stores),
            stores=(STORE_SCAN, *(store.store_id for store in stores)),
            done=lambda _nothing: ended(learned=True),
            failed=lambda _error: ended(learned=False),
        )

    def _show_too_late(self) -> None:
        self._window.show_message(
            self.tr(
                "The procedure that the link is about has begun already. Please go on in its"
                " window."
            )
        )

    def _show_other(self) -> None:
        self._window.show_message(
            self.tr(
                "A window that another link has opened is still open. Finish it or close it first,"
                " then follow the link once more."
            )
        )


def _ask_bank(context: AppContext, row: Row, stores: Sequence[CertificateStore]) -> None:
    """Runs in a worker. Does nothing if using the key needs user interaction."""
    if store_blocker(row.profile, row.entry) is None:
        context.enrollment(row.profile, stores).check_with_bank(row.entry.stored, NonInteractive())


def _meant(link: DeepLink, overview: Overview) -> Row | None:
    """Returns the certificate that the link names, or else the one that counts for its user ID. For
    a link without a user ID, returns the most urgent one due."""
    rows = [
        row
        for row in overview.rows
        if link.profile_id in ("", row.profile.id)
        and row.entry.counts_for_owner
        and (not row.folded or row.condition is Condition.REPLACED)
    ]
    if link.user_id:
        own = [row for row in rows if row.entry.owner.user_id == link.user_id]
        own.sort(key=lambda row: not row.condition.counts)
        named = (row for row in own if row.entry.certificate.serial_hex == link.serial)
        return next(named, None) or next(iter(own), None)
    return next((row for row in rows if row.due), None)
