"""Asks for the PINs of 「すべて更新」 in a worker, before anything is made or sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.enrollment.batch_pins import BatchPins, PinNeeded, is_declined, pins_needed
from certclient.enrollment.interaction import Interaction, NonInteractive
from certclient.model.errors import CertclientError
from certclient.ui.tasks.enrollment_worker import WorkerResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from certclient.enrollment.observed_run import RunTarget
    from certclient.enrollment.observed_state import ObservedState
    from certclient.model.secret import Secret
    from certclient.store.base import CertificateStore, PinRequest
    from certclient.ui.enrollment.batch.items import BatchItem


@dataclass(frozen=True, slots=True)
class PinQuestions:
    """The questions for the rows `items` (by number), of which `targets` says what they are about.

    `pins` holds the answers afterwards.
    """

    pins: BatchPins
    items: Mapping[int, BatchItem]
    targets: Mapping[int, RunTarget]

    def ask_all(self, state: ObservedState, interaction: Interaction) -> dict[int, WorkerResult]:
        """Asks once per token or database and logs in with each answer at once.

        Returns the ends of the rows that are over with that: skipped, or failed because their store
        cannot be used. Failures become results of `state`, like those of a run. Stops between two
        questions when `interaction` says so.
        """
        places: list[tuple[CertificateStore, str]] = [
            (item.store, item.row.entry.full_id) for item in self.items.values()
        ]

        def pin(request: PinRequest) -> Secret | None:
            return None if interaction.stop_requested() else interaction.pin(request)

        ends: dict[int, WorkerResult] = {}
        for needed in pins_needed(places):
            if interaction.stop_requested():
                break
            try:
                self.pins.ask(needed, pin)
            except CertclientError as error:
                ends |= self._ends(state, needed, error)
        return ends

    def _ends(
        self, state: ObservedState, needed: PinNeeded, error: CertclientError
    ) -> dict[int, WorkerResult]:
        ends = {}
        for number, item in self.items.items():
            if item.store.store_id != needed.store.store_id:
                continue
            if is_declined(error):
                ends[number] = WorkerResult(None, error, own_choice=True)
            else:
                run = state.begin(self.targets[number], NonInteractive())
                ends[number] = WorkerResult(None, error, result=state.end(run, None, error))
        return ends
