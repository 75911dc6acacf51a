"""Makes the key of a batch's next renewal while the CA works on the present one.

The next renewal is an ordinary run that stops once its key is made: it is journalled like any
other, and its own turn takes it up like an interrupted one
(docs/adr/0046-key-of-the-next-renewal.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from certclient.ca.client import ChecksCredential
from certclient.enrollment.bank_status import BankStatus, read_statuses
from certclient.enrollment.interaction import ConsentRequest, Interaction, NonInteractive
from certclient.enrollment.journal import ProcedureState
from certclient.enrollment.lock import exclusive, locks_folder
from certclient.enrollment.run_context import RunContext
from certclient.enrollment.runner import ProcedureRunner
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import Protection
from certclient.model.progress import Phase, Progress, Step
from certclient.platform import log

if TYPE_CHECKING:
    from certclient.enrollment.journal import Journal, Record
    from certclient.enrollment.planner import ProcedurePlanner
    from certclient.store.base import CertificateStore, StoredCertificate


@dataclass(frozen=True, slots=True)
class NextRenewal:
    """The renewal that follows in a batch, at the same bank.

    `is_agreed`: whether its user has agreed to it already; called in another thread, so it must
    not ask.
    """

    current: StoredCertificate
    destination: CertificateStore
    is_agreed: Callable[[ConsentRequest], bool]


@dataclass(slots=True)
class ReportsAhead(NonInteractive):
    """The Interaction of a run that stops once its key is made. Keeps its reports for `replay`."""

    next: NextRenewal
    stopping: Callable[[], bool]
    _progress: list[Progress] = field(default_factory=list)
    _warnings: list[CertclientError] = field(default_factory=list)

    def consent(self, request: ConsentRequest) -> bool:
        """Whether the user has agreed before."""
        return self.next.is_agreed(request)

    def progress(self, report: Progress) -> None:
        """Keeps the report."""
        self._progress.append(report)

    def warning(self, error: CertclientError) -> None:
        """Keeps the warning."""
        self._warnings.append(error)

    def stop_requested(self) -> bool:
        """True once the key is made, and when the batch is stopped."""
        made = any(
            one.step is Step.CREATE_KEY and one.phase is Phase.FINISHED for one in self._progress
        )
        return made or self.stopping()

    def replay(self, interaction: Interaction) -> None:
        """Reports to `interaction`, in the renewal's own turn, what was done ahead."""
        for report in self._progress:
            interaction.progress(report)
        for error in self._warnings:
            interaction.warning(error)


class KeyAhead:
    """One key, made within `beside`, while the present run has nothing to do but wait.

    Only in stores that the present run has open: nobody is asked for a PIN, and each store still
    has one session. The present run's thread does not touch a store meanwhile, except for
    signatures, which `RunContext.store_use` puts in order.
    """

    def __init__(self, planner: ProcedurePlanner, journal: Journal, wanted: NextRenewal) -> None:
        self._planner = planner
        self._journal = journal
        self._next = wanted
        self._making: Future[None] | None = None
        self._context: RunContext | None = None
        self._record: Record | None = None
        self._reports: dict[str, ReportsAhead] = {}
        self._held = ExitStack()

    @contextmanager
    def beside(self, context: RunContext) -> Iterator[None]:
        """Makes the key in another thread within the block, and waits for it at the end."""
        if self._making is not None or not self._possible(context):
            yield
            return
        with ThreadPoolExecutor(1, "key ahead") as executor:
            self._making = executor.submit(self._make, context)
            yield
        if self._record is not None:
            # To other windows and programs, it runs from now on.
            with suppress(CertclientError):
                self._held.enter_context(self._lock(self._record))

    def end(self, *, stopped: bool) -> Mapping[str, ReportsAhead]:
        """The present run ends; call it while its stores are open. Returns the reports of what was
        made ahead, by procedure id.

        `stopped`: the batch ends, too. What was begun ahead is then rolled back; an error leaves it
        open, to be resumed or abandoned by the user. Raises a bug that was met ahead, only now: the
        CA's answer to the present run is in the journal.
        """
        with self._held, suppress(CertclientError):
            if stopped:
                self.give_up()
        if self._making is not None:
            self._making.result()
        return self._reports

    def give_up(self) -> bool:
        """Rolls back what was begun ahead; False if there is nothing. Its own turn begins anew.

        Raises the store's errors.
        """
        record = self._journal.load(self._record.id) if self._record is not None else None
        self._reports = {}
        if self._context is None or record is None or not record.state.open:
            return False
        ProcedureRunner(self._journal, self._context).roll_back(record, ErrorCode.CONSENT_REFUSED)
        return True

    def _possible(self, context: RunContext) -> bool:
        """Not where Windows would show a prompt for the key, nor where the exchange with the CA
        needs the store by itself (TLS with the current key): its server may not wait for a key."""
        environment, wanted = context.environment, self._next
        return (
            context.is_open(wanted.destination.store_id)
            and context.is_open(wanted.current.store_id)
            and environment.profile.key.protection is Protection.NONE
            and not isinstance(environment.ca, ChecksCredential)
        )

    def _make(self, context: RunContext) -> None:
        reports = ReportsAhead(self._next, context.interaction.stop_requested)
        try:
            with context.store_use:
                self._begin(context, reports)
        except CertclientError as error:
            # Rolled back as usual. The renewal's own turn meets it again, and says so.
            log.error(error)

    def _begin(self, context: RunContext, reports: ReportsAhead) -> None:
        wanted, statuses = self._next, read_statuses(self._journal)
        if statuses.of(wanted.current.certificate) is not BankStatus.PRESUMED_ACCEPTED:
            return  # the bank has to be asked first, in its own turn
        new = self._planner.renewal(wanted.current, wanted.destination, statuses)
        with self._lock(new):
            if self._journal.open_for(new.profile_id, new.user_id) is not None:
                return
            self._planner.check_may_begin(new, wanted.destination)
            if not reports.consent(self._planner.consent_request(new, wanted.destination)):
                return
            self._journal.save(new)
            self._record, self._context = new, context.beside(reports)
            made = ProcedureRunner(self._journal, self._context).run_to_completion(new)
            if made.state is ProcedureState.KEY_CREATED:
                self._reports = {made.id: reports}

    def _lock(self, record: Record) -> AbstractContextManager[None]:
        folder = locks_folder(self._journal.path)
        return exclusive(folder, record.profile_id, record.user_id)
