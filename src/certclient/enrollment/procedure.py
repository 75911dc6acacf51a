"""The entry point to the durable procedure, PREPARED → … → DONE; states: see ARCHITECTURE.md."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from certclient.ca.client import CertificateCredential
from certclient.enrollment.bank_status import BankStatus, BankStatuses, read_statuses
from certclient.enrollment.date_errors import CLOCK_MAY_EXPLAIN
from certclient.enrollment.interaction import Interaction, NonInteractive
from certclient.enrollment.journal import Journal, ProcedureKind, ProcedureState, Record
from certclient.enrollment.key_ahead import KeyAhead, NextRenewal, ReportsAhead
from certclient.enrollment.leftovers import Leftover, find_leftovers, remove_leftover
from certclient.enrollment.lock import exclusive, locks_folder
from certclient.enrollment.login_test import LoginTest, LoginTestResult
from certclient.enrollment.moving import ComputerMove
from certclient.enrollment.older_archived import offering_removal, remove_after_renewal
from certclient.enrollment.open_procedures import read_open_procedures
from certclient.enrollment.outcomes import Finished, Outcome, Pending, ProcedureView
from certclient.enrollment.own_revocation import OwnRevocation
from certclient.enrollment.planner import ProcedurePlanner, check_user_id
from certclient.enrollment.preflight import CheckResult, check_clock
from certclient.enrollment.proxy_login import AsksForProxyLogin, with_proxy_login
from certclient.enrollment.put_away import PutAway, put_away_left
from certclient.enrollment.readiness import ReadinessInputs, checks
from certclient.enrollment.rejections import Rejections
from certclient.enrollment.replacement import replacement_of, run_with_replacement
from certclient.enrollment.run_context import CodeVault, Environment, RunContext
from certclient.enrollment.runner import ProcedureRunner
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef
from certclient.model.secret import Secret
from certclient.store.base import CertificateStore, PinProvider, StoredCertificate
from certclient.store.token_name import same_store

__all__ = [
    "CodeVault",
    "Enrollment",
    "Environment",
    "Finished",
    "Leftover",
    "LoginTest",
    "LoginTestResult",
    "Outcome",
    "Pending",
    "ProcedureKind",
    "ProcedureState",
    "ProcedureView",
]


class Enrollment:
    """The public interface of this package: starts, resumes and lists procedures."""

    def __init__(self, environment: Environment, journal: Journal) -> None:
        self._environment = environment
        self._journal = journal
        self._planner = ProcedurePlanner(environment, journal)
        self._ahead: dict[str, ReportsAhead] = {}

    def renew(
        self,
        current: StoredCertificate,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None = None,
        following: NextRenewal | None = None,
    ) -> Outcome:
        """更新: creates a key in `destination` and requests its certificate, signed with `current`.

        `current` stays untouched until the end. An interrupted renewal of the same user ID is
        resumed instead; if it was for another store or is being abandoned, it is rolled back first.
        If `current` itself awaits confirmation, its procedure is resumed. If the bank has refused
        `current` before, the CA is asked once more. If the bank refuses the new certificate for
        good, it is removed, and another one is requested in the same run, once. `ticket`: issued by
        the bank's page with its link; sent to the bank once, in place of PIN and one-time password,
        and never stored. `following`: the renewal after this one in a batch, whose key is made
        while the CA works on this one, if its stores are open (`key_ahead`).

        Raises CertclientError: what stands in the way of any renewal of `current`
        (`obstacles.obstacle`), KEY_NOT_FOUND, NOT_YET_RENEWABLE, RENEWAL_CLOSED,
        EXPIRED_OBTAIN_ANEW, TOO_LATE, PROCEDURE_RUNNING, CONSENT_REFUSED, POLICY_FORBIDS (the
        administrator's policy excludes this store), CERTIFICATE_NOT_ACCEPTED (the bank
        does not accept `current`, or the second new certificate either), and the error that stopped
        a step; `pending` then shows whether there is a procedure to resume.
        """
        certificate, statuses = current.certificate, self.statuses()
        new = self._planner.renewal(current, destination, statuses)
        unfinished = statuses.unconfirmed.get(certificate.fingerprint)
        if unfinished is not None:
            return self.resume(unfinished, interaction)
        if statuses.of(certificate) is BankStatus.NOT_ACCEPTED:
            refused = self.check_with_bank(current, interaction)
            if refused is not None:
                raise refused
        ahead = KeyAhead(self._planner, self._journal, following) if following else None
        return self._start(new, destination, interaction, ticket, ahead, current)

    def check_with_bank(
        self, current: StoredCertificate, interaction: Interaction
    ) -> CertclientError | None:
        """Asks the CA whether it accepts signatures by `current`, and records the answer.

        Returns CERTIFICATE_NOT_ACCEPTED if it does not, None if it does or gives no answer. Changes
        nothing at the CA; if it refuses `current`, the certificate archived in its favour is
        restored. Raises the errors of the store and the network.
        """
        certificate = current.certificate
        owner = certificate.named_owner(self._environment.profile.subject_rule)
        if current.key is None or owner is None:
            raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=certificate.serial_hex)
        with self._lock(
            self._planner.new_record(ProcedureKind.RENEW, owner.user_id, current.store_id)
        ):
            return self._check_with_bank(certificate, current.store_id, current.key, interaction)

    def _check_with_bank(
        self, certificate: Certificate, store_id: str, key: KeyRef, interaction: Interaction
    ) -> CertclientError | None:
        context = RunContext.begin(self._environment, interaction, resumed=False)
        try:
            credential = CertificateCredential(certificate, context.signer(store_id, key))
            status = context.through_proxy(lambda: self._environment.ca.signer_status(credential))
            return Rejections(self._journal, context).note_status(certificate, status)
        finally:
            context.close()

    def statuses(self) -> BankStatuses:
        """The bank's acceptance as journalled. Raises JOURNAL_DAMAGED, DATA_FOLDER."""
        return read_statuses(self._journal)

    def obtain(
        self,
        user_id: str,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None = None,
    ) -> Outcome:
        """取得: a first certificate, or one after expiry, with an issue code.

        The CA decides whether to issue. An older certificate of this user ID, in any store, is
        archived at the end. `ticket`: an issue code from the bank's link, tried before the user is
        asked for one. If the bank refuses the new certificate for good, a code is asked for again,
        once. `user_id` may be one with its suffix. Raises as `renew` does, and USER_ID_IMPOSSIBLE,
        ISSUE_CODE_REQUIRED, ISSUE_CODE_FORMAT, ISSUE_CODE_WRONG.
        """
        user_id = check_user_id(self._environment.profile, user_id)
        new = self._planner.new_record(ProcedureKind.OBTAIN, user_id, destination.store_id)
        predecessor = self._planner.predecessor(user_id)
        if predecessor is not None:
            new = replace(
                new,
                old_certificate=predecessor.certificate.der,
                old_store_id=predecessor.stored.store_id,
            )
        return self._start(new, destination, interaction, ticket)

    def resume(self, procedure_id: str, interaction: Interaction) -> Outcome:
        """Continues an open procedure from its last journalled state, or completes its rollback.

        One that another run has finished meanwhile returns Pending(DONE). Raises CertclientError:
        PROCEDURE_NOT_FOUND (no such procedure), PROCEDURE_RUNNING, CERTIFICATE_NOT_ACCEPTED, and as
        `renew`.
        """
        record = self._known_record(procedure_id)
        with self._lock(record):
            record = self._known_record(procedure_id)
            if record.state is ProcedureState.NOT_ACCEPTED:
                record = replacement_of(self._journal, record)
            if record.state is ProcedureState.DONE:
                return Pending(record.id, ProcedureState.DONE, None)
            return self._run(record, interaction, resumed=True)

    def abandon(self, procedure_id: str, interaction: Interaction) -> Outcome:
        """Abandons an open procedure: deletes the new key and certificate, keeps the old ones.

        Returns Pending(ABANDONED). A procedure that the CA has confirmed cannot be abandoned; it is
        finished instead. Raises PROCEDURE_NOT_FOUND, PROCEDURE_RUNNING, and the store's errors; a
        later run then completes the rollback.
        """
        record = self._open_record(procedure_id)
        with self._lock(record):
            record = self._open_record(procedure_id)
            if _is_confirmed(record):
                return self._run(record, interaction, resumed=True)
            return self._run(record, interaction, resumed=True, giving_up=True)

    def own_revocation(self) -> OwnRevocation:
        """失効: what a customer needs to revoke a certificate of this bank."""
        return OwnRevocation(self._environment, self._journal)

    def computer_move(self) -> ComputerMove:
        """新しいパソコンに移る."""
        return ComputerMove(self._environment, self._journal)

    def readiness(
        self,
        current: Certificate | None,
        home: CertificateStore | None,
        person: AsksForProxyLogin | None = None,
    ) -> Iterator[CheckResult]:
        """電子証明書更新前処理: the checks that need no PIN, each yielded as soon as it is known.

        `home` is the store of `current`; both are None for 取得. `person`: asked for a proxy's
        login; None for nobody. Blocks; changes nothing.
        """
        environment = self._environment
        inputs = ReadinessInputs(
            ca=environment.ca,
            probe=lambda: with_proxy_login(
                environment.ca.probe, person or NonInteractive(), environment.proxy_logins
            ),
            stores=environment.stores,
            profile=environment.profile,
            current=current,
            home=home,
            clock=environment.clock,
            system=environment.system,
        )
        yield from checks(inputs)

    def with_max_wait(self, seconds: float) -> Enrollment:
        """The same procedures, with runs that wait at most `seconds` for the CA."""
        return Enrollment(replace(self._environment, max_wait=seconds), self._journal)

    def pending(self) -> Sequence[ProcedureView]:
        """The unfinished procedures at this bank, oldest first.

        Raises JOURNAL_DAMAGED, DATA_FOLDER.
        """
        return read_open_procedures(self._journal).at_bank(self._environment.profile.id)

    def put_away_left(self, pin: PinProvider) -> PutAway:
        """See `put_away.put_away_left`, for this bank and the stores that are present."""
        return put_away_left(
            self._journal, self._environment.profile.id, self._environment.stores, pin
        )

    def leftovers(self, stores: Sequence[CertificateStore]) -> Sequence[Leftover]:
        """Keys in `stores` left by this program; see `leftovers.find_leftovers`."""
        return find_leftovers(self._journal, stores)

    def remove_leftover(self, leftover: Leftover, pin: PinProvider) -> None:
        """Deletes exactly this key. Raises as `leftovers.remove_leftover`."""
        remove_leftover(self._journal, leftover, pin)

    def _start(
        self,
        new: Record,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None,
        ahead: KeyAhead | None = None,
        current: StoredCertificate | None = None,
    ) -> Outcome:
        with self._lock(new):
            interrupted = self._journal.open_for(new.profile_id, new.user_id)
            self._planner.check_owner(interrupted, new)
            if interrupted is not None and _continues(interrupted, new):
                return self._run(interrupted, interaction, resumed=True, ticket=ticket, ahead=ahead)
            self._check_may_begin(new, destination)
            if not interaction.consent(self._planner.consent_request(new, destination)):
                raise CertclientError(ErrorCode.CONSENT_REFUSED, user_id=new.user_id)
            if interrupted is not None:
                ended = self._run(interrupted, interaction, resumed=True, giving_up=True)
                if isinstance(ended, Finished) or ended.state.open:
                    return ended
            self._journal.save(new)
            return self._run(
                new, interaction, resumed=False, ticket=ticket, ahead=ahead, current=current
            )

    def _check_may_begin(self, new: Record, destination: CertificateStore) -> None:
        """As the planner's; raises CLOCK_WRONG in its place if the clock is to blame."""
        try:
            self._planner.check_may_begin(new, destination)
        except CertclientError as error:
            wrong_clock = self.clock_error() if error.code in CLOCK_MAY_EXPLAIN else None
            if wrong_clock is None:
                raise
            raise wrong_clock from error

    def clock_error(self) -> CertclientError | None:
        """Asks the CA for its time: CLOCK_WRONG if this computer's clock is off by over an hour.

        None also if the CA cannot be reached, or does not say.
        """
        environment = self._environment
        try:
            environment.ca.probe()
            check_clock(environment.ca.server_time(), environment.clock())
        except CertclientError as error:
            return error if error.code is ErrorCode.CLOCK_WRONG else None
        return None

    @contextlib.contextmanager
    def _lock(self, record: Record) -> Iterator[None]:
        """Holds the lock of the procedure, and keeps the journal open: a run writes it often."""
        folder = locks_folder(self._journal.path)
        with (
            exclusive(folder, record.profile_id, record.user_id),
            self._journal.kept_open(),
        ):
            yield

    def _known_record(self, procedure_id: str) -> Record:
        record = self._journal.load(procedure_id)
        if record is None or record.state is ProcedureState.ABANDONED:
            raise CertclientError(ErrorCode.PROCEDURE_NOT_FOUND, procedure=procedure_id)
        return record

    def _open_record(self, procedure_id: str) -> Record:
        record = self._known_record(procedure_id)
        if not record.state.open:
            raise CertclientError(ErrorCode.PROCEDURE_NOT_FOUND, procedure=procedure_id)
        return record

    def _run(
        self,
        record: Record,
        interaction: Interaction,
        *,
        resumed: bool,
        ticket: Secret | None = None,
        giving_up: bool = False,
        ahead: KeyAhead | None = None,
        current: StoredCertificate | None = None,
    ) -> Outcome:
        """`giving_up`: rolls back, unless the CA turns out to have confirmed the certificate.
        `current`: the certificate to renew, as its store has just shown it."""
        context = RunContext.begin(self._environment, interaction, resumed=resumed, ticket=ticket)
        if current is not None:
            context.note_stored(current)
        if ahead is not None:
            context.meanwhile, context.make_room = ahead.beside, ahead.give_up
        if (reports := self._ahead.pop(record.id, None)) is not None:
            reports.replay(interaction)
        try:
            if giving_up:
                runner = ProcedureRunner(self._journal, context)
                record = runner.roll_back(record, ErrorCode.CONSENT_REFUSED)
                record = runner.run_to_completion(record)
            else:
                record = run_with_replacement(self._journal, context, self._planner, record)
            if record.old_archived and self._environment.profile.remove_archived:
                remove_after_renewal(context, self._journal, record)
        except CertclientError as error:
            offering = offering_removal(error, context, self._journal, record)
            if offering is None:
                raise
            raise offering from error
        finally:
            try:
                if ahead is not None:
                    self._ahead |= ahead.end(stopped=interaction.stop_requested())
            finally:
                context.close()
        if record.state is not ProcedureState.DONE:
            return Pending(record.id, record.state, record.check_at if record.state.open else None)
        return Finished(
            procedure_id=record.id,
            kind=record.kind,
            certificate=Certificate.read(record.issued),
            store=context.store(record.store_id),
            old_archived=record.old_archived,
            old_kept=record.old is not None and not record.old_archived,
            seconds=context.stopwatch.split(),
            login=context.login,
            not_accepted=context.not_accepted,
        )


def _continues(interrupted: Record, new: Record) -> bool:
    """Whether to resume the interrupted procedure for `new`; a confirmed one is always finished."""
    if _is_confirmed(interrupted):
        return True
    place = same_store(interrupted.store_id, new.store_id)
    same = interrupted.kind is new.kind and place
    return same and not interrupted.abandoning


def _is_confirmed(record: Record) -> bool:
    """Whether the CA takes the new certificate for confirmed: told so, or by implicit confirmation.

    One that certclient has refused itself (`abandoning`) is revoked instead.
    """
    implicitly = record.ca_confirmed and bool(record.issued) and not record.abandoning
    return record.state is ProcedureState.CONFIRMED or implicitly
