"""The front of the durable procedure, PREPARED → … → DONE; ARCHITECTURE.md draws its states."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from certclient.ca.client import SignatureCredential
from certclient.enrollment.bank_status import BankStatus, BankStatuses, read_statuses
from certclient.enrollment.interaction import ConsentRequest, Interaction
from certclient.enrollment.inventory import Entry, take_inventory
from certclient.enrollment.journal import Journal, Kind, Record, State
from certclient.enrollment.leftovers import Leftover, find_leftovers, remove_leftover
from certclient.enrollment.lock import exclusive
from certclient.enrollment.login_test import LoginResult, LoginTest
from certclient.enrollment.outcomes import Finished, Outcome, Pending, ProcedureView, view_of
from certclient.enrollment.preflight import CheckResult
from certclient.enrollment.readiness import Surroundings, checks
from certclient.enrollment.refusals import not_accepted
from certclient.enrollment.rejections import Rejections
from certclient.enrollment.run import Run
from certclient.enrollment.work import CodeVault, Environment, Work
from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import own_label
from certclient.model.lifecycle import Stage, lifecycle
from certclient.model.policy import DESTINATIONS, forbidden
from certclient.model.secret import Secret
from certclient.store.base import CertificateStore, PinProvider, StoredCertificate, Unavailable

__all__ = [
    "CodeVault",
    "Enrollment",
    "Environment",
    "Finished",
    "Kind",
    "Leftover",
    "LoginResult",
    "LoginTest",
    "Outcome",
    "Pending",
    "ProcedureView",
    "State",
]


class Enrollment:
    """The front of this room: starts procedures, resumes them, tells which are open."""

    def __init__(self, environment: Environment, journal: Journal) -> None:
        self._environment = environment
        self._journal = journal

    def renew(
        self,
        current: StoredCertificate,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None = None,
    ) -> Outcome:
        """更新: a new key in `destination`, requested with `current`, which stays until the end.

        An interrupted renewal of the same user ID is continued instead; if it was for another
        place, or has been given up already, what it left is removed first. `current` awaits its
        own confirmation: its procedure goes on. The bank has refused `current` before: it is asked
        once more. The bank does not hold the new certificate for good: it is removed, and another
        one is requested in the same run, once. `ticket`: what the
        bank's page gave out with its link; it goes to the bank once, in place of PIN and one-time
        password, and is kept nowhere.
        Raises CertclientError:
        NOT_YET_RENEWABLE, EXPIRED_OBTAIN_ANEW, TOO_LATE, PROCEDURE_RUNNING, CONSENT_REFUSED,
        POLICY_FORBIDS (the administrator took this place away), CERTIFICATE_NOT_ACCEPTED (the bank
        does not accept `current`, or not the new one either) and
        whatever stopped a step; `pending` then says whether there is something to resume.
        """
        certificate = current.certificate
        unfinished = self.statuses().unconfirmed.get(certificate.fingerprint)
        if unfinished is not None:
            return self.resume(unfinished, interaction)
        if self.statuses().of(certificate) is BankStatus.NOT_ACCEPTED:
            refused = self.check_with_bank(current, interaction)
            if refused is not None:
                raise refused
        owner = certificate.owner(self._environment.profile.subject_rule)
        if owner is None:
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=certificate.serial_hex)
        new = self._new_record(Kind.RENEW, owner.user_id, destination.store_id)
        new = replace(new, old_certificate=certificate.der, old_store_id=current.store_id)
        return self._start(new, destination, interaction, ticket)

    def check_with_bank(
        self, current: StoredCertificate, interaction: Interaction
    ) -> CertclientError | None:
        """Asks the CA whether it accepts signatures by `current`, and remembers the answer.

        Returns CERTIFICATE_NOT_ACCEPTED if it does not, None if it does or if nobody can say.
        Changes nothing at the CA; what was archived in favour of `current` is brought back.
        Raises what the store and the network raise.
        """
        if current.key is None:
            raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=current.certificate.serial_hex)
        work = Work.begin(self._environment, interaction, resumed=False)
        try:
            signer = work.signer(current.store_id, current.key)
            status = self._environment.ca.signer_status(
                SignatureCredential(current.certificate, signer)
            )
            return Rejections(self._journal, work).note_status(current.certificate, status)
        finally:
            work.close()

    def statuses(self) -> BankStatuses:
        """What the journal knows of the bank's opinion. Raises JOURNAL_DAMAGED, DATA_FOLDER."""
        return read_statuses(self._journal)

    def obtain(
        self,
        user_id: str,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None = None,
    ) -> Outcome:
        """取得 with an issue code: first issue, or after expiry. The CA decides whether it may be.

        An older certificate of this user ID in any store is put away at the end. `ticket`: an issue
        code that came with the bank's link, tried before one is asked for. Where the bank does not
        hold the new certificate for good, a code is asked for again, once. Raises as `renew` does,
        and ISSUE_CODE_REQUIRED, ISSUE_CODE_WRONG.
        """
        new = self._new_record(Kind.OBTAIN, user_id, destination.store_id)
        predecessor = self._predecessor(user_id)
        if predecessor is not None:
            new = replace(
                new,
                old_certificate=predecessor.certificate.der,
                old_store_id=predecessor.stored.store_id,
            )
        return self._start(new, destination, interaction, ticket)

    def resume(self, procedure_id: str, interaction: Interaction) -> Outcome:
        """Goes on with an open procedure from its last journalled state, or cleans it up.

        Raises CertclientError: CERTIFICATE_NOT_FOUND (no such open procedure),
        PROCEDURE_RUNNING, and as `renew`.
        """
        record = self._open_record(procedure_id)
        with self._lock(record):
            return self._run(self._open_record(procedure_id), interaction, resumed=True)

    def abandon(self, procedure_id: str, interaction: Interaction) -> Outcome:
        """Gives an open procedure up: the new key and certificate go, the old one stays.

        Returns it as Pending(ABANDONED). What the CA has confirmed already cannot be given up: it
        is finished instead. Raises PROCEDURE_NOT_FOUND, PROCEDURE_RUNNING, and what the store
        raises: it is then cleaned up by a later run.
        """
        record = self._open_record(procedure_id)
        with self._lock(record):
            record = self._open_record(procedure_id)
            if record.state is State.CONFIRMED:
                return self._run(record, interaction, resumed=True)
            self._give_up(record, interaction)
            return Pending(record.id, State.ABANDONED, None)

    def readiness(
        self,
        current: Certificate | None,
        home: CertificateStore | None,
    ) -> Iterator[CheckResult]:
        """電子証明書更新前処理: checks that need no PIN, each told as soon as it is known.

        `home` is the store of `current`; both are None for 取得. Blocks; changes nothing.
        """
        environment = self._environment
        around = Surroundings(
            ca=environment.ca,
            stores=environment.stores,
            destinations=[Destination(name) for name in environment.profile.destinations],
            current=current,
            home=home,
            clock=environment.clock,
            system=environment.system,
        )
        yield from checks(around)

    def with_patience(self, seconds: float) -> Enrollment:
        """The same procedures, whose runs wait for a CA so many seconds and no longer."""
        return Enrollment(replace(self._environment, patience=seconds), self._journal)

    def pending(self) -> Sequence[ProcedureView]:
        """Procedures that are neither DONE nor ABANDONED, oldest first."""
        return [view_of(record) for record in self._journal.open_procedures()]

    def leftovers(self, stores: Sequence[CertificateStore]) -> Sequence[Leftover]:
        """Keys in `stores` that this program made and that lead to nothing; see `leftovers`."""
        return find_leftovers(self._journal, stores)

    def remove_leftover(self, leftover: Leftover, pin: PinProvider) -> None:
        """Deletes exactly this key. Raises as `leftovers.remove_leftover`."""
        remove_leftover(self._journal, leftover, pin)

    # Starting

    def _check_stage(self, certificate: Certificate) -> None:
        environment = self._environment
        life = lifecycle(certificate.not_after, environment.clock(), environment.profile.renewal)
        refusal = {
            Stage.NOT_YET: ErrorCode.NOT_YET_RENEWABLE,
            Stage.OBTAINABLE: ErrorCode.EXPIRED_OBTAIN_ANEW,
            Stage.TOO_LATE: ErrorCode.TOO_LATE,
        }.get(life.stage)
        if refusal is not None:
            raise CertclientError(
                refusal,
                serial=certificate.serial_hex,
                renew_from=life.renew_from.isoformat(),
                obtain_until=life.obtain_until.isoformat(),
            )

    def _new_record(self, kind: Kind, user_id: str, store_id: str) -> Record:
        procedure_id = self._environment.random_bytes(8).hex()
        now = self._environment.clock()
        return Record(
            id=procedure_id,
            kind=kind,
            profile_id=self._environment.profile.id,
            user_id=user_id,
            state=State.PREPARED,
            started=now,
            changed=now,
            store_id=store_id,
            key_label=own_label(procedure_id),
        )

    def _check_owner(self, interrupted: Record | None, new: Record) -> None:
        """Raises PROCEDURE_RUNNING if the open procedure of this user ID renews the certificate of
        somebody else: an administrator's has the same ID (seed S2)."""
        rule = self._environment.profile.subject_rule
        if interrupted is None or interrupted.old is None or new.kind is not Kind.RENEW:
            return
        if interrupted.old.owner(rule) != Certificate.from_der(new.old_certificate).owner(rule):
            raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=new.user_id)

    def _predecessor(self, user_id: str) -> Entry | None:
        """The newest certificate of this user ID that browsers still offer and the bank has not
        refused; None where an administrator and a user share the ID (seed S2), as nobody knows yet
        whose it will be."""
        environment, statuses = self._environment, self.statuses()
        found = take_inventory(
            environment.profile, environment.stores, environment.clock(), statuses
        )
        own = [
            entry
            for entry in found.entries
            if entry.owner.user_id == user_id and not entry.stored.archived
        ]
        if len({entry.owner for entry in own}) > 1:
            return None
        return statuses.newest(own, lambda entry: entry.certificate)

    def _start(
        self,
        new: Record,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None,
    ) -> Outcome:
        with self._lock(new):
            interrupted = self._journal.open_for(new.profile_id, new.user_id)
            self._check_owner(interrupted, new)
            if interrupted is not None and _continues(interrupted, new):
                return self._run(interrupted, interaction, resumed=True, ticket=ticket)
            if new.kind is Kind.RENEW:
                self._check_stage(Certificate.from_der(new.old_certificate))
            if destination.destination.value in self._environment.profile.withheld:
                raise forbidden(DESTINATIONS, destination.destination.value)
            place = destination.availability()
            if isinstance(place, Unavailable):
                raise CertclientError(place.reason, **place.data)
            request = ConsentRequest(
                user_id=new.user_id,
                destination=destination.destination,
                store_label=destination.label,
                current=new.old if new.kind is Kind.RENEW else None,
            )
            if not interaction.consent(request):
                raise CertclientError(ErrorCode.CONSENT_REFUSED, user_id=new.user_id)
            if interrupted is not None:
                self._give_up(interrupted, interaction)
            self._journal.save(new)
            return self._run(new, interaction, resumed=False, ticket=ticket)

    def _lock(self, record: Record) -> contextlib.AbstractContextManager[None]:
        folder = self._journal.path.parent / "locks"
        return exclusive(folder, record.profile_id, record.user_id)

    def _open_record(self, procedure_id: str) -> Record:
        record = self._journal.load(procedure_id)
        if record is None or not record.state.open:
            raise CertclientError(ErrorCode.PROCEDURE_NOT_FOUND, procedure=procedure_id)
        return record

    def _run(
        self,
        record: Record,
        interaction: Interaction,
        *,
        resumed: bool,
        ticket: Secret | None = None,
    ) -> Outcome:
        work = Work.begin(self._environment, interaction, resumed=resumed, ticket=ticket)
        try:
            record = Run(self._journal, work).to_the_end(record)
            if record.state is State.NOT_ACCEPTED:
                record = self._request_again(record, work)
        finally:
            work.close()
        if record.state is not State.DONE:
            return Pending(record.id, record.state, record.check_at)
        return Finished(
            procedure_id=record.id,
            kind=record.kind,
            certificate=Certificate.from_der(record.issued),
            store=work.store(record.store_id),
            old_archived=record.old_archived,
            old_kept=record.old is not None and not record.old_archived,
            seconds=work.watch.split(),
            login=work.login,
            not_accepted=work.not_accepted,
        )

    def _request_again(self, ended: Record, work: Work) -> Record:
        """Another certificate in place of one that the bank does not hold for good; once a run, so
        that a bank that refuses everything is not asked for ever. The customer has agreed to this
        renewal already; 取得 needs a code again.

        Raises CERTIFICATE_NOT_ACCEPTED without a code, or where the same happens again, and as
        `renew`.
        """
        refused = self._refusal_of(ended)
        work.interaction.warning(refused)
        work.begin_again()
        new = replace(
            self._new_record(ended.kind, ended.user_id, ended.store_id),
            old_certificate=ended.old_certificate,
            old_store_id=ended.old_store_id,
        )
        if new.kind is Kind.RENEW:
            self._check_stage(Certificate.from_der(new.old_certificate))
        elif not work.has_issue_code(new):
            raise refused
        self._journal.save(new)
        record = Run(self._journal, work).to_the_end(new)
        if record.state is State.NOT_ACCEPTED:
            raise self._refusal_of(record)
        work.not_accepted = refused.data["serial"]
        return record

    def _refusal_of(self, record: Record) -> CertclientError:
        certificate = Certificate.from_der(record.issued)
        rejection = self.statuses().rejections.get(certificate.fingerprint)
        return not_accepted(certificate, rejection.message if rejection else "")

    def _give_up(self, record: Record, interaction: Interaction) -> None:
        work = Work.begin(self._environment, interaction, resumed=True)
        try:
            Run(self._journal, work).give_up(record, ErrorCode.CONSENT_REFUSED)
        finally:
            work.close()


def _continues(interrupted: Record, new: Record) -> bool:
    """Whether the customer now wants what was interrupted. What the CA has confirmed is finished
    in any case."""
    if interrupted.state is State.CONFIRMED:
        return True
    same = interrupted.kind is new.kind and interrupted.store_id == new.store_id
    return same and not interrupted.abandoning
