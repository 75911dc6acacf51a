"""Running a procedure: one step after the other, each result journalled, each error judged."""

from __future__ import annotations

from dataclasses import replace

from certclient.enrollment.disposition import KEY_STAYS, STORE_GONE, Disposition, disposition
from certclient.enrollment.journal import Journal, Record, RejectionSource, State
from certclient.enrollment.refusals import (
    Confirmation,
    judge_confirmation,
    signer_refused,
)
from certclient.enrollment.rejections import Rejections
from certclient.enrollment.rollback import clean_up, end_state, remove_new
from certclient.enrollment.steps import STEPS
from certclient.enrollment.work import Work
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode


class Run:
    """One run of one procedure, from its journalled state as far as it gets.

    The journal has the record of every step before the next one begins, so a stop at any moment
    loses nothing: the next run repeats the one step whose result was not journalled.
    """

    def __init__(self, journal: Journal, work: Work) -> None:
        self._journal = journal
        self._work = work
        self._rejections = Rejections(journal, work)

    def to_the_end(self, record: Record) -> Record:
        """Runs until DONE, ABANDONED, NOT_ACCEPTED, a wait longer than the patience, or a wish to
        stop.

        Returns the last journalled record. Raises CertclientError for what stopped a step.
        """
        while record.state.open:
            if self._work.interaction.stop_requested() or self._waits_too_long(record):
                return record
            record = self._advance(record)
        self._work.environment.vault.wipe(record.id)
        self._sweep()
        return record

    def save(self, record: Record) -> Record:
        """Journals `record` with the present time."""
        record = replace(record, changed=self._work.environment.clock())
        self._journal.save(record)
        return record

    def give_up(self, record: Record, reason: ErrorCode | None) -> Record:
        """Cleans up. What cannot be removed now (its token is not here, say) is noted, and removed
        when it can be."""
        record = self.save(replace(record, abandoning=True))
        try:
            return self.save(clean_up(self._work, record, reason))
        except CertclientError as error:
            if error.code not in STORE_GONE | KEY_STAYS:
                raise
            self._work.interaction.warning(error)
            self._work.environment.vault.wipe(record.id)
            if record.issued and not record.not_accepted:
                new = Certificate.from_der(record.issued)
                self._rejections.note(new, RejectionSource.GIVEN_UP, error)
            return self.save(replace(record, state=end_state(record), leftover=True))

    def _waits_too_long(self, record: Record) -> bool:
        """Whether the CA's next answer lies beyond this run's patience."""
        environment = self._work.environment
        if record.state is not State.WAITING or record.check_at is None or record.abandoning:
            return False
        left = (record.check_at - environment.clock()).total_seconds()
        return not self._work.patient(max(left, 0.0))

    def _advance(self, record: Record) -> Record:
        """One step; its result, or what its error makes of the procedure, is in the journal."""
        if record.abandoning:
            return self.give_up(record, record.error)
        record = self._before(record)
        try:
            # What had stopped an earlier run is over.
            record = self.save(replace(STEPS[record.state](self._work, record), last_error=""))
        except CertclientError as error:
            return self._stopped(record, error)
        if record.state is State.DONE:
            self._rejections.note_login(Certificate.from_der(record.issued))
        return record

    def _before(self, record: Record) -> Record:
        """That a poll or confirmation is sent is journalled before: its answer may get lost. (The
        request itself is journalled as REQUESTED.)"""
        if record.state not in (State.WAITING, State.VERIFIED):
            return record
        self._work.unanswered = record.unanswered
        return self.save(replace(record, unanswered=True))

    def _stopped(self, record: Record, error: CertclientError) -> Record:
        """Journals what an error means. Returns a record to go on with, or raises the error."""
        work = self._work
        record = replace(record, last_error=error.code.code)
        if error.code is ErrorCode.CA_CONFIRM_FAILED:
            return self._confirm_refused(record, error)
        if error.code is ErrorCode.ISSUE_CODE_WRONG:
            record = self._without_spoilt_request(record)
            other = self._with_other_code(record)
            if other is not None:
                return self.save(other)
        verdict = disposition(
            record,
            error,
            resumed=work.resumed,
            store_open=work.is_open(record.store_id),
            unanswered=work.unanswered,
        )
        if verdict is Disposition.RESTART:
            return self.save(replace(record, state=State.KEY_CREATED))
        if signer_refused(record, error):
            current = Certificate.from_der(record.old_certificate)
            error = self._rejections.reject(current, RejectionSource.RENEWAL, error)
            record = replace(record, last_error=error.code.code)
        if verdict is Disposition.DISCARD:
            self.save(replace(record, state=State.ABANDONED))
        elif verdict is Disposition.ABANDON:
            self._abandon(record, error.code)
        else:
            self.save(record)
        raise self._with_bank_holds(error)

    def _without_spoilt_request(self, record: Record) -> Record:
        """A request made in this run carries the wrong code's MAC. Journalled before another code
        is asked for: a stop at that question must not bring it back."""
        if record.state is State.REQUESTED and self._work.transaction is not None:
            return self.save(replace(record, state=State.KEY_CREATED))
        return record

    def _with_other_code(self, record: Record) -> Record | None:
        """Asks for another issue code; returns the record to go on with, None if there is none.

        A request that an earlier run made is sent again with it, as the code typed now may have
        been the only wrong one; who gives the same code again means it, and the request is made
        anew. Otherwise a code that was wrong is not sent again.
        """
        work = self._work
        tried = work.issue_code(record).reveal()
        while work.another_code(record):
            repeated = work.issue_code(record).reveal() == tried
            if record.state is State.REQUESTED:
                return replace(record, state=State.KEY_CREATED) if repeated else record
            if not repeated:
                return record
        return None

    def _abandon(self, record: Record, reason: ErrorCode) -> None:
        """Cleans up after `reason`, which is what the customer hears: a fault here is a warning,
        and the journal has the rest of the work."""
        try:
            self.give_up(record, reason)
        except CertclientError as error:
            self._work.interaction.warning(error)

    def _with_bank_holds(self, error: CertclientError) -> CertclientError:
        """The customer reads what the CA holds now, as far as something was issued and refused."""
        holds = self._work.bank_holds
        if holds is None:
            return error
        told = CertclientError(error.code, **{**error.data, "bank_holds": holds.value})
        told.__cause__ = error
        return told

    def _confirm_refused(self, record: Record, error: CertclientError) -> Record:
        """An error to a confirmation is a warning only where the certificate is seen to be accepted
        all the same; as nobody said yes, the old one is left where it is then."""
        verdict = judge_confirmation(self._work, record, error)
        if verdict is Confirmation.NOT_HELD:
            return self._remove_not_held(record, error)
        if verdict is Confirmation.OPEN:
            self.save(replace(record, unanswered=False))
            raise error
        self._work.interaction.warning(error)
        return self.save(replace(record, state=State.DONE, unanswered=False))

    def _remove_not_held(self, record: Record, error: CertclientError) -> Record:
        """The bank will never accept the new certificate: it and its key go, the old one counts."""
        new = Certificate.from_der(record.issued)
        self._rejections.note(new, RejectionSource.CONFIRMATION, error)
        code = ErrorCode.CERTIFICATE_NOT_ACCEPTED.code
        return self.give_up(replace(record, not_accepted=True, last_error=code), None)

    def _sweep(self) -> None:
        """Removes what given-up procedures left in the stores that are open now."""
        for record in self._journal.leftovers():
            if not self._work.is_open(record.store_id):
                continue
            try:
                remove_new(self._work, record)
                self._journal.save(replace(record, leftover=False))
            except CertclientError as error:
                if error.code not in KEY_STAYS:  # these were told when it was given up
                    self._work.interaction.warning(error)
