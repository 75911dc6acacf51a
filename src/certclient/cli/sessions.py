"""The sessions of a command at all its banks, with one dialogue."""

from __future__ import annotations

from collections.abc import Sequence

from certclient.cli.enrollment import EnrollmentSession
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.enrollment.inventory import Inventory, InventoryEntry
from certclient.enrollment.procedure import ProcedureView
from certclient.enrollment.put_away import PutAway
from certclient.enrollment.several_banks import combined, exclusive


class EnrollmentSessions:
    """One session for each usable bank, or for the bank chosen.

    `inventory`: the certificates of all of them, each at one bank. The constructor raises as
    `Invocation.at_banks` and as `Services.procedures`.
    """

    def __init__(self, invocation: Invocation, answers: PresetAnswers, max_wait: float) -> None:
        """`max_wait`: seconds to wait for a CA."""
        runs = invocation.at_banks()
        self.interaction = TerminalInteraction(runs[0], answers)
        self.each: Sequence[EnrollmentSession] = [
            EnrollmentSession(one, answers, max_wait, self.interaction) for one in runs
        ]
        self.inventory = self._inventory()

    def _inventory(self) -> Inventory:
        inventories = exclusive([session.inventory for session in self.each])
        for session, inventory in zip(self.each, inventories, strict=True):
            session.inventory = inventory
        stores = {
            store.store_id: store for session in self.each for store in session.inventory.stores
        }
        return combined(inventories, list(stores.values()), inventories[0].statuses)

    def of(self, entry: InventoryEntry) -> EnrollmentSession:
        """The session of a certificate's bank; questions are about that bank from now on."""
        return self._serving(next(one for one in self.each if one.profile.id == entry.bank))

    def of_view(self, view: ProcedureView) -> EnrollmentSession:
        """The session of a procedure that `pending` returned; likewise."""
        return self._serving(next(one for one in self.each if one.profile.id == view.profile_id))

    def pending(self) -> Sequence[ProcedureView]:
        """The open procedures at all these banks."""
        return [view for session in self.each for view in session.procedures.pending()]

    def put_away_left(self) -> PutAway:
        """Tries again to put away old certificates that earlier runs could not; asks for PINs."""
        tried = [
            session.procedures.put_away_left(self.interaction.pin)
            for session in self.each
            if session.profile.id in session.inventory.statuses.to_put_away
        ]
        return PutAway(
            tuple(one for each in tried for one in each.certificates),
            tuple(error for each in tried for error in each.errors),
        )

    def _serving(self, session: EnrollmentSession) -> EnrollmentSession:
        self.interaction.serve(session.invocation)
        return session
