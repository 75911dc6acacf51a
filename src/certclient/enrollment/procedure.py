"""The front of the durable procedure, PREPARED → … → DONE; ARCHITECTURE.md draws its states."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from certclient.enrollment.interaction import ConsentRequest, Interaction
from certclient.enrollment.journal import Journal, Kind, Record, State
from certclient.enrollment.leftovers import Leftover, find_leftovers, remove_leftover
from certclient.enrollment.lock import exclusive
from certclient.enrollment.login_test import LoginResult, LoginTest
from certclient.enrollment.outcomes import Finished, Outcome, Pending, ProcedureView, view_of
from certclient.enrollment.preflight import CheckResult
from certclient.enrollment.readiness import Surroundings, checks
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
        place, or has been given up already, what it left is removed first. `ticket`: what the
        bank's page gave out with its link; it goes to the bank once, in place of PIN and one-time
        password, and is kept nowhere.
        Raises CertclientError:
        NOT_YET_RENEWABLE, EXPIRED_OBTAIN_ANEW, TOO_LATE, PROCEDURE_RUNNING, CONSENT_REFUSED,
        POLICY_FORBIDS (the administrator took this place away) and
        whatever stopped a step; `pending` then says whether there is something to resume.
        """
        certificate = current.certificate
        owner = certificate.owner(self._environment.profile.subject_rule)
        if owner is None:
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=certificate.serial_hex)
        new = self._new_record(Kind.RENEW, owner.user_id, destination)
        new = replace(new, old_certificate=certificate.der, old_store_id=current.store_id)
        return self._start(new, destination, interaction, ticket)

    def obtain(
        self,
        user_id: str,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None = None,
    ) -> Outcome:
        """取得 with an issue code: first issue, or after expiry. The CA decides whether it may be.

        An older certificate of this user ID in any store is put away at the end. `ticket`: an issue
        code that came with the bank's link, tried before one is asked for. Raises as `renew` does,
        and ISSUE_CODE_REQUIRED, ISSUE_CODE_WRONG.
        """
        new = self._new_record(Kind.OBTAIN, user_id, destination)
        predecessor = self._predecessor(user_id)
        if predecessor is not None:
            new = replace(
                new,
                old_certificate=predecessor.certificate.der,
                old_store_id=predecessor.store_id,
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

    def _new_record(self, kind: Kind, user_id: str, destination: CertificateStore) -> Record:
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
            store_id=destination.store_id,
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

    def _predecessor(self, user_id: str) -> StoredCertificate | None:
        """The newest certificate of this user ID that browsers still offer; None where an
        administrator and a user share the ID (seed S2), as nobody knows yet whose it will be."""
        rule = self._environment.profile.subject_rule
        found = [
            stored
            for store in self._environment.stores
            if not isinstance(store.availability(), Unavailable)
            for stored in store.certificates()
            if not stored.archived
            and (owner := stored.certificate.owner(rule)) is not None
            and owner.user_id == user_id
        ]
        if len({stored.certificate.owner(rule) for stored in found}) > 1:
            return None
        return max(found, key=lambda stored: stored.certificate.not_after, default=None)

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
        )

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
