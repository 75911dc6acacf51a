"""Runs a procedure: executes each step, journals its result, handles its error."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace

from certclient.ca.client import is_unproven
from certclient.enrollment.another_key import with_another_key
from certclient.enrollment.disposition import KEY_STAYS, STORE_GONE, Disposition, disposition
from certclient.enrollment.journal import Journal, ProcedureState, Record, RejectionSource
from certclient.enrollment.put_away import left, locked, put_away
from certclient.enrollment.refusals import (
    ConfirmationVerdict,
    classify_confirmation,
    signer_refused,
)
from certclient.enrollment.rejections import Rejections
from certclient.enrollment.rollback import clean_up, end_state, remove_new
from certclient.enrollment.run_context import RunContext
from certclient.enrollment.steps import STEPS, seconds_until_poll
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import CertificateStore, StoreSession

_REPEATABLE = frozenset(
    {ProcedureState.KEY_CREATED, ProcedureState.INSTALLED, ProcedureState.VERIFIED}
)
"""The results of steps that change nothing if a power cut makes the next run repeat them: the key
is found by its label, and what is installed and verified is so again."""


class ProcedureRunner:
    """One run of one procedure, from its journalled state as far as possible.

    Every step is journalled before the next one begins, so an interruption loses nothing: the next
    run repeats the one step whose result was not journalled.
    """

    def __init__(
        self,
        journal: Journal,
        context: RunContext,
        follow_up: Callable[[Record], Record | None] = lambda _record: None,
    ) -> None:
        """`follow_up` makes the procedure that replaces one that ends in NOT_ACCEPTED, if there is
        to be one; both are journalled together."""
        self._journal = journal
        self._context = context
        self._follow_up = follow_up
        self._rejections = Rejections(journal, context)

    def run_to_completion(self, record: Record) -> Record:
        """Runs until a final state, a wait beyond this run's patience, or a request to stop.

        Returns the last journalled record. Raises CertclientError for the error that stopped a
        step.
        """
        while record.state.open:
            if self._context.interaction.stop_requested() or self._exceeds_max_wait(record):
                return record
            record = self._advance(record)
        self._context.forget_code(record)
        self._remove_leftovers()
        self._put_away_old(record)
        return record

    def save(self, record: Record, *, power_safe: bool = True) -> Record:
        """Journals `record` with the current time as `changed`; returns it. `power_safe`: see
        `Journal.save`."""
        record = replace(record, changed=self._context.environment.clock())
        following = self._follow_up(record) if record.state is ProcedureState.NOT_ACCEPTED else None
        together = [record] if following is None else [record, following]
        self._journal.save(*together, power_safe=power_safe)
        return record

    def roll_back(self, record: Record, reason: ErrorCode | None) -> Record:
        """Rolls the procedure back. Raises the store's errors; the procedure then stays open.

        What cannot be deleted now (its token is not present, for example) is journalled as a
        leftover and deleted by a later run.
        """
        record = self.save(replace(record, abandoning=True))
        try:
            return self.save(clean_up(self._context, record, reason))
        except CertclientError as error:
            if error.code not in STORE_GONE | KEY_STAYS:
                raise
            self._context.interaction.warning(error)
            self._context.forget_code(record)
            if record.issued and not record.not_accepted:
                new = Certificate.read(record.issued)
                self._rejections.note(new, RejectionSource.GIVEN_UP, error)
            return self.save(replace(record, state=end_state(record), leftover=True))

    def _exceeds_max_wait(self, record: Record) -> bool:
        """Whether the CA's next response is due beyond this run's patience."""
        environment = self._context.environment
        if (
            record.state is not ProcedureState.WAITING
            or record.check_at is None
            or record.abandoning
        ):
            return False
        left = seconds_until_poll(record, environment.clock())
        return not self._context.can_wait(left)

    def _advance(self, record: Record) -> Record:
        """Runs one step and journals its result or the consequence of its error."""
        if record.abandoning:
            return self.roll_back(record, record.error)
        record = self._before(record)
        try:
            # Success clears the error of an earlier run.
            done = replace(STEPS[record.state](self._context, record), last_error="")
        except CertclientError as error:
            return self._stopped(record, error)
        if done.state is ProcedureState.DONE:
            self._rejections.note_login(done)
        return self.save(done, power_safe=done.state not in _REPEATABLE)

    def _before(self, record: Record) -> Record:
        """Journals that a poll or confirmation is about to be sent, as its response may get lost.

        The request itself is journalled as REQUESTED.
        """
        if record.state not in (ProcedureState.WAITING, ProcedureState.VERIFIED):
            return record
        self._context.unanswered = record.unanswered
        return self.save(replace(record, unanswered=True))

    def _stopped(self, record: Record, error: CertclientError) -> Record:
        """Journals the consequence of an error; returns a record to continue with, or raises."""
        context = self._context
        record = replace(record, last_error=error.code.code)
        if error.code is ErrorCode.CA_CONFIRM_FAILED:
            return self._confirm_refused(record, error)
        if error.code is ErrorCode.ISSUE_CODE_WRONG:
            record = self._without_invalid_request(record)
            other = self._with_new_code(record, proven=not is_unproven(error))
            if other is not None:
                return self.save(other)
        verdict = disposition(
            record,
            error,
            resumed=context.resumed or bool(record.used_key_id),
            store_open=context.is_open(record.store_id),
            unanswered=context.unanswered,
            ticket_sent=context.ticket_sent,
        )
        if verdict is Disposition.RESTART:
            return self.save(replace(record, state=ProcedureState.KEY_CREATED))
        if verdict is Disposition.ANOTHER_KEY:
            return self.save(with_another_key(record, context.environment.random_bytes))
        if signer_refused(record, error):
            current = Certificate.read(record.old_certificate)
            error = self._rejections.reject(current, RejectionSource.RENEWAL, error)
            record = replace(record, last_error=error.code.code)
        if verdict is Disposition.DISCARD:
            self.save(replace(record, state=ProcedureState.ABANDONED))
        elif verdict is Disposition.ABANDON:
            self._abandon(record, error.code)
        else:
            self.save(record)
        raise self._with_bank_holds(error)

    def _without_invalid_request(self, record: Record) -> Record:
        """Discards a request made in this run, whose MAC was computed with the wrong code.

        Journalled before another code is asked for: an interruption during that prompt must not
        bring the request back.
        """
        if record.state is ProcedureState.REQUESTED and self._context.transaction is not None:
            return self.save(replace(record, state=ProcedureState.KEY_CREATED))
        return record

    def _with_new_code(self, record: Record, *, proven: bool) -> Record | None:
        """Asks for another issue code; returns the record to continue with, None without a code.

        A request made by an earlier run is sent again with the new code, as the code typed in this
        run may have been the only wrong one; if the same code is entered again, it is taken as
        meant, and a new request is made. In any other case, a wrong code is not sent again.
        """
        context = self._context
        tried = context.issue_code(record)
        while context.request_new_code(record, proven=proven):
            repeated = context.issue_code(record).same_as(tried)
            if record.state is ProcedureState.REQUESTED:
                return replace(record, state=ProcedureState.KEY_CREATED) if repeated else record
            if not repeated:
                return record
        return None

    def _abandon(self, record: Record, reason: ErrorCode) -> None:
        """Rolls back after `reason`, which remains the error shown to the customer.

        An error here is only a warning; the journal keeps the remaining work.
        """
        try:
            self.roll_back(record, reason)
        except CertclientError as error:
            self._context.interaction.warning(error)

    def _with_bank_holds(self, error: CertclientError) -> CertclientError:
        """Adds what the CA holds, for the customer's message, if an issued certificate was
        refused."""
        holds = self._context.bank_holds
        if holds is None:
            return error
        reported = CertclientError(error.code, **{**error.data, "bank_holds": holds.value})
        reported.__cause__ = error
        return reported

    def _confirm_refused(self, record: Record, error: CertclientError) -> Record:
        """Handles an error in response to a confirmation.

        It is only a warning if the certificate is accepted all the same. The procedure then ends
        without archiving the old one, as the CA never acknowledged the confirmation.
        """
        verdict = classify_confirmation(self._context, record, error)
        if verdict is ConfirmationVerdict.NOT_HELD:
            return self._remove_not_held(record, error)
        if verdict is ConfirmationVerdict.DOUBTFUL:
            return self._set_aside(record, error)
        if verdict is ConfirmationVerdict.OPEN:
            # This one was answered, but an earlier one may have arrived.
            self.save(replace(record, unanswered=self._context.unanswered))
            raise error
        self._context.interaction.warning(error)
        return self.save(replace(record, state=ProcedureState.DONE, unanswered=False))

    def _remove_not_held(self, record: Record, error: CertclientError) -> Record:
        """Rolls back a certificate that the bank will never accept; the old one counts again."""
        new = Certificate.read(record.issued)
        self._rejections.note(new, RejectionSource.CONFIRMATION, error)
        code = ErrorCode.CERTIFICATE_NOT_ACCEPTED.code
        return self.roll_back(replace(record, not_accepted=True, last_error=code), None)

    def _set_aside(self, record: Record, error: CertclientError) -> Record:
        """Closes the procedure without deleting anything: the certificate does not count, but goes
        only once another one has replaced it (`Rejections` reinstates it if that fails)."""
        new = Certificate.read(record.issued)
        self._rejections.note(new, RejectionSource.CONFIRMATION, error)
        return self.save(
            replace(
                record,
                state=ProcedureState.NOT_ACCEPTED,
                not_accepted=True,
                set_aside=True,
                leftover=True,
                unanswered=False,
                last_error=ErrorCode.CERTIFICATE_NOT_ACCEPTED.code,
            )
        )

    def _put_away_old(self, ended: Record) -> None:
        """Puts away what earlier procedures could not, in the stores that are open now. An error
        was reported when it happened first."""
        context = self._context
        for one in left(self._journal, ended.profile_id):
            if one.id == ended.id or not context.is_open(one.old_store_id):
                continue
            # This run holds the lock of its own user ID.
            own = one.user_id == ended.user_id
            with suppress(CertclientError), nullcontext() if own else locked(self._journal, one):
                put_away(self._journal, one, context.environment.stores, self._opened)

    def _opened(self, store: CertificateStore) -> AbstractContextManager[StoreSession]:
        return nullcontext(self._context.session(store.store_id))

    def _is_needed(self, record: Record) -> bool:
        """Whether a certificate that was set aside has no successor yet."""
        owner = (record.profile_id, record.user_id)
        return record.set_aside and not any(
            (later.profile_id, later.user_id) == owner and later.started > record.started
            for later in self._journal.finished()
        )

    def _remove_leftovers(self) -> None:
        """Deletes what closed procedures left in the stores that are open now."""
        for record in self._journal.leftovers():
            if not self._context.is_open(record.store_id) or self._is_needed(record):
                continue
            try:
                remove_new(self._context, record)
                self._journal.save(replace(record, leftover=False, set_aside=False))
            except CertclientError as error:
                if error.code not in KEY_STAYS:  # already reported when it was given up
                    self._context.interaction.warning(error)
